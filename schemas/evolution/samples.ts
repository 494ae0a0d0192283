/** Messages that use all that a schema allows: what tells an old pipeline from a new one. */
import type { Column, ColumnType } from "../schema";

/** A message with every column of the schema but `absent`, as JSON text. */
export function sampleMessage(columns: readonly Column[], absent = ""): string {
  const members = columns
    .filter(({ name }) => name !== absent)
    .map((column) => `${JSON.stringify(column.name)}:${sampleOf(column, within(absent, column.name))}`);
  return `{${members.join(",")}}`;
}

const within = (path: string, name: string) => (path.startsWith(`${name}.`) ? path.slice(name.length + 1) : "");

function sampleOf(column: Column, absent: string): string {
  const sample = column.type === "RECORD" ? sampleMessage(column.fields!, absent) : widest(column);
  return column.mode === "REPEATED" ? `[${sample}]` : sample;
}

const SAMPLES: Partial<Record<ColumnType, string>> = {
  STRING: '"a text that is longer than any old length"',
  BYTES: '"AAECAwQFBgcICQ=="',
  INT64: '"-9223372036854775808"',
  FLOAT64: "1e300",
  BOOL: "true",
  DATE: '"2024-02-29"',
  TIME: '"12:00:00.5"',
  DATETIME: '"2024-02-29T12:00:00.5"',
  TIMESTAMP: '"2024-02-29T12:00:00.5Z"',
  JSON: '{"a":[1]}',
  GEOGRAPHY: '"POINT(0 0)"',
  INTERVAL: '"1-2 3 4:5:6"',
};

/** A value of the column that no narrower one takes: of its full length, with all of its digits. */
function widest({ type, maxLength, precision, scale = 0, rangeElementType }: Column): string {
  if (type === "STRING" && maxLength !== undefined) return JSON.stringify("x".repeat(maxLength));
  if (type === "BYTES" && maxLength !== undefined) return JSON.stringify(Buffer.alloc(maxLength).toString("base64"));
  if (type === "NUMERIC")
    return decimal(precision === undefined ? 29 : precision - scale, precision === undefined ? 9 : scale);
  if (type === "BIGNUMERIC")
    return decimal(precision === undefined ? 38 : precision - scale, precision === undefined ? 38 : scale);
  if (type === "RANGE") {
    const bound = JSON.parse(SAMPLES[rangeElementType!]!) as string;
    return JSON.stringify({ start: bound, end: null });
  }
  return SAMPLES[type]!;
}

const decimal = (whole: number, fraction: number) =>
  JSON.stringify(`${"9".repeat(whole) || "0"}${fraction === 0 ? "" : `.${"9".repeat(fraction)}`}`);
