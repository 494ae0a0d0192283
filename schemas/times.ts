/** DATE, TIME, DATETIME and TIMESTAMP from JSON, in their canonical forms [Loading JSON data, Data types]. */
import { decimal, scaled } from "./decimal";
import { OUT_OF_RANGE, type Reader, WRONG_TYPE } from "./reader";
import type { Refusal } from "../transforms/refusal";

const DATE = "(\\d{4})-(\\d{1,2})-(\\d{1,2})";
const TIME = "(\\d{1,2}):(\\d{1,2}):(\\d{1,2})(?:\\.(\\d+))?";
const WHOLE_DATE = new RegExp(`^${DATE}$`);
const WHOLE_TIME = new RegExp(`^${TIME}$`);
const CIVIL = new RegExp(`^${DATE}[Tt ]${TIME}$`);
const SLASHES = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?=[Tt ])/;
const NO_SECONDS = /^([^:]*:\d{1,2})$/;
const ZONE = / ?(?:[Zz]|UTC|([+-])(\d{1,2})(?::(\d{1,2}))?)$/;

/** Most messages have this form, which is its own canonical form. */
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/;

const two = (text: string) => text.padStart(2, "0");

function dateOf(year: string, month: string, day: string): string | undefined {
  const y = +year;
  const m = +month;
  const d = +day;
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > daysOf(y, m)) return undefined;
  return `${year}-${two(month)}-${two(day)}`;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS[month - 1]!;
}

/** BigQuery refuses a seventh digit behind the point ("Invalid datetime string"), whatever it is. */
function timeOf(hour: string, minute: string, second: string, fraction = ""): string | undefined {
  if (+hour > 23 || +minute > 59 || +second > 59 || fraction.length > 6) return undefined;
  const micros = fraction.padEnd(6, "0");
  return `${two(hour)}:${two(minute)}:${two(second)}${micros === "000000" ? "" : `.${micros}`}`;
}

export const date: Reader = {
  string(text) {
    const parts = WHOLE_DATE.exec(text);
    if (parts === null) return WRONG_TYPE;
    return dateOf(parts[1]!, parts[2]!, parts[3]!) ?? OUT_OF_RANGE;
  },
};

export const time: Reader = {
  string(text) {
    const parts = WHOLE_TIME.exec(text);
    if (parts === null) return WRONG_TYPE;
    return timeOf(parts[1]!, parts[2]!, parts[3]!, parts[4]) ?? OUT_OF_RANGE;
  },
};

export const datetime: Reader = { string: civil };

function civil(text: string): string | Refusal {
  if (CANONICAL.test(text) && isCanonical(text)) return text.endsWith(".000000") ? text.slice(0, 19) : text;
  const parts = CIVIL.exec(text);
  if (parts === null) return WRONG_TYPE;
  const day = dateOf(parts[1]!, parts[2]!, parts[3]!);
  const clock = timeOf(parts[4]!, parts[5]!, parts[6]!, parts[7]);
  return day === undefined || clock === undefined ? OUT_OF_RANGE : `${day}T${clock}`;
}

function isCanonical(text: string): boolean {
  const at = (from: number) => (text.charCodeAt(from) - 48) * 10 + text.charCodeAt(from + 1) - 48;
  const year = at(0) * 100 + at(2);
  const month = at(5);
  if (year < 1 || month < 1 || month > 12 || at(11) > 23 || at(14) > 59 || at(17) > 59) return false;
  const day = at(8);
  return day >= 1 && day <= daysOf(year, month);
}

/**
 * A date, by dashes or slashes, and a time, with or without seconds; a zone is Z, UTC or an offset, and without one it is UTC. Zones by
 * their names are refused, as streaming inserts refuse them ("Unrecognized timezone"). A number, also in a string, is seconds since 1970.
 */
export const timestamp: Reader = {
  number: instantOfSeconds,
  string(text) {
    const zone = ZONE.exec(text);
    const written = zone === null ? text : text.slice(0, zone.index);
    let local = civil(written);
    if (local === WRONG_TYPE) local = civil(written.replace(SLASHES, "$1-$2-$3").replace(NO_SECONDS, "$1:00"));
    if (local === WRONG_TYPE) return instantOfSeconds(text);
    if (typeof local !== "string") return local;
    const [, sign, hours = "0", minutes = "0"] = zone ?? [];
    if (+hours > 14 || +minutes > 59) return OUT_OF_RANGE;
    const offset = (+hours * 60 + +minutes) * (sign === "-" ? -1 : 1);
    return offset === 0 ? `${local}Z` : (instantOf(microsOf(local) - BigInt(offset) * 60_000_000n) ?? OUT_OF_RANGE);
  },
};

/** To the nearest microsecond: a double of this size has no more. */
function instantOfSeconds(text: string): string | Refusal {
  const seconds = decimal(text);
  if (seconds === undefined) return WRONG_TYPE;
  const micros = scaled(seconds, 6, 19);
  return (micros === undefined ? undefined : instantOf(micros)) ?? OUT_OF_RANGE;
}

/** Microseconds since 1970 of a canonical DATETIME or TIMESTAMP. */
export function microsOf(canonical: string): bigint {
  const fraction = /\.(\d{6})/.exec(canonical)?.[1] ?? "0";
  return BigInt(Date.parse(`${canonical.slice(0, 19)}Z`)) * 1000n + BigInt(fraction);
}

const FIRST = -62_135_596_800_000_000n;
const LAST = 253_402_300_799_999_999n;

function instantOf(micros: bigint): string | undefined {
  if (micros < FIRST || micros > LAST) return undefined;
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}${rest === 0n ? "" : `.${String(rest).padStart(6, "0")}`}Z`;
}
