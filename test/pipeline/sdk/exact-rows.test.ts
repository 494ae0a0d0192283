/** Rows of every type as Java reads them, writes them again, and would send them to BigQuery. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import fc from "fast-check";
import { rowSchema } from "../../../pipeline/sdk/exact-rows";
import { RowCoder } from "apache-beam/coders/row_coder";
import { Schema } from "apache-beam/proto/schema";
import { type BeamRow, beamFields, toBeamRow } from "../../../schemas/beam-row";
import { parseTableSchema } from "../../../schemas/parse-schema";
import type { Row, TableSchema } from "../../../schemas/schema";
import { arbitraryRow } from "../../support/arbitrary";
import { requireJava, rowsInJava } from "../../support/java";
import { orSkip } from "../../support/skip";

const { Reader, Writer } = require(
  require.resolve("protobufjs", { paths: [dirname(require.resolve("apache-beam"))] }),
) as typeof import("protobufjs");

const EVERY_TYPE = parseTableSchema(JSON.parse(readFileSync("test/schemas/every_type.json", "utf8")).schema);
/** Values at the edges, by column; every other one is at rest. */
const EDGES: Readonly<Record<string, readonly Row[string][]>> = {
  int64: [2n ** 63n - 1n, -(2n ** 63n), -1n, 0n, 2n ** 53n + 1n],
  float64: [0, -0, 5e-324, 1.7976931348623157e308, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  numeric: ["0", "-0.000000001", "99999999999999999999999999999.999999999", "128", "-128", "-129", "255", "100"],
  bignumeric: ["0.00000000000000000000000000000000000001", "-0.1", "1"],
  date: ["0001-01-01", "9999-12-31", "1969-12-31", "1970-01-01", "2024-02-29"],
  time: ["00:00:00", "23:59:59.999999", "12:00:00.000001"],
  datetime: ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"],
  timestamp: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"],
  bytes: [new Uint8Array(), new Uint8Array([0, 255])],
  string: ["", "\u{feff}a\u0000😀"],
};

function encoder(schema: TableSchema) {
  const declared = rowSchema(beamFields(schema.columns));
  const coder = new RowCoder(declared);
  const toBeam = toBeamRow(schema);
  return {
    schema: Schema.toBinary(declared),
    encode(row: Row): Buffer {
      const writer = new Writer();
      coder.encode(toBeam(row), writer as never, null as never);
      return Buffer.from(writer.finish());
    },
    decode: (bytes: Uint8Array) => coder.decode(new Reader(bytes) as never, null as never) as BeamRow,
  };
}

/** Java leaves out the bytes of nulls behind the last that is not zero: where nothing is null both write the same. */
const whole = (columns: TableSchema["columns"]): TableSchema["columns"] =>
  columns.map((column) => ({
    ...column,
    mode: column.mode === "REPEATED" ? "REPEATED" : "REQUIRED",
    ...(column.fields !== undefined && { fields: whole(column.fields) }),
  }));

describe("rows of exact types", () => {
  const { encode, decode, schema } = encoder(EVERY_TYPE);

  it("come back as they went", () => {
    const toBeam = toBeamRow(EVERY_TYPE);
    fc.assert(
      fc.property(arbitraryRow(EVERY_TYPE), (row) => {
        assert.deepEqual(plain(decode(encode(row))), plain(toBeam(row)));
      }),
      { numRuns: 300 },
    );
  });

  it("have a schema whose id follows from it", () => {
    assert.deepEqual(encoder(EVERY_TYPE).schema, schema);
    assert.notDeepEqual(encoder({ ...EVERY_TYPE, columns: whole(EVERY_TYPE.columns) }).schema, schema);
  });

  describe("in Java", function () {
    this.timeout(120_000);

    before(function () {
      orSkip(this, requireJava);
    });

    it("are the same bytes, where nothing is null", () => {
      // A RANGE has a bound that is null.
      const columns = whole(EVERY_TYPE.columns.filter(({ type }) => type !== "RANGE")).map(withoutRanges);
      const all = { description: "", columns };
      const ours = encoder(all);
      const rows = fc.sample(arbitraryRow(all), 1000).map(ours.encode);
      for (const [at, { again }] of rowsInJava(ours.schema, rows).entries()) {
        assert.ok(again.equals(rows[at]!), `row ${at}`);
      }
    });

    it("mean the same, nulls and edges among them, and are made a request of", () => {
      const given = [...fc.sample(arbitraryRow(EVERY_TYPE), 1000), ...edges()];
      const rows = given.map(encode);
      rowsInJava(schema, rows).forEach(({ again, sent }, at) => {
        assert.deepEqual(decode(again), decode(rows[at]!));
        assert.ok(!sent.startsWith("!"), sent);
      });
    });

    it("are written for BigQuery as they are", () => {
      const columns = EVERY_TYPE.columns.filter(({ name }) => name in SENT);
      const ours = encoder({ description: "", columns });
      const row = Object.fromEntries(Object.entries(SENT).map(([name, [value]]) => [name, value]));
      const { sent } = rowsInJava(ours.schema, [ours.encode(row)])[0]!;
      for (const [name, [, text]] of Object.entries(SENT))
        assert.ok(sent.includes(`${name}=${text}`), `${name}: ${sent}`);
    });
  });
});

/** By column: a value, and what stands in Java's TableRow. */
const SENT: Readonly<Record<string, readonly [Row[string], string]>> = {
  int64: [4539578763621486123n, "4539578763621486123"],
  float64: [0.1, "0.1"],
  numeric: ["-12.5", "-12.5"],
  bignumeric: ["0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"],
  bool: [true, "true"],
  date: ["0001-01-01", "0001-01-01"],
  time: ["12:00:00.000001", "12:00:00.000001"],
  datetime: ["2024-02-29T12:00:00", "2024-02-29T12:00:00"],
  timestamp: ["2024-02-29T12:00:00.000001Z", "1709208000000001"],
  bytes: [new Uint8Array([0, 255]), "AP8="],
};

function edges(): Row[] {
  const [calm] = fc.sample(arbitraryRow(EVERY_TYPE), { numRuns: 1, seed: 1 });
  return Object.entries(EDGES).flatMap(([column, values]) => values.map((value) => ({ ...calm!, [column]: value })));
}

function withoutRanges<C extends TableSchema["columns"][number]>(column: C): C {
  return column.fields === undefined
    ? column
    : { ...column, fields: column.fields.filter(({ type }) => type !== "RANGE").map(withoutRanges) };
}

/** Bytes of any class, and integers of either type, as text; what is absent is null. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
  }
  return value ?? null;
}
