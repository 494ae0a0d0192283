/** Which schema it was: what a row, a dead letter, a log and a job name it by. */
import { createHash } from "node:crypto";
import type { Column, TableSchema } from "./schema";

const DIGITS = 12;

/**
 * The first 12 hexadecimal digits of the SHA-256 of all that decides which values are taken: names in lower case, types, modes and
 * parameters, whatever order the columns stand in. Descriptions, policy tags and the file's form do not count: two schemas of one version take
 * the same messages.
 */
export function schemaVersion({ columns }: Pick<TableSchema, "columns">): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(columns)))
    .digest("hex")
    .slice(0, DIGITS);
}

function canonical(columns: readonly Column[]): unknown[] {
  return columns
    .map(({ name, type, mode, maxLength, precision, scale, rangeElementType, fields }) => [
      ...[
        name.toLowerCase(),
        type,
        mode,
        maxLength ?? null,
        precision ?? null,
        scale ?? (precision === undefined ? null : 0),
      ],
      ...[rangeElementType ?? null, fields === undefined ? null : canonical(fields)],
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
