/**
 * Rows into a table of a DuckDB file. A row is written once for each message id, whatever is redelivered and whenever the process was
 * killed: the ids are the key of a table of their own, written in the same transaction as the rows.
 */
import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { ColumnAppender } from "./duckdb-appender";
import { toDuckDb } from "./duckdb-values";
import { type MessageRow, NONE_THERE, type RowWriter, type SetUpError, type WriteResult } from "./endpoint";
import { duckDbDdl, quoted } from "../../schemas/duckdb";
import type { TableSchema } from "../../schemas/schema";

/** The table of the ids. */
export const IDS = "_message_ids";

/** Opens, or makes, the table in the file `path`. What hinders it is a set-up error of each write until it is mended. */
export async function openDuckDbTable(path: string, schema: TableSchema, table: string): Promise<RowWriter> {
  let open: OpenTable | undefined;

  async function opened(): Promise<OpenTable | SetUpError> {
    try {
      open ??= await OpenTable.open(path, schema, table);
      return open;
    } catch (error) {
      return setUpError(path, error);
    }
  }

  await opened();
  return {
    name: `duckdb ${path}`,
    keyed: true,
    async write(rows): Promise<WriteResult> {
      const target = await opened();
      if ("kind" in target) return target;
      try {
        return { kind: "written", alreadyThere: await target.add(rows) };
      } catch (error) {
        // A broken connection is made anew by the next write.
        target.close();
        open = undefined;
        return setUpError(path, error);
      }
    },
    async holds(messageIds) {
      const target = await opened();
      return "kind" in target ? new Set() : target.holds(messageIds);
    },
    async close() {
      open?.close();
    },
  };
}

class OpenTable {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly schema: TableSchema,
    private readonly table: string,
    private ids: ColumnAppender<MessageRow>,
    private rows: ColumnAppender<MessageRow>,
  ) {}

  static async open(path: string, schema: TableSchema, table: string): Promise<OpenTable> {
    const instance = await DuckDBInstance.create(path, { memory_limit: "256MB", threads: "2" });
    const connection = await instance.connect();
    try {
      for (const statement of duckDbDdl(schema, table)) await connection.run(statement);
      await connection.run(`CREATE TABLE IF NOT EXISTS ${IDS} (message_id VARCHAR PRIMARY KEY)`);
      await checkShape(connection, schema, table);
      const appenders = await openAppenders(connection, schema, table);
      return new OpenTable(instance, connection, schema, table, ...appenders);
    } catch (error) {
      connection.closeSync();
      instance.closeSync();
      throw error;
    }
  }

  /** Adds the rows whose ids are not there. Answers the ids that are. */
  async add(rows: readonly MessageRow[]): Promise<ReadonlySet<string>> {
    const once = new Map(rows.map((row) => [row.message.messageId, row]));
    const batch = once.size === rows.length ? rows : [...once.values()];
    try {
      await this.append(batch);
      return NONE_THERE;
    } catch (error) {
      if (!/constraint/i.test(String(error))) throw error;
    }
    // Redelivered: the key tells which.
    const there = await this.holds([...once.keys()]);
    if (there.size === 0) throw new Error("Constraint Error without a key that is there");
    const rest = batch.filter((row) => !there.has(row.message.messageId));
    if (rest.length > 0) await this.append(rest);
    return there;
  }

  /** One transaction: all of it, or nothing. */
  private async append(rows: readonly MessageRow[]): Promise<void> {
    await this.connection.run("BEGIN");
    try {
      this.ids.append(rows);
      this.rows.append(rows);
      await this.connection.run("COMMIT");
    } catch (error) {
      this.ids.close();
      this.rows.close();
      await this.connection.run("ROLLBACK").catch(() => {});
      [this.ids, this.rows] = await openAppenders(this.connection, this.schema, this.table);
      throw error;
    }
  }

  async holds(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = `SELECT message_id FROM ${IDS} WHERE message_id IN (SELECT unnest($1))`;
    const found = await this.connection.runAndReadAll(sql, [listValue(messageIds)], [LIST(VARCHAR)]);
    return new Set(found.getRows().map(([id]) => String(id)));
  }

  close(): void {
    this.ids.close();
    this.rows.close();
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

async function openAppenders(connection: DuckDBConnection, schema: TableSchema, table: string) {
  const columns = schema.columns.map((column) => {
    const convert = toDuckDb(column);
    return ({ row }: MessageRow) => convert(row[column.name]!);
  });
  const ids = await ColumnAppender.open<MessageRow>(connection, IDS, [({ message }) => message.messageId]);
  return [ids, await ColumnAppender.open(connection, table, columns)] as const;
}

/** A table of an earlier run may have other columns. DuckDB itself says how it writes the types that we want. */
async function checkShape(connection: DuckDBConnection, schema: TableSchema, table: string): Promise<void> {
  const wanted = `_wanted_${table}`;
  const [create] = duckDbDdl(schema, wanted);
  await connection.run(create!.replace("CREATE TABLE", "CREATE TEMP TABLE"));
  const shape = async (name: string) => {
    const sql = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY column_index";
    return (await connection.runAndReadAll(sql, [name])).getRowsJson().map((column) => column.join(" "));
  };
  const [found, want] = [await shape(table), await shape(wanted)];
  await connection.run(`DROP TABLE ${quoted(wanted)}`);
  const different = want
    .filter((column) => !found.includes(column))
    .concat(found.filter((column) => !want.includes(column)));
  if (different.length > 0 || found.length !== want.length) throw new OtherShape(table, different);
}

class OtherShape extends Error {
  constructor(table: string, columns: readonly string[]) {
    super(`its table ${table} has other columns than the schema: ${columns.join(", ")}`);
  }
}

const MENDS: readonly (readonly [RegExp, string, string])[] = [
  [/lock/i, "DUCKDB_LOCKED", "is open in another process: end that one"],
  [/no space|disk full/i, "DUCKDB_FULL", "cannot grow: make room on the disk"],
  [/permission|read-only/i, "DUCKDB_NOT_WRITABLE", "cannot be written: change its permissions, or name another file"],
  [/cannot open|could not|no such file/i, "DUCKDB_NOT_OPEN", "cannot be opened: name a file in a folder that is there"],
  [/not a valid DuckDB|serialization|storage version/i, "DUCKDB_NOT_A_DATABASE", "is no DuckDB file: name another"],
];

/** DuckDB's own texts may carry values: only what they are about is passed on. */
function setUpError(path: string, error: unknown): SetUpError {
  if (error instanceof OtherShape) {
    const text = `${path}: ${error.message}. Name another file, or give the schema that made it`;
    return { kind: "setUpError", trouble: { code: "DUCKDB_OTHER_SHAPE", text } };
  }
  const [, code, mend] = MENDS.find(([about]) => about.test(String(error))) ?? [
    undefined,
    "DUCKDB_FAILED",
    "cannot be written",
  ];
  return { kind: "setUpError", trouble: { code: code!, text: `${path} ${mend}` } };
}
