/**
 * Rows as Beam rows whose fields have the types that Java's Storage Write takes for each column, and back. Java makes a proto field of each
 * [Storage Write API, Supported protocol buffer and Arrow data types]; the types are those for which a row that the table refuses comes
 * back out of Java (2.73) exactly as it went in.
 */
import type { Column, Row, TableSchema, Value } from "./schema";

/**
 * A type of Beam's. DECIMAL travels as BigDecimal does; its JavaScript form is a canonical decimal string. DATE is days, and
 * "2024-02-29" in JavaScript.
 */
export type BeamType = "BYTES" | "STRING" | "INT64" | "DOUBLE" | "BOOLEAN" | "DECIMAL" | "DATE" | readonly BeamField[];

export interface BeamField {
  readonly name: string;
  readonly type: BeamType;
  readonly mode: "NULLABLE" | "REQUIRED" | "REPEATED";
}

/** A value of a Beam row: like `Value`, but TIMESTAMP is microseconds since 1970, UTC. */
export type BeamValue = null | string | bigint | number | boolean | Uint8Array | readonly BeamValue[] | BeamRow;
export interface BeamRow {
  [field: string]: BeamValue;
}

/** Names in lower case: Java looks them up so in what it gets back, and BigQuery takes them in any case. */
export function beamFields(columns: readonly Column[]): BeamField[] {
  return columns.map((column) => ({ name: column.name.toLowerCase(), type: beamType(column), mode: column.mode }));
}

function beamType(column: Column): BeamType {
  switch (column.type) {
    case "RECORD":
      return beamFields(column.fields!);
    case "RANGE":
      return beamFields(boundsOf(column));
    default:
      return TYPES[column.type];
  }
}

const TYPES: Readonly<Record<Exclude<Column["type"], "RECORD" | "RANGE">, Exclude<BeamType, readonly BeamField[]>>> = {
  STRING: "STRING",
  BYTES: "BYTES",
  INT64: "INT64",
  FLOAT64: "DOUBLE",
  BOOL: "BOOLEAN",
  NUMERIC: "DECIMAL",
  // Java takes every DECIMAL for a NUMERIC, and refuses a tenth digit behind the point.
  BIGNUMERIC: "STRING",
  DATE: "DATE",
  // Java knows these two by a URN only together with an object of its own, serialized.
  TIME: "STRING",
  DATETIME: "STRING",
  // Java cannot read back the micros_instant of a row that is refused: it would fail the bundle for ever.
  TIMESTAMP: "INT64",
  JSON: "STRING",
  GEOGRAPHY: "STRING",
  INTERVAL: "STRING",
};

const boundsOf = ({ rangeElementType }: Column): Column[] =>
  ["start", "end"].map((name) => ({
    name,
    type: rangeElementType!,
    mode: "NULLABLE",
    description: "",
    personal: false,
  }));

/** Compiles a schema to the function that makes a Beam row of a row. */
export function toBeamRow(schema: TableSchema): (row: Row) => BeamRow {
  return recordTo(schema.columns);
}

/** The inverse, but for FLOAT64, which Java gives back with at most 15 fractional digits. */
export function fromBeamRow(schema: TableSchema): (row: BeamRow) => Row {
  return recordFrom(schema.columns);
}

type Convert<A, B> = (value: A) => B;

function recordTo(columns: readonly Column[]): Convert<Row, BeamRow> {
  const fields = columns.map((column) => [column.name, column.name.toLowerCase(), valueTo(column)] as const);
  return (row) => {
    const made: BeamRow = {};
    for (const [column, field, convert] of fields) {
      const value = row[column] ?? null;
      made[field] = value === null || convert === undefined ? (value as BeamValue) : convert(value);
    }
    return made;
  };
}

function recordFrom(columns: readonly Column[]): Convert<BeamRow, Row> {
  const fields = columns.map((column) => [column.name, column.name.toLowerCase(), valueFrom(column)] as const);
  return (made) => {
    const row: Row = {};
    for (const [column, field, convert] of fields) {
      const value = made[field] ?? null;
      row[column] = value === null || convert === undefined ? (value as Value) : convert(value);
    }
    return row;
  };
}

/** Undefined where a value is the same on both sides. */
const valueTo = (column: Column) => ofMode<Value, BeamValue>(column, elementTo(column));
const valueFrom = (column: Column) => ofMode<BeamValue, Value>(column, elementFrom(column));

function ofMode<A, B>({ mode }: Column, convert: Convert<A, B> | undefined): Convert<A, B> | undefined {
  if (mode !== "REPEATED" || convert === undefined) return convert;
  return (values) => (values as readonly A[]).map(convert) as B;
}

function elementTo(column: Column): Convert<Value, BeamValue> | undefined {
  if (column.type === "TIMESTAMP") return (value) => microsOf(value as string);
  if (column.type === "RECORD") return recordTo(column.fields!) as Convert<Value, BeamValue>;
  if (column.type === "RANGE") return recordTo(boundsOf(column)) as Convert<Value, BeamValue>;
  return undefined;
}

function elementFrom(column: Column): Convert<BeamValue, Value> | undefined {
  if (column.type === "TIMESTAMP") return (value) => timestampOf(value as number | bigint);
  if (column.type === "INT64") return (value) => BigInt(value as number | bigint);
  if (column.type === "RECORD") return recordFrom(column.fields!) as Convert<BeamValue, Value>;
  if (column.type === "RANGE") return recordFrom(boundsOf(column)) as Convert<BeamValue, Value>;
  return undefined;
}

const MILLION = 1_000_000n;
/** "2024-02-29T12:00:00" */
const SECONDS = 19;

/** Of "2024-02-29T12:00:00Z", or with six fractional digits. A number where it is a safe integer. */
export function microsOf(timestamp: string): number | bigint {
  const seconds = Date.parse(`${timestamp.slice(0, SECONDS)}Z`) / 1000;
  const fraction = timestamp.length > SECONDS + 1 ? Number(timestamp.slice(SECONDS + 1, -1)) : 0;
  const micros = seconds * 1e6 + fraction;
  return Number.isSafeInteger(micros) ? micros : BigInt(seconds) * MILLION + BigInt(fraction);
}

export function timestampOf(micros: number | bigint): string {
  const all = BigInt(micros);
  const fraction = ((all % MILLION) + MILLION) % MILLION;
  const seconds = new Date(Number((all - fraction) / 1000n)).toISOString().slice(0, SECONDS);
  return fraction === 0n ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}
