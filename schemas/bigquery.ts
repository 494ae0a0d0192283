/** What BigQuery is given: the DDL of a table, and rows as `tabledata.insertAll` takes them. */
import type { Column, Row, TableSchema, Value } from "./schema";

/** `CREATE TABLE` with every description. `table`: `project.dataset.table`. */
export function bigQueryDdl({ description, columns }: TableSchema, table: string): string {
  const lines = columns.map((column) => `  ${columnDdl(column)}`).join(",\n");
  const options = description === "" ? "" : `\nOPTIONS (description = ${JSON.stringify(description)})`;
  return `CREATE TABLE \`${table}\` (\n${lines}\n)${options};\n`;
}

export function columnDdl(column: Column): string {
  const mode = column.mode === "REQUIRED" ? " NOT NULL" : "";
  const description = column.description === "" ? "" : ` OPTIONS (description = ${JSON.stringify(column.description)})`;
  return `\`${column.name}\` ${typeDdl(column)}${mode}${description}`;
}

export function typeDdl(column: Column): string {
  const type = elementDdl(column);
  return column.mode === "REPEATED" ? `ARRAY<${type}>` : type;
}

function elementDdl({ type, fields, rangeElementType, maxLength, precision, scale }: Column): string {
  if (type === "RECORD") return `STRUCT<${fields!.map(columnDdl).join(", ")}>`;
  if (type === "RANGE") return `RANGE<${rangeElementType}>`;
  if (maxLength !== undefined) return `${type}(${maxLength})`;
  if (precision !== undefined) return `${type}(${precision}${scale === undefined ? "" : `, ${scale}`})`;
  return type;
}

/** The columns as BigQuery's API has them, `TableSchema.fields`. */
export function toTableFields(columns: readonly Column[]): Json[] {
  return columns.map(({ name, type, mode, fields, rangeElementType }) => ({
    name,
    type,
    mode,
    ...(fields !== undefined && { fields: toTableFields(fields) }),
    ...(rangeElementType !== undefined && { rangeElementType: { type: rangeElementType } }),
  }));
}

export type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

/** Compiles a schema to the function that gives a row as JSON for `tabledata.insertAll`: INT64 and decimals as strings, so that no double comes between. */
export function toInsertAllJson(schema: TableSchema): (row: Row) => { [column: string]: Json } {
  const converters = schema.columns.map((column) => [column.name, converter(column)] as const);
  return (row) => {
    const json: { [column: string]: Json } = {};
    for (const [name, convert] of converters) {
      const value = row[name] ?? null;
      if (value !== null) json[name] = convert(value);
    }
    return json;
  };
}

function converter(column: Column): (value: Value) => Json {
  const convert = elementConverter(column);
  return column.mode === "REPEATED" ? (values) => (values as readonly Value[]).map(convert) : convert;
}

function elementConverter({ type, fields }: Column): (value: Value) => Json {
  switch (type) {
    case "INT64":
      return String;
    case "BYTES":
      return (value) => Buffer.from(value as Uint8Array).toString("base64");
    case "FLOAT64":
      // JSON has no NaN and no infinities, and JSON.stringify no -0.
      return (value) =>
        Number.isFinite(value) && !Object.is(value, -0) ? (value as number) : floatText(value as number);
    case "RECORD":
      return toInsertAllJson({ description: "", columns: fields! }) as (value: Value) => Json;
    default:
      return (value) => value as Json;
  }
}

const floatText = (value: number) => (value === 0 ? "-0" : String(value));
