/**
 * Rows as Beam rows whose fields have the types of which Java's Storage Write makes, for each column, a proto field that BigQuery takes
 * [Storage Write API, Supported protocol buffer and Arrow data types].
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

export function beamFields(columns: readonly Column[]): BeamField[] {
  return columns.map((column) => ({ name: column.name, type: beamType(column), mode: column.mode }));
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
  // Microseconds, which is what Java makes of a micros_instant too.
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
export function toBeamRow({ columns }: TableSchema): (row: Row) => BeamRow {
  const converters = columns.map((column) => [column.name, converter(column)] as const);
  return (row) => {
    const made: BeamRow = {};
    for (const [name, convert] of converters) {
      const value = row[name] ?? null;
      made[name] = value === null || convert === undefined ? (value as BeamValue) : convert(value);
    }
    return made;
  };
}

/** Undefined where a value is the same on both sides. */
type Convert = ((value: Value) => BeamValue) | undefined;

function converter(column: Column): Convert {
  const convert = elementConverter(column);
  if (column.mode !== "REPEATED" || convert === undefined) return convert;
  return (values) => (values as readonly Value[]).map(convert);
}

function elementConverter(column: Column): Convert {
  switch (column.type) {
    case "TIMESTAMP":
      return (value) => microsOf(value as string);
    case "RECORD":
    case "RANGE": {
      const columns = column.type === "RECORD" ? column.fields! : boundsOf(column);
      return toBeamRow({ description: "", columns }) as (value: Value) => BeamValue;
    }
    default:
      return undefined;
  }
}

/** "2024-02-29T12:00:00" */
const SECONDS = 19;

/** Of "2024-02-29T12:00:00Z", or with six fractional digits. A number where it is a safe integer. */
export function microsOf(timestamp: string): number | bigint {
  const seconds = Date.parse(`${timestamp.slice(0, SECONDS)}Z`) / 1000;
  const fraction = timestamp.length > SECONDS + 1 ? Number(timestamp.slice(SECONDS + 1, -1)) : 0;
  const micros = seconds * 1e6 + fraction;
  return Number.isSafeInteger(micros) ? micros : BigInt(seconds) * 1_000_000n + BigInt(fraction);
}
