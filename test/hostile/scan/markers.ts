/** Messages whose every value can be told from all else, and the search for such values in what is written for people. */
import { loadTableSchema } from "../../../schemas/load";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const MARKER = /mark[0-9a-z]+x|77\d{13}77/g;
/** Long enough for a marker, as base64. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}/g;

/** What a column holds in message `at`: a text, or a number where the column is one. */
const markerOf = (at: number, column: number, isNumber: boolean) =>
  isNumber ? `77${String(at * 100 + column).padStart(13, "0")}77` : `"mark${at.toString(36)}q${column.toString(36)}x"`;

/** One in five is a row; the others are texts in dates, an unknown column, a torn text, a column twice. */
export function messageOf(at: number): string {
  const members = BANK.columns.map(({ name, type }, column) => {
    if (/DATE|TIME/.test(type) && at % 5 !== 1) return `"${name}":null`;
    return `"${name}":${markerOf(at, column, type === "INT64")}`;
  });
  const whole = `{${members.join(",")}}`;
  const faults = [
    whole,
    whole,
    whole.replace("{", `{"nick_name":${markerOf(at, 99, false)},`),
    whole.slice(0, -9),
    whole.replace("{", `{${members[0]},`),
  ];
  return faults[at % faults.length]!;
}

export const messages = (count: number) => Array.from({ length: count }, (_, at) => `${messageOf(at)}\n`).join("");

/** Each marker in it, as it stands or in base64. */
export function markersIn(text: string): string[] {
  const decoded = (text.match(BASE64) ?? []).map((run) => Buffer.from(run, "base64").toString("latin1"));
  return [text, ...decoded].flatMap((one) => one.match(MARKER) ?? []);
}
