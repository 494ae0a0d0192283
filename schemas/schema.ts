/** BigQuery's column types by their GoogleSQL names; aliases (INTEGER, FLOAT, BOOLEAN, STRUCT) are resolved on reading. */
export type ColumnType =
  | "STRING"
  | "BYTES"
  | "INT64"
  | "FLOAT64"
  | "NUMERIC"
  | "BIGNUMERIC"
  | "BOOL"
  | "DATE"
  | "TIME"
  | "DATETIME"
  | "TIMESTAMP"
  | "JSON"
  | "GEOGRAPHY"
  | "INTERVAL"
  | "RANGE"
  | "RECORD";

export type ColumnMode = "NULLABLE" | "REQUIRED" | "REPEATED";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly mode: ColumnMode;
  readonly description: string;
  /** True where the description begins with "Personal data": BigQuery's format has no field of its own for it. */
  readonly personal: boolean;
  /** STRING: Unicode characters; BYTES: bytes. */
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** RANGE only: DATE, DATETIME or TIMESTAMP. */
  readonly rangeElementType?: ColumnType;
  /** Resource names of Data Catalog's policy tags: who may read the column. They do not change what it takes. */
  readonly policyTags?: readonly string[];
  /** RECORD only. */
  readonly fields?: readonly Column[];
}

export interface TableSchema {
  /** The table's description; empty where the file has none. */
  readonly description: string;
  readonly columns: readonly Column[];
}

/**
 * A value of a row. By type of column:
 * STRING, GEOGRAPHY string; JSON its JSON text; BYTES Uint8Array; INT64 bigint; FLOAT64 number (NaN and infinities included);
 * NUMERIC, BIGNUMERIC canonical decimal string ("-12.5", no exponent, no trailing zeros); BOOL boolean;
 * DATE "2024-02-29"; TIME "12:00:00.123456"; DATETIME "2024-02-29T12:00:00.123456"; TIMESTAMP "2024-02-29T12:00:00.123456Z", in UTC
 * (fractions: none, or six digits); INTERVAL "1-2 3 4:5:6.789"; RANGE { start, end } of its element type or null;
 * RECORD a Row; REPEATED an array, never null; null for a NULLABLE column that is absent or null.
 */
export type Value = null | string | bigint | number | boolean | Uint8Array | readonly Value[] | Row;

/** A message's content in the shape of the table: every column of the schema, in its order, and no other. */
export interface Row {
  [column: string]: Value;
}

/** Why a schema cannot be honoured. */
export type SchemaErrorCode =
  | "NOT_READABLE"
  | "NOT_JSON"
  | "NOT_A_SCHEMA"
  | "NOT_A_FIELD"
  | "NO_FIELDS"
  | "TOO_DEEP"
  | "TOO_MANY_COLUMNS"
  | "BAD_NAME"
  | "DUPLICATE_NAME"
  | "UNKNOWN_TYPE"
  | "UNKNOWN_MODE"
  | "UNKNOWN_PROPERTY"
  | "NOT_HONOURED"
  | "WRONG_PARAMETER";

export class SchemaError extends Error {
  constructor(
    readonly code: SchemaErrorCode,
    /** The column's path; empty where the whole schema is meant. */
    readonly column: string,
    what: string,
  ) {
    // A name in the file may have line feeds in it.
    super(`schema${column === "" ? "" : `, column ${column}`}: ${what} [${code}]`.replaceAll(/\p{Cc}+/gu, " "));
  }
}

/** The columns that a BigQuery subscription writes beside a message's content [BigQuery subscriptions, Write metadata]. */
const METADATA: readonly Column[] = [
  { name: "message_id", type: "STRING", mode: "NULLABLE", personal: false, description: "Pub/Sub's id of the message" },
  { name: "publish_time", type: "TIMESTAMP", mode: "NULLABLE", personal: false, description: "when Pub/Sub took it" },
  { name: "attributes", type: "JSON", mode: "NULLABLE", personal: false, description: "the attributes of the message" },
];

/** The schema with a STRING column for its version behind its own columns. Throws SchemaError where it has one of this name. */
export function withSchemaVersion(schema: TableSchema, name: string): TableSchema {
  if (schema.columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
    throw new SchemaError("DUPLICATE_NAME", name, "is a column already; --schema_version_column would add it");
  }
  const description = "the version of the schema that the row was made by";
  return {
    ...schema,
    columns: [...schema.columns, { name, type: "STRING", mode: "NULLABLE", personal: false, description }],
  };
}

/** The schema with `message_id`, `publish_time` and `attributes` behind its own columns. Throws SchemaError where it has one of these. */
export function withMetadata(schema: TableSchema): TableSchema {
  for (const { name } of METADATA) {
    if (schema.columns.some((column) => column.name.toLowerCase() === name)) {
      throw new SchemaError("DUPLICATE_NAME", name, "is a column already; --write_metadata would add it");
    }
  }
  return { ...schema, columns: [...schema.columns, ...METADATA] };
}
