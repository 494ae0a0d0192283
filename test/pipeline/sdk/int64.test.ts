import assert from "node:assert/strict";
import "../../../pipeline/sdk/beam";
import { CoderError } from "../../../pipeline/sdk/repairs/int64";
import { Reader, Writer } from "../../support/fn-api/stage";
import { Context } from "apache-beam/coders/coders";
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";
import { VarIntCoder } from "apache-beam/coders/standard_coders";
import fc from "fast-check";
import Long from "long";

const coder = new VarIntCoder();

function encode(value: unknown): Uint8Array {
  const writer = new Writer();
  coder.encode(value as number, writer);
  return writer.finish();
}

const decode = (bytes: Uint8Array): unknown => coder.decode(new Reader(bytes));

/** Beam's VarInt of 64 bits, by the book. */
function reference(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const MAX = 2n ** 63n - 1n;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const EDGES = [0, 7, 14, 21, 28, 31, 32, 35, 42, 49, 52, 53, 56, 63].flatMap((bits) => {
  const edge = 2n ** BigInt(bits);
  return [edge - 1n, edge, edge + 1n].flatMap((value) => [value, -value]);
});
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: MAX }),
  fc.constantFrom(...EDGES.filter((value) => BigInt.asIntN(64, value) === value)),
  fc.maxSafeInteger().map(BigInt),
);

describe("an integer on the wire", () => {
  it("is Beam's VarInt, whether it comes as a bigint, a Long or a safe number", () => {
    fc.assert(
      fc.property(int64, (value) => {
        const bytes = reference(value);
        assert.deepEqual([...encode(value)], bytes);
        assert.deepEqual([...encode(Long.fromString(`${value}`))], bytes);
        if (value >= -SAFE && value <= SAFE) assert.deepEqual([...encode(Number(value))], bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it("comes back as a number where that is exact, else as a bigint", () => {
    fc.assert(
      fc.property(int64, (value) => {
        const isSafe = value >= -SAFE && value <= SAFE;
        assert.equal(decode(encode(value)), isSafe ? Number(value) : value);
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves the reader behind its last byte", () => {
    fc.assert(
      fc.property(fc.array(int64), (values) => {
        const reader = new Reader(Uint8Array.from(values.flatMap(reference)));
        for (const value of values) assert.equal(BigInt(coder.decode(reader)), value);
        assert.equal(reader.pos, reader.len);
      }),
    );
  });

  it("is never read beyond the bytes that are there", () => {
    assert.throws(() => decode(new Uint8Array()), RangeError);
    assert.throws(() => decode(Uint8Array.of(0x80)), RangeError);
    assert.throws(() => decode(new Uint8Array(11).fill(0x80)));
  });

  const refused: [unknown, CoderError["code"]][] = [
    [MAX + 1n, "not_in_64_bits"],
    [-MAX - 2n, "not_in_64_bits"],
    [2 ** 53, "not_in_64_bits"],
    [1e300, "not_in_64_bits"],
    [Long.MAX_UNSIGNED_VALUE, "not_in_64_bits"],
    [0.5, "not_a_whole_number"],
    [Number.NaN, "not_a_whole_number"],
    [Number.POSITIVE_INFINITY, "not_a_whole_number"],
    ["4111", "not_a_whole_number"],
    [true, "not_a_whole_number"],
    [{}, "not_a_whole_number"],
    [null, "not_a_whole_number"],
    [undefined, "not_a_whole_number"],
  ];
  for (const [value, code] of refused) {
    it(`is refused without its value: ${typeof value} ${value}`, () => {
      assert.throws(
        () => encode(value),
        (error) => error instanceof CoderError && error.code === code && !/\d{3}/.test(error.message),
      );
    });
  }
});

describe("any JavaScript number", () => {
  it("comes back as it went", () => {
    const general = new GeneralObjectCoder<unknown>();
    const number = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 60, 1e300));
    fc.assert(
      fc.property(number, (value) => {
        const writer = new Writer();
        general.encode(value, writer, Context.needsDelimiters);
        const back = general.decode(new Reader(writer.finish()), Context.needsDelimiters);
        assert.equal(back, Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});
