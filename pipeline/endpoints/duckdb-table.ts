/**
 * Rows into a table of a DuckDB file. A row is written once for each message id, whatever is redelivered and whenever the process was
 * killed: the ids stand in a table of their own, written in the same transaction as the rows, and DuckDB lets only one process in.
 * No PRIMARY KEY guards them: its index is held in memory whole, and made a row at a million twice as dear as the first.
 */
import {
  type DuckDBConnection,
  type DuckDBInstance,
  type DuckDBPreparedStatement,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { ColumnAppender } from "./duckdb-appender";
import { idsTable, prepareTables } from "./duckdb-shape";
import { duckDbSetUpError, isAboutContent, isAboutMemory } from "./duckdb-trouble";
import { toDuckDb } from "./duckdb-values";
import { type MessageRow, NONE_THERE, type RowWriter, type SetUpError, type WriteResult } from "./endpoint";
import { SeenIds } from "./seen-ids";
import { openDuckDb } from "../../deploy/files/duckdb";
import type { TableKey } from "../../deploy/files/table-key";
import { quoted } from "../../schemas/duckdb";
import type { TableSchema } from "../../schemas/schema";
import { Refusal } from "../../transforms/refusal";

/**
 * One thread: what a batch gives to do is too little to share, and a second one only wakes in vain. DuckDB takes what memory it may:
 * this is enough for the columns of a batch and for a checkpoint. A checkpoint compresses row groups anew, so it comes seldomer than by
 * default; until then the rows stand in the WAL, which is as safe.
 */
const SETTINGS = { threads: "1", memory_limit: "128MB", checkpoint_threshold: "32MB" };

/** Opens, or makes, the table in the file `path`, encrypted where a `key` is given. What hinders it is a set-up error of each write until it is mended. */
export async function openDuckDbTable(
  path: string,
  schema: TableSchema,
  table: string,
  key?: TableKey,
): Promise<RowWriter> {
  let open: OpenTable | undefined;

  async function attempt<T>(work: (table: OpenTable) => Promise<T>): Promise<T | SetUpError> {
    try {
      open ??= await OpenTable.open(path, schema, table, key);
      return await work(open);
    } catch (error) {
      // A full disk or a lost file may leave a connection that never works again: the next write makes a new one.
      open?.close();
      open = undefined;
      return duckDbSetUpError(path, error);
    }
  }

  await attempt(async () => {});
  return {
    name: `duckdb ${path}`,
    keyed: true,
    write: (rows) => attempt((target) => target.write(rows)),
    async holds(messageIds) {
      const there = await attempt((target) => target.holds(messageIds));
      return "kind" in there ? new Set() : there;
    },
    async close() {
      open?.close();
      open = undefined;
    },
  };
}

class OpenTable {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly schema: TableSchema,
    private readonly table: string,
    private readonly begin: DuckDBPreparedStatement,
    private readonly commit: DuckDBPreparedStatement,
    private appenders: readonly ColumnAppender<MessageRow>[],
    private readonly seen: SeenIds,
  ) {}

  static async open(path: string, schema: TableSchema, table: string, key?: TableKey): Promise<OpenTable> {
    const { instance, connection } = await openDuckDb(path, { settings: SETTINGS, key });
    try {
      await prepareTables(connection, schema, table);
      const [begin, commit] = [await connection.prepare("BEGIN"), await connection.prepare("COMMIT")];
      const appenders = await openAppenders(connection, schema, table);
      const seen = await seenIds(connection, table);
      return new OpenTable(instance, connection, schema, table, begin, commit, appenders, seen);
    } catch (error) {
      connection.closeSync();
      instance.closeSync();
      throw error;
    }
  }

  /** Adds the rows whose ids are not there. */
  async write(rows: readonly MessageRow[]): Promise<WriteResult> {
    const suspects = rows.map(({ message }) => message.messageId).filter((id) => !this.seen.add(id));
    const alreadyThere = suspects.length === 0 ? NONE_THERE : await this.holds(suspects);
    const refused = await this.add(suspects.length === 0 ? rows : onceEach(rows, alreadyThere));
    if (refused.length === 0) return { kind: "written", alreadyThere };
    const refusal = new Refusal("refused_by_table");
    const ids = new Set(refused.map(({ message }) => message.messageId));
    // A message that the batch has twice was added once: all of it is refused.
    const at = rows.flatMap(({ message }, index) => (ids.has(message.messageId) ? [{ index, refusal }] : []));
    return { kind: "refused", refused: at, alreadyThere };
  }

  /** Adds rows; answers those refused. What fails because of some, or of their number, is added in halves, until a refused one stands alone. */
  private async add(rows: readonly MessageRow[]): Promise<readonly MessageRow[]> {
    if (rows.length === 0) return [];
    try {
      await this.append(rows);
      return [];
    } catch (error) {
      if (!isAboutContent(error) && (rows.length === 1 || !isAboutMemory(error))) throw error;
    }
    if (rows.length === 1) return rows;
    const half = rows.length >> 1;
    return [...(await this.add(rows.slice(0, half))), ...(await this.add(rows.slice(half)))];
  }

  /** One transaction: all of it, or nothing. */
  private async append(rows: readonly MessageRow[]): Promise<void> {
    try {
      await this.begin.run();
      for (const appender of this.appenders) appender.append(rows);
      await this.commit.run();
    } catch (error) {
      for (const appender of this.appenders) appender.close();
      this.appenders = [];
      // A failed commit has rolled back already.
      await this.connection.run("ROLLBACK").catch(() => {});
      this.appenders = await openAppenders(this.connection, this.schema, this.table);
      throw error;
    }
  }

  async holds(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = `SELECT message_id FROM ${quoted(idsTable(this.table))} WHERE message_id IN (SELECT unnest($1))`;
    const found = await this.connection.runAndReadAll(sql, [listValue(messageIds)], [LIST(VARCHAR)]);
    return new Set(found.getRows().map(([id]) => String(id)));
  }

  close(): void {
    for (const appender of this.appenders) appender.close();
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/** The first row of each message id that is not there. */
function onceEach(rows: readonly MessageRow[], there: ReadonlySet<string>): MessageRow[] {
  const taken = new Set(there);
  return rows.filter(({ message }) => !taken.has(message.messageId) && taken.add(message.messageId));
}

async function seenIds(connection: DuckDBConnection, table: string): Promise<SeenIds> {
  const seen = new SeenIds();
  const ids = await connection.stream(`SELECT message_id FROM ${quoted(idsTable(table))}`);
  for (let chunk = await ids.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await ids.fetchChunk()) {
    for (const id of chunk.getColumnValues(0)) seen.add(String(id));
  }
  return seen;
}

async function openAppenders(connection: DuckDBConnection, schema: TableSchema, table: string) {
  const columns = schema.columns.map((column) => {
    const convert = toDuckDb(column);
    return ({ row }: MessageRow) => convert(row[column.name]!);
  });
  return [
    await ColumnAppender.open<MessageRow>(connection, idsTable(table), [({ message }) => message.messageId]),
    await ColumnAppender.open<MessageRow>(connection, table, columns),
  ];
}
