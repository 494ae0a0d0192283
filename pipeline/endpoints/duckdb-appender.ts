import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBValue } from "@duckdb/node-api";

/** The rows of DuckDB's vectors: what a chunk holds at most. */
const CHUNK_ROWS = 2048;

/** Appends whole columns to a table, which is quicker than value by value. */
export class ColumnAppender<T> {
  private readonly chunk: DuckDBDataChunk;

  private constructor(
    private readonly appender: DuckDBAppender,
    private readonly columns: readonly ((row: T) => DuckDBValue)[],
  ) {
    this.chunk = DuckDBDataChunk.create(columns.map((_, i) => appender.columnType(i)));
  }

  /** `columns`: what each column of the table takes from a row, in the table's order. */
  static async open<T>(connection: DuckDBConnection, table: string, columns: readonly ((row: T) => DuckDBValue)[]) {
    return new ColumnAppender(await connection.createAppender(table), columns);
  }

  /** Appends within the connection's transaction. Throws DuckDB's error, after which the appender is of no more use. */
  append(rows: readonly T[]): void {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) this.appendChunk(rows.slice(from, from + CHUNK_ROWS));
    this.appender.flushSync();
  }

  private appendChunk(rows: readonly T[]): void {
    this.chunk.reset();
    this.chunk.rowCount = rows.length;
    for (const [i, column] of this.columns.entries()) {
      const vector = this.chunk.getColumnVector(i);
      for (let at = 0; at < rows.length; at++) vector.setItem(at, column(rows[at]!));
      vector.flush();
    }
    this.appender.appendDataChunk(this.chunk);
  }

  /**
   * Closes it, and forgets what it has not flushed: that belongs to a transaction that is rolled back. Were it kept, the garbage collector would
   * flush it at any time, into another transaction.
   */
  close(): void {
    try {
      this.appender.clear();
      this.appender.closeSync();
    } catch {
      // There is nothing left that could be lost.
    }
  }
}
