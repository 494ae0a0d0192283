import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import "../../../../pipeline/sdk/beam";
import { FlatWriter } from "../../../../pipeline/sdk/fast/flat-writer";
import { CoderError } from "../../../../pipeline/sdk/repairs/int64";
import { Reader, Writer } from "../../../support/fn-api/stage";
import { MissingTool } from "../../../support/emulators/process";
import { skipFor } from "../../../support/skip";
import { type Coder, Context } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { AtomicType, Field, type FieldType, Schema } from "apache-beam/proto/schema";
import fc from "fast-check";

type Row = Record<string, unknown>;
const PYTHON = "build/python/bin/python";
/** 100,000 were run once; each run of the tests has its own. */
const ROWS = Number(process.env.FUZZ_ROWS ?? 3000);
/** Python is asked for so many at a time. */
const BATCH = 5000;

const atomic = (atomicType: AtomicType, nullable = true): FieldType => ({
  nullable,
  typeInfo: { oneofKind: "atomicType", atomicType },
});
const array = (elementType: FieldType): FieldType => ({
  nullable: true,
  typeInfo: { oneofKind: "arrayType", arrayType: { elementType } },
});
const nested = (schema: Schema): FieldType => ({
  nullable: true,
  typeInfo: { oneofKind: "rowType", rowType: { schema } },
});

function schemaOf(types: Readonly<Record<string, FieldType>>, id = "test"): Schema {
  return Schema.create({ id, fields: Object.entries(types).map(([name, type]) => Field.create({ name, type })) });
}

const INNER = schemaOf({ s: atomic(AtomicType.STRING), i: atomic(AtomicType.INT64, false) }, "inner");
/** Every type that the row coder knows, alone, in an array, in an array with nulls, and in a row. */
const TYPES: Record<string, FieldType> = {
  s: atomic(AtomicType.STRING),
  b: atomic(AtomicType.BYTES),
  i: atomic(AtomicType.INT64),
  n: atomic(AtomicType.INT32),
  h: atomic(AtomicType.INT16),
  t: atomic(AtomicType.BOOLEAN),
  required: atomic(AtomicType.STRING, false),
  strings: array(atomic(AtomicType.STRING, false)),
  integers: array(atomic(AtomicType.INT64)),
  row: nested(INNER),
  rows: array(nested(INNER)),
  last: atomic(AtomicType.INT64),
};

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
  fc
    .tuple(fc.constantFrom("x", "é", "漢", "😀"), fc.constantFrom(22, 42, 63, 64, 127, 128, 5461, 5462, 16_384))
    .map(([unit, times]) => unit.repeat(times)),
);
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -200, max: 20_000 }).map(BigInt),
  fc.maxSafeInteger().map(BigInt),
);
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });
const inner = fc.record({ s: orNull(text), i: int64 });
const row = fc.record({
  s: orNull(text),
  b: orNull(fc.uint8Array({ maxLength: 200 })),
  i: orNull(int64),
  n: orNull(fc.integer()),
  h: orNull(fc.integer({ min: -32_768, max: 32_767 })),
  t: orNull(fc.boolean()),
  required: text,
  strings: orNull(fc.array(text, { maxLength: 3 })),
  integers: orNull(fc.array(orNull(int64), { maxLength: 5 })),
  row: orNull(inner),
  rows: orNull(fc.array(orNull(inner), { maxLength: 3 })),
  last: orNull(int64),
});

const coderOf = (schema: Schema) => RowCoder.fromSchema(schema) as Coder<Row>;

function encode(coder: Coder<Row>, value: Row, writer = new FlatWriter(0, 8)): Buffer {
  coder.encode(value, writer as never, Context.needsDelimiters);
  return writer.finish();
}

const decode = (coder: Coder<Row>, bytes: Uint8Array) =>
  coder.decode(new Reader(bytes), Context.needsDelimiters) as Row;

/** Integers of both kinds and bytes of both kinds, comparable. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** As python_rows.py takes it. */
function asList(value: unknown, types: readonly string[] = Object.keys(TYPES)): unknown {
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map((part) => asList(part));
  if (typeof value !== "object" || value === null) return value;
  const names = "required" in value ? types : ["s", "i"];
  return names.map((name) => asList((value as Row)[name]));
}

describe("a row by the compiled coder", () => {
  const schema = schemaOf(TYPES);
  const coder = coderOf(schema);

  it(`has the bytes that Python's coder gives it, and is read from them: ${ROWS} rows of every type`, function () {
    if (!existsSync(PYTHON))
      return skipFor(this, new MissingTool("Python's Beam is not installed", "make python installs it"));
    const script = join(__dirname, "../../../support/fn-api/python_rows.py");
    const head = Buffer.from(Schema.toBinary(schema)).toString("hex");
    for (let left = ROWS; left > 0; left -= BATCH) {
      const rows = fc.sample(row, Math.min(left, BATCH)) as Row[];
      const input = [head, ...rows.map((one) => JSON.stringify(asList(one))), ""].join("\n");
      const { stdout, stderr } = spawnSync(PYTHON, [script], { input, maxBuffer: 2 ** 30 });
      const answers = stdout.toString().trimEnd().split("\n");
      assert.equal(answers.length, rows.length, String(stderr));
      for (const [index, one] of rows.entries()) {
        assert.equal(encode(coder, one).toString("hex"), answers[index]);
        assert.deepEqual(plain(decode(coder, Buffer.from(answers[index]!, "hex"))), plain(one));
      }
    }
  });

  it("has the same bytes by the SDK's own writer, and leaves the reader behind its last byte", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), (rows) => {
        const [flat, sdk] = [new FlatWriter(0, 8), new Writer()];
        for (const one of rows) {
          for (const writer of [flat, sdk]) coder.encode(one, writer as never, Context.needsDelimiters);
        }
        const bytes = flat.finish();
        assert.ok(bytes.equals(sdk.finish()));
        const reader = new Reader(bytes);
        for (const one of rows) assert.deepEqual(plain(coder.decode(reader, Context.needsDelimiters)), plain(one));
        assert.equal(reader.pos, reader.len);
      }),
      { numRuns: 300 },
    );
  });

  it("gives a field that an older schema lacked as undefined", () => {
    const older = coderOf(schemaOf({ s: TYPES.s!, b: TYPES.b! }));
    const newer = coderOf(schemaOf({ s: TYPES.s!, b: TYPES.b!, i: TYPES.i! }));
    const bytes = encode(older, { s: "x", b: undefined });
    assert.deepEqual(decode(newer, bytes), { s: "x", b: undefined, i: undefined });
  });

  it("refuses a row of more fields than the schema has: nothing tells where it ends", () => {
    const bytes = encode(coderOf(schemaOf({ s: TYPES.s!, i: TYPES.i! })), { s: "x", i: 1 });
    assert.throws(() => decode(coderOf(schemaOf({ s: TYPES.s! })), bytes), /a row of 2 fields/);
  });

  it("refuses null for a field that is never null, by the field's name", () => {
    const refused = { code: "null_in_required_field", field: "required" };
    assert.throws(() => encode(coder, {}), refused);
    assert.throws(() => encode(coder, { required: null }), refused);
  });

  const wrong: [string, Row, CoderError["code"]][] = [
    ["a number for a STRING", { required: 4111 }, "not_a_string"],
    ["a string for BYTES", { required: "", b: "QUJD" }, "not_bytes"],
  ];
  for (const [name, value, code] of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => encode(coder, value),
        (error) => error instanceof CoderError && error.code === code && !/4111|QUJD/.test(error.message),
      );
    });
  }

  it("takes names as data, whatever they are", () => {
    const names = ["__proto__", "constructor", "a b", '"; throw 1; "', "\u2028", "`", "v0", "row"];
    const odd = coderOf(schemaOf(Object.fromEntries(names.slice(1).map((name) => [name, TYPES.s!]))));
    const value = Object.fromEntries(names.slice(1).map((name) => [name, `of ${name}`]));
    assert.deepEqual(decode(odd, encode(odd, value)), value);
    const own = coderOf(Schema.create({ id: "own", fields: [Field.create({ name: "__proto__", type: TYPES.s! })] }));
    const row = Object.defineProperty({}, "__proto__", { value: "x", enumerable: true }) as Row;
    assert.deepEqual(Object.entries(decode(own, encode(own, row))), [["__proto__", "x"]]);
  });

  it("stops at the end of what it reads", () => {
    const bytes = encode(coder, { required: "abc", s: "text" });
    for (let end = 0; end < bytes.length; end++) assert.throws(() => decode(coder, bytes.subarray(0, end)));
  });
});
