export type TableKeyErrorCode =
  | "DUCKDB_KEY_FILE"
  | "DUCKDB_KEY_REFUSED"
  | "DUCKDB_KEY_UNAVAILABLE"
  | "DUCKDB_WRONG_KEY"
  | "DUCKDB_ENCRYPTED"
  | "DUCKDB_NOT_ENCRYPTED"
  | "DUCKDB_NO_CRYPTO";

/** An encrypted table cannot be opened. The message has what was found and what mends it, and never a key. */
export class TableKeyError extends Error {
  constructor(
    readonly code: TableKeyErrorCode,
    message: string,
  ) {
    super(message);
  }
}
