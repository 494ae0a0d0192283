/** The table in DuckDB: an embedded stand-in with real types, not BigQuery. */
import type { Column, TableSchema } from "./schema";

/** The type that holds every value of a column exactly. */
export function duckDbType(column: Column): string {
  const type = elementType(column);
  return column.mode === "REPEATED" ? `${type}[]` : type;
}

function elementType(column: Column): string {
  const { type, fields, rangeElementType, precision, scale = 0 } = column;
  switch (type) {
    case "STRING":
    case "GEOGRAPHY":
      return "VARCHAR";
    case "BYTES":
      return "BLOB";
    case "INT64":
      return "BIGINT";
    case "FLOAT64":
      return "DOUBLE";
    case "NUMERIC":
      return precision === undefined ? "DECIMAL(38,9)" : `DECIMAL(${precision},${scale})`;
    case "BIGNUMERIC":
      // DuckDB's decimals end at 38 digits, BigQuery's at 76: text is what keeps them all.
      return precision === undefined || precision > 38 ? "VARCHAR" : `DECIMAL(${precision},${scale})`;
    case "BOOL":
      return "BOOLEAN";
    case "DATETIME":
      return "TIMESTAMP";
    case "TIMESTAMP":
      return "TIMESTAMPTZ";
    case "RANGE": {
      const bound = elementType({ ...column, type: rangeElementType! });
      return `STRUCT("start" ${bound}, "end" ${bound})`;
    }
    case "RECORD":
      return `STRUCT(${fields!.map((field) => `${quoted(field.name)} ${duckDbType(field)}`).join(", ")})`;
    default:
      return type;
  }
}

/** `CREATE TABLE IF NOT EXISTS` and the comments, one statement each. */
export function duckDbDdl({ description, columns }: TableSchema, table: string): string[] {
  const lines = columns.map(
    (column) => `${quoted(column.name)} ${duckDbType(column)}${column.mode === "REQUIRED" ? " NOT NULL" : ""}`,
  );
  const comments = columns
    .filter((column) => column.description !== "")
    .map((column) => `COMMENT ON COLUMN ${quoted(table)}.${quoted(column.name)} IS ${literal(column.description)}`);
  return [
    `CREATE TABLE IF NOT EXISTS ${quoted(table)} (${lines.join(", ")})`,
    ...(description === "" ? [] : [`COMMENT ON TABLE ${quoted(table)} IS ${literal(description)}`]),
    ...comments,
  ];
}

/**
 * Attaches an encrypted file, with its key as the one parameter of the first statement, and makes it all that there is: what else could be
 * read or written from here is closed, settings too.
 */
export function attachEncrypted(path: string, readOnly: boolean): readonly string[] {
  const options = `ENCRYPTION_KEY $1, ENCRYPTION_CIPHER 'GCM'${readOnly ? ", READ_ONLY" : ""}`;
  return [
    `ATTACH ${literal(path)} AS encrypted (${options})`,
    "USE encrypted",
    // Without OpenSSL nothing can be encrypted, also no temporary file.
    `SET temp_directory = ${literal(readOnly ? "" : `${path}.tmp`)}`,
    "SET enable_external_access = false",
    "SET lock_configuration = true",
  ];
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
