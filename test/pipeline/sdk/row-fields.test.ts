import assert from "node:assert/strict";
import "../../../pipeline/sdk/beam";
import { CoderError } from "../../../pipeline/sdk/repairs/int64";
import { Reader, Writer } from "../../support/fn-api/stage";
import { type Coder, Context, globalRegistry } from "apache-beam/coders/coders";
import { AtomicType, Field, Schema } from "apache-beam/proto/schema";
import fc from "fast-check";

type Row = Record<string, unknown>;

/** A row coder as a worker makes it, from the schema that is in the stage. `positions` are those of an updated schema. */
function rowCoder(types: Record<string, AtomicType>, positions?: readonly number[]): Coder<Row> {
  const fields = Object.entries(types).map(([name, atomicType], index) =>
    Field.create({
      name,
      type: { nullable: true, typeInfo: { oneofKind: "atomicType", atomicType } },
      encodingPosition: positions?.[index] ?? 0,
    }),
  );
  const schema = Schema.create({ id: "test", fields, encodingPositionsSet: positions !== undefined });
  return globalRegistry().getCoder("beam:coder:row:v1", Schema.toBinary(schema)) as Coder<Row>;
}

function encode(coder: Coder<Row>, row: Row): Uint8Array {
  const writer = new Writer();
  coder.encode(row, writer, Context.needsDelimiters);
  return writer.finish();
}

const decode = (coder: Coder<Row>, bytes: Uint8Array) => coder.decode(new Reader(bytes), Context.needsDelimiters);

const KINDS = {
  s: [AtomicType.STRING, fc.string({ unit: "binary" })],
  b: [AtomicType.BYTES, fc.uint8Array()],
  i: [AtomicType.INT64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  n: [AtomicType.INT32, fc.integer()],
  h: [AtomicType.INT16, fc.integer({ min: -32768, max: 32767 })],
  t: [AtomicType.BOOLEAN, fc.boolean()],
} as const;

describe("a row on the wire", () => {
  it("comes back as it went, with any of its fields null", () => {
    const types = Object.fromEntries(Object.entries(KINDS).map(([name, [type]]) => [name, type]));
    const values = Object.fromEntries(
      Object.entries(KINDS).map(([name, [, value]]) => [
        name,
        fc.option(value as fc.Arbitrary<unknown>, { nil: undefined }),
      ]),
    );
    const coder = rowCoder(types);
    fc.assert(
      fc.property(fc.record(values), (row) => {
        const back = decode(coder, encode(coder, row)) as Row;
        const comparable = ({ i, b, ...rest }: Row) => ({
          ...rest,
          i: i === undefined ? undefined : BigInt(i as bigint),
          b: b === undefined ? undefined : [...(b as Uint8Array)],
        });
        assert.deepEqual(comparable(back), comparable(row));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps a byte order mark that begins a string", () => {
    const coder = rowCoder({ s: AtomicType.STRING });
    assert.deepEqual(decode(coder, encode(coder, { s: "\ufeffx" })), { s: "\ufeffx" });
  });

  it("writes a negative INT32 in 5 bytes, and reads the 10 that it once had", () => {
    const coder = rowCoder({ n: AtomicType.INT32 });
    const five = Uint8Array.of(1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f);
    assert.deepEqual([...encode(coder, { n: -1 })], [...five]);
    assert.deepEqual(decode(coder, five), { n: -1 });
    assert.deepEqual(decode(coder, Uint8Array.of(1, 0, ...new Uint8Array(9).fill(0xff), 1)), { n: -1 });
  });

  it("writes an INT16 in two bytes, big-endian", () => {
    const coder = rowCoder({ h: AtomicType.INT16 });
    for (const [value, bytes] of [
      [-2, [0xff, 0xfe]],
      [258, [1, 2]],
      [-32768, [0x80, 0]],
    ] as const) {
      assert.deepEqual([...encode(coder, { h: value })], [1, 0, ...bytes]);
      assert.deepEqual(decode(coder, Uint8Array.of(1, 0, ...bytes)), { h: value });
    }
  });

  const outside: [AtomicType, unknown, CoderError["code"]][] = [
    [AtomicType.INT32, 2 ** 31, "not_in_32_bits"],
    [AtomicType.INT32, -(2 ** 31) - 1, "not_in_32_bits"],
    [AtomicType.INT32, 2n ** 40n, "not_in_32_bits"],
    [AtomicType.INT16, 32768, "not_in_16_bits"],
    [AtomicType.INT32, 0.5, "not_a_whole_number"],
    [AtomicType.INT32, "1", "not_a_whole_number"],
    [AtomicType.INT64, 2n ** 63n, "not_in_64_bits"],
  ];
  for (const [type, value, code] of outside) {
    it(`refuses for ${AtomicType[type]} what it cannot hold: ${value}`, () => {
      const coder = rowCoder({ n: type });
      assert.throws(
        () => encode(coder, { n: value }),
        (error) => error instanceof CoderError && error.code === code,
      );
    });
  }

  it("has its fields in their order also where a schema of more than ten says so itself", () => {
    const names = Array.from({ length: 14 }, (_, index) => `f${index}`);
    const types = Object.fromEntries(names.map((name) => [name, AtomicType.INT64]));
    const plain = rowCoder(types);
    const positioned = rowCoder(types, [...names.keys()]);
    const row = Object.fromEntries(names.map((name, index) => [name, index]));
    assert.deepEqual(encode(positioned, row), encode(plain, row));
    assert.deepEqual(decode(positioned, encode(plain, row)), row);
  });

  it("refuses a schema with an order of its own, instead of reading fields as others", () => {
    assert.throws(() => rowCoder({ a: AtomicType.INT64, b: AtomicType.STRING }, [1, 0]), /field a/);
  });
});
