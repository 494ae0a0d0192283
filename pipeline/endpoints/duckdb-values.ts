/** Values of a row as DuckDB's client takes them. */
import {
  blobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
  listValue,
  structValue,
} from "@duckdb/node-api";
import { duckDbType } from "../../schemas/duckdb";
import type { Column, Row, Value } from "../../schemas/schema";
import { microsOf } from "../../schemas/times";

export type ToDuckDb = (value: Value) => DuckDBValue;

/** What gives a column's values to DuckDB; null stays null. */
export function toDuckDb(column: Column): ToDuckDb {
  const convert = elementOf(column);
  if (column.mode === "REPEATED") return (values) => listValue((values as readonly Value[]).map(convert));
  return (value) => (value === null ? null : convert(value));
}

const same: ToDuckDb = (value) => value as DuckDBValue;

function elementOf(column: Column): ToDuckDb {
  switch (column.type) {
    case "BYTES":
      return (value) => blobValue(value as Uint8Array);
    case "NUMERIC":
    case "BIGNUMERIC":
      return decimalOf(duckDbType({ ...column, mode: "NULLABLE" }));
    case "DATE":
      return (value) => new DuckDBDateValue(Number(microsOf(`${value}T00:00:00`) / 86_400_000_000n));
    case "TIME":
      return (value) => new DuckDBTimeValue(microsOf(`1970-01-01T${value}`));
    case "DATETIME":
      return (value) => new DuckDBTimestampValue(microsOf(value as string));
    case "TIMESTAMP":
      return (value) => new DuckDBTimestampTZValue(microsOf(value as string));
    case "INTERVAL":
      return (value) => intervalOf(value as string);
    case "RANGE": {
      const bound = toDuckDb({ ...column, type: column.rangeElementType!, mode: "NULLABLE" });
      return (value) => structValue({ start: bound((value as Row).start!), end: bound((value as Row).end!) });
    }
    case "RECORD": {
      const fields = column.fields!.map((field) => [field.name, toDuckDb(field)] as const);
      return (value) => structValue(Object.fromEntries(fields.map(([name, to]) => [name, to((value as Row)[name]!)])));
    }
    default:
      return same;
  }
}

/** `type`: DECIMAL(width,scale), or VARCHAR for what a DECIMAL cannot hold. */
function decimalOf(type: string): ToDuckDb {
  const [, width, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (width === undefined || scale === undefined) return same;
  return (value) => {
    const [whole = "", fraction = ""] = (value as string).split(".");
    return new DuckDBDecimalValue(BigInt(whole + fraction.padEnd(+scale, "0")), +width, +scale);
  };
}

/** The canonical `Y-M D H:M:S.F`, see `Value`. */
function intervalOf(text: string): DuckDBIntervalValue {
  const parts = /^(-?)(\d+)-(\d+) (-?\d+) (-?)(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text)!;
  const months = (+parts[2]! * 12 + +parts[3]!) * (parts[1] === "-" ? -1 : 1);
  const seconds = BigInt(+parts[6]! * 3600 + +parts[7]! * 60 + +parts[8]!);
  const micros = seconds * 1_000_000n + BigInt((parts[9] ?? "").padEnd(6, "0"));
  return new DuckDBIntervalValue(months, +parts[4]!, parts[5] === "-" ? -micros : micros);
}
