/** A row as the JSON text of a message, which the row parser of the same schema makes the same row of. */
import type { Column, Row, TableSchema, Value } from "./schema";

/** Compiles a schema to the function that writes a row; a column that is NULL is left out. */
export function toJsonText({ columns }: TableSchema): (row: Row) => string {
  const writers = columns.map((column) => [column.name, JSON.stringify(column.name), writer(column)] as const);
  return (row) => {
    const members: string[] = [];
    for (const [name, quoted, write] of writers) {
      const value = row[name] ?? null;
      if (value !== null) members.push(`${quoted}:${write(value)}`);
    }
    return `{${members.join(",")}}`;
  };
}

function writer(column: Column): (value: Value) => string {
  const write = elementWriter(column);
  return column.mode === "REPEATED" ? (values) => `[${(values as readonly Value[]).map(write).join(",")}]` : write;
}

function elementWriter({ type, fields }: Column): (value: Value) => string {
  switch (type) {
    case "INT64":
    case "NUMERIC":
    case "BIGNUMERIC":
    case "JSON":
      // Numbers of any length, and JSON, are text already.
      return String;
    case "FLOAT64":
      return (value) => floatText(value as number);
    case "BYTES":
      return (value) => `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
    case "RECORD":
      return toJsonText({ description: "", columns: fields! }) as (value: Value) => string;
    default:
      return (value) => JSON.stringify(value);
  }
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : String(value);
}
