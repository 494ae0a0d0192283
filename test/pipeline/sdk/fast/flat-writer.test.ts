import assert from "node:assert/strict";
import "../../../../pipeline/sdk/beam";
import { headOf, lastOf, namesOf } from "../../../../pipeline/sdk/fast/elements";
import { FlatWriter } from "../../../../pipeline/sdk/fast/flat-writer";
import { Reader, Writer } from "../../../support/fn-api/stage";
import { Context } from "apache-beam/coders/coders";
import { StrUtf8Coder } from "apache-beam/coders/standard_coders";
import { Elements } from "apache-beam/proto/beam_fn_api";
import fc from "fast-check";
import Long from "long";

const UNITS = ["a", "é", "漢", "😀", "\ud800", "\udc00", "\u0000", "\u007f", "\u0080", "\ufeff"];
const LENGTHS = [
  0, 1, 22, 23, 24, 41, 42, 43, 63, 64, 65, 127, 128, 129, 5460, 5461, 5462, 8191, 8192, 16_383, 16_384, 70_000,
];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Each as protobufjs writes it. */
const write = fc.oneof(
  fc.nat({ max: 2 ** 31 - 1 }).map((value) => ["uint32", value] as const),
  fc.integer().map((value) => ["int32", value] as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ["int64", Long.fromString(`${value}`)] as const),
  fc.maxSafeInteger().map((value) => ["int64", value] as const),
  fc.boolean().map((value) => ["bool", value] as const),
  fc.integer().map((value) => ["fixed32", value >>> 0] as const),
  fc.double().map((value) => ["double", value] as const),
  fc.uint8Array().map((value) => ["bytes", value] as const),
  fc.string().map((value) => ["string", value] as const),
);

describe("the flat writer", () => {
  it("writes what protobufjs writes, and begins anew", () => {
    const flat = new FlatWriter(0, 1);
    fc.assert(
      fc.property(fc.array(write), (writes) => {
        const reference = new Writer();
        flat.reset();
        for (const [kind, value] of writes) {
          reference[kind](value);
          (flat[kind] as (value: unknown) => void)(value);
        }
        assert.equal(hex(flat.finish()), hex(reference.finish()));
      }),
      { numRuns: 1000 },
    );
  });

  it("writes and reads strings of every length as TextEncoder and TextDecoder do", () => {
    const [coder, utf8] = [new StrUtf8Coder(), new TextDecoder("utf-8", { ignoreBOM: true })];
    for (const text of LENGTHS.flatMap((length) =>
      UNITS.flatMap((unit) => [unit.repeat(length), "x".repeat(length) + unit]),
    )) {
      const bytes = new TextEncoder().encode(text);
      for (const context of [Context.needsDelimiters, Context.wholeStream]) {
        const [flat, sdk] = [new FlatWriter(0, 1), new Writer()];
        coder.encode(text, flat as never, context);
        coder.encode(text, sdk, context);
        const written = flat.finish();
        const reference = context === Context.wholeStream ? bytes : new Writer().bytes(bytes).finish();
        assert.ok(written.equals(reference) && written.equals(sdk.finish()), `${text.length} ${text.codePointAt(0)}`);
        assert.equal(coder.decode(new Reader(written), context), utf8.decode(bytes));
        assert.equal(coder.decode(new Reader(Uint8Array.from(written)), context), utf8.decode(bytes));
      }
    }
  });

  it("reads what is no UTF-8 as TextDecoder does", () => {
    const [coder, utf8] = [new StrUtf8Coder(), new TextDecoder("utf-8", { ignoreBOM: true })];
    const bytes = fc.array(
      fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0x82, 0xed, 0xa0, 0xef, 0xf0, 0x9f, 0xf4, 0xff),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const content = Uint8Array.from(given);
        assert.equal(coder.decode(new Reader(content), Context.wholeStream), utf8.decode(content));
      }),
      { numRuns: 2000 },
    );
  });

  it("forks, for what has its length before it", () => {
    const [flat, reference] = [new FlatWriter(0, 1), new Writer()];
    for (const writer of [flat, reference]) writer.fork().string("a").fork().uint32(300).ldelim().ldelim().bool(true);
    assert.equal(hex(flat.finish()), hex(reference.finish()));
  });

  it("hands over a message of the data channel, of any size, and keeps nothing of it", () => {
    for (const [id, size] of [
      ["a", 0],
      ["a".repeat(200), 1],
      ["b", 127],
      ["b", 128],
      ["c", 70_000],
      ["d", 3_000_000],
    ] as const) {
      const names = namesOf(id, "sink");
      const writer = new FlatWriter(2 * names.length + 64, 16);
      for (const fill of [1, 2]) {
        const data = Buffer.alloc(size, fill);
        writer.raw(data);
        const head = headOf(names, writer.len);
        const message = Elements.fromBinary(writer.take(head));
        const [part] = message.data;
        assert.equal(message.data.length, 1);
        assert.deepEqual([part!.instructionId, part!.transformId, part!.isLast], [id, "sink", false]);
        assert.ok(data.equals(part!.data));
        assert.equal(writer.len, 0);
      }
      const last = { instructionId: id, transformId: "sink", data: new Uint8Array(), isLast: true };
      assert.deepEqual(Elements.fromBinary(lastOf(names)), Elements.create({ data: [last] }));
    }
  });
});
