import type { Column, TableSchema } from "../schemas/schema";

/**
 * A row for a screen, each value as text: of personal columns only the first letter is shown, or the last four digits of what looks like
 * a card number (12 to 19 digits, ISO/IEC 7812). `row`: values as JSON has them.
 */
export function maskRow(schema: TableSchema, row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(schema.columns.map((column) => [column.name, maskValue(column, row[column.name])]));
}

function maskValue({ personal, fields }: Column, value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "object") return personal || fields !== undefined ? "•••" : JSON.stringify(value);
  const text = String(value);
  if (!personal) return text;
  return /^\d{12,19}$/.test(text) ? `•••• ${text.slice(-4)}` : `${[...text][0] ?? ""}•••`;
}
