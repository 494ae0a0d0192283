/** Dead letters on one screen: by reason and column, with counts and times. */
import { columnOf, type Letter } from "./letter";

export interface Group {
  readonly reason: string;
  /** Without the places of elements: `cells[].id`. */
  readonly column: string;
  /** Of the schema, those that refused them; empty where the letters do not say. */
  readonly schemaVersions: readonly string[];
  readonly count: number;
  /** Of the refused messages' publication; empty where it is not known. */
  readonly first: string;
  readonly last: string;
  /** One of them, to be shown. */
  readonly id: string;
}

/** The largest first. */
export function groupsOf(letters: readonly Letter[]): Group[] {
  const groups = new Map<string, Letter[]>();
  for (const letter of letters) {
    const key = `${letter.reason} ${columnOf(letter.column)}`;
    groups.set(key, [...(groups.get(key) ?? []), letter]);
  }
  return [...groups.values()].map(groupOf).sort((a, b) => b.count - a.count || compare(a, b));
}

function groupOf(letters: readonly Letter[]): Group {
  const [{ reason, column, id }] = letters as [Letter];
  const times = letters
    .map(({ publishTime }) => publishTime)
    .filter((time) => time !== "")
    .sort(byTime);
  const versions = new Set(letters.map(({ schemaVersion }) => schemaVersion).filter((version) => version !== ""));
  return {
    reason,
    column: columnOf(column),
    schemaVersions: [...versions].sort(),
    count: letters.length,
    first: times[0] ?? "",
    last: times.at(-1) ?? "",
    id,
  };
}

const byTime = (a: string, b: string) => Date.parse(a) - Date.parse(b);
const compare = (a: Group, b: Group) => (`${a.reason} ${a.column}` < `${b.reason} ${b.column}` ? -1 : 1);

export function groupsAsText(groups: readonly Group[]): string {
  const rows = groups.map(({ reason, column, schemaVersions, count, first, last, id }) => [
    count.toLocaleString("en"),
    reason,
    column || "-",
    schemaVersions.join(" ") || "-",
    inSeconds(first),
    inSeconds(last),
    id,
  ]);
  return tableAsText([
    ["count", "reason", "column", "by schema", "first published", "last published", "for example"],
    ...rows,
  ]);
}

/** Left-aligned columns but for the first, which are numbers. */
export function tableAsText(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}

const inSeconds = (time: string) => (time === "" ? "-" : time.replace(/\.\d+Z$/, "Z"));
