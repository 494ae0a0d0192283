/** The tables of a DuckDB file: made where they are not there, and held against the schema where they are. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { duckDbDdl, duckDbType, quoted } from "../../schemas/duckdb";
import type { TableSchema } from "../../schemas/schema";

/** The table of the ids of the messages whose rows are in `table`: each table of a file has its own. */
export const idsTable = (table: string) => `_${table}_message_ids`;

/** A table of an earlier run has other columns than the schema. */
export class OtherShape extends Error {
  constructor(
    readonly table: string,
    /** Names, types and modes: never a value. */
    readonly found: string,
    readonly wanted: string,
  ) {
    super("other shape");
  }
}

/** Makes the table and that of its ids. Throws OtherShape where one of them is there with other columns. */
export async function prepareTables(connection: DuckDBConnection, schema: TableSchema, table: string): Promise<void> {
  const columns = schema.columns.map(({ name, mode }, i) => ({ name, type: duckDbType(schema.columns[i]!), mode }));
  await prepare(connection, table, columns, duckDbDdl(schema, table));
  const ids = idsTable(table);
  await prepare(
    connection,
    ids,
    [{ name: "message_id", type: "VARCHAR", mode: "REQUIRED" }],
    [`CREATE TABLE ${quoted(ids)} (message_id VARCHAR NOT NULL)`],
  );
}

interface Wanted {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
}

async function prepare(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Wanted[],
  ddl: readonly string[],
) {
  const found = await texts(
    connection,
    `SELECT concat_ws(' ', column_name, data_type, if(is_nullable, NULL, 'NOT NULL')) FROM duckdb_columns()
     WHERE database_name = current_database() AND schema_name = current_schema() AND lower(table_name) = lower($1)
     ORDER BY column_index`,
    [table],
  );
  if (found.length === 0) {
    for (const statement of ddl) await connection.run(statement);
    return;
  }
  // DuckDB itself says how it spells the types that are wanted. The order counts: rows are appended by position.
  const types = columns.map(({ type }) => `typeof(CAST(NULL AS ${type}))`).join(", ");
  const spelled = await texts(connection, `SELECT unnest([${types}])`);
  const wanted = columns.map(({ name, mode }, i) => `${name} ${spelled[i]}${mode === "REQUIRED" ? " NOT NULL" : ""}`);
  if (found.join() !== wanted.join()) throw differenceOf(table, found, wanted);
}

/** The columns that are only on one side; where there are none, it is their order. */
function differenceOf(table: string, found: readonly string[], wanted: readonly string[]): OtherShape {
  const without = (some: readonly string[], others: readonly string[]) => some.filter((one) => !others.includes(one));
  const [extra, missing] = [without(found, wanted), without(wanted, found)];
  if (extra.length + missing.length === 0) return new OtherShape(table, found.join(", "), wanted.join(", "));
  return new OtherShape(table, extra.join(", ") || "no other", missing.join(", ") || "no other");
}

async function texts(connection: DuckDBConnection, sql: string, values: string[] = []): Promise<string[]> {
  return (await connection.runAndReadAll(sql, values)).getRows().map(([text]) => String(text));
}
