import type { Column, Row, TableSchema, Value } from "../schemas/schema";

/** A row for a screen: personal columns show their first letter, and what looks like a card number its last four digits. */
export function maskRow(schema: TableSchema, row: Row): Record<string, string> {
  return Object.fromEntries(schema.columns.map((column) => [column.name, maskValue(column, row[column.name] ?? null)]));
}

function maskValue(column: Column, value: Value): string {
  if (value === null) return "null";
  const text = typeof value === "object" ? `(${column.mode === "REPEATED" ? "REPEATED" : column.type})` : String(value);
  if (!column.personal || typeof value === "object") return text;
  if (/^\d{12,19}$/.test(text)) return `•••• ${text.slice(-4)}`;
  return `${[...text][0] ?? ""}•••`;
}
