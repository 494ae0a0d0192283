import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";

/** The rows of DuckDB's vectors: what a chunk holds at most. */
const CHUNK_ROWS = 2048;

/** Appends whole columns to a table: several times as quick as value by value. */
export class ColumnAppender<T> {
  private constructor(
    private readonly appender: DuckDBAppender,
    private readonly columns: readonly ((row: T) => DuckDBValue)[],
  ) {}

  static async open<T>(connection: DuckDBConnection, table: string, columns: readonly ((row: T) => DuckDBValue)[]) {
    return new ColumnAppender(await connection.createAppender(table), columns);
  }

  /** Appends within the connection's transaction. Throws DuckDB's error, after which the appender is of no more use. */
  append(rows: readonly T[]): void {
    const types: DuckDBType[] = this.columns.map((_, i) => this.appender.columnType(i));
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const part = rows.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, part.length);
      for (const [i, column] of this.columns.entries()) chunk.setColumnValues(i, part.map(column));
      this.appender.appendDataChunk(chunk);
    }
    this.appender.flushSync();
  }

  close(): void {
    try {
      this.appender.closeSync();
    } catch {
      // What it had not flushed belongs to a transaction that is rolled back.
    }
  }
}
