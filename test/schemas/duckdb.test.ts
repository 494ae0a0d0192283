import assert from "node:assert/strict";
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import fc from "fast-check";
import { openDuckDbTable } from "../../pipeline/endpoints/duckdb-table";
import { duckDbDdl, duckDbType } from "../../schemas/duckdb";
import { loadTableSchema } from "../../schemas/load";
import type { Column, Row, TableSchema, Value } from "../../schemas/schema";
import { arbitraryRow } from "../support/arbitrary";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const EVERY_TYPE = loadTableSchema("test/schemas/every_type.json");

describe("the schema in DuckDB", () => {
  async function withDuckDb<T>(
    path: string,
    work: (query: (sql: string) => Promise<DuckDBValue[][]>) => Promise<T>,
  ): Promise<T> {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    try {
      return await work(async (sql) => (await connection.runAndReadAll(sql)).getRows());
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  it("has the bank's 14 columns with their types and descriptions", () =>
    withDuckDb(":memory:", async (query) => {
      for (const statement of duckDbDdl(BANK, "cc_account_info")) await query(statement);
      const found = await query(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY column_index",
      );
      const types: Record<string, string> = { INT64: "BIGINT", DATETIME: "TIMESTAMP", STRING: "VARCHAR" };
      assert.equal(found.length, 14);
      assert.deepEqual(
        found,
        BANK.columns.map(({ name, type, description }) => [name, types[type]!, description]),
      );
      assert.deepEqual(await query("SELECT comment FROM duckdb_tables()"), [[BANK.description]]);
    }));

  it("takes names and descriptions with quotes in them as they are", () =>
    withDuckDb(":memory:", async (query) => {
      const column: Column = { name: 'a"b', type: "INT64", mode: "REQUIRED", description: "it's", personal: false };
      for (const statement of duckDbDdl({ description: "the table's", columns: [column] }, 't"t'))
        await query(statement);
      const sql = "SELECT table_name, column_name, comment, is_nullable FROM duckdb_columns() WHERE NOT internal";
      assert.deepEqual(await query(sql), [['t"t', 'a"b', "it's", false]]);
    }));

  it("holds a decimal that DuckDB has no type for as text", () => {
    const type = (more: Partial<Column>) =>
      duckDbType({ name: "x", type: "BIGNUMERIC", mode: "NULLABLE", description: "", personal: false, ...more });
    assert.equal(type({}), "VARCHAR");
    assert.equal(type({ precision: 39, scale: 1 }), "VARCHAR");
    assert.equal(type({ precision: 38, scale: 38 }), "DECIMAL(38,38)");
    assert.equal(type({ type: "NUMERIC" }), "DECIMAL(38,9)");
    assert.equal(type({ type: "NUMERIC", precision: 5, mode: "REPEATED" }), "DECIMAL(5,0)[]");
  });

  it("gives any row back that was written, of every type, exactly", async function () {
    this.timeout(60_000);
    const dir = mkdtempSync(join(tmpdir(), "types-"));
    const rows = fc.sample(arbitraryRow(EVERY_TYPE), { numRuns: 300, seed: 4 });
    rows.push({ ...rows[0]!, int64: 2n ** 63n - 1n, required_int: -(2n ** 63n), int64_list: [4539578763621486123n] });
    try {
      const path = join(dir, "rows.duckdb");
      const writer = await openDuckDbTable(path, EVERY_TYPE, "every_type");
      const message = { data: Buffer.alloc(0), attributes: {}, publishTime: "", orderingKey: "" };
      const result = await writer.write(rows.map((row, i) => ({ message: { ...message, messageId: String(i) }, row })));
      assert.equal(result.kind, "written");
      await writer.close();
      const found = await withDuckDb(path, (query) => query("SELECT * FROM every_type"));
      assert.equal(found.length, rows.length);
      for (const [i, row] of rows.entries()) assert.deepEqual(rowOf(EVERY_TYPE, found[i]!), row);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

const rowOf = ({ columns }: Pick<TableSchema, "columns">, values: readonly DuckDBValue[]): Row =>
  Object.fromEntries(columns.map((column, i) => [column.name, rowValue(column, values[i]!)]));

/** A value as `Value` has it, from what DuckDB gives. */
function rowValue(column: Column, value: DuckDBValue): Value {
  if (value === null) return null;
  if (value instanceof DuckDBListValue) {
    return value.items.map((item) => rowValue({ ...column, mode: "NULLABLE" }, item as DuckDBValue));
  }
  if (value instanceof DuckDBStructValue) {
    const entries = value.entries as Record<string, DuckDBValue>;
    if (column.type === "RECORD") return rowOf({ columns: column.fields! }, Object.values(entries));
    const bound: Column = { ...column, type: column.rangeElementType! };
    return { start: rowValue(bound, entries.start!), end: rowValue(bound, entries.end!) };
  }
  if (value instanceof DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof DuckDBDecimalValue) return decimalOf(value.toString());
  if (value instanceof DuckDBDateValue) return dateOf(BigInt(value.days) * 86_400_000_000n).slice(0, 10);
  if (value instanceof DuckDBTimeValue) return dateOf(value.micros).slice(11);
  if (value instanceof DuckDBTimestampValue) return dateOf(value.micros);
  if (value instanceof DuckDBTimestampTZValue) return `${dateOf(value.micros)}Z`;
  if (value instanceof DuckDBIntervalValue) return intervalOf(value);
  return value as Value;
}

const decimalOf = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

function dateOf(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return rest === 0n ? seconds : `${seconds}.${String(rest).padStart(6, "0")}`;
}

function intervalOf({ months, days, micros }: DuckDBIntervalValue): string {
  const [calendar, clock] = [Math.abs(months), micros < 0n ? -micros : micros];
  const seconds = clock / 1_000_000n;
  const fraction = String(clock % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const time = `${seconds / 3600n}:${(seconds / 60n) % 60n}:${seconds % 60n}${fraction && `.${fraction}`}`;
  return `${months < 0 ? "-" : ""}${Math.floor(calendar / 12)}-${calendar % 12} ${days} ${micros < 0n ? "-" : ""}${time}`;
}
