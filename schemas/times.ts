/** DATE, TIME, DATETIME, TIMESTAMP, INTERVAL and RANGE from JSON [Data types, Loading JSON data], in their canonical forms. */
import { OUT_OF_RANGE, type Reader, WRONG_TYPE } from "./reader";
import type { Refusal } from "../transforms/refusal";

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const TIME = /(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?/;
const WHOLE_DATE = new RegExp(`${DATE.source}$`);
const WHOLE_TIME = new RegExp(`^${TIME.source}$`);
const CIVIL = new RegExp(`${DATE.source}(?:[Tt ]${TIME.source})?$`);
const INSTANT = new RegExp(
  `${DATE.source}(?:[Tt ]${TIME.source})?(?: ?([Zz]|UTC)| ?([+-])(\\d{1,2})(?::?(\\d{2}))?)?$`,
);

/** Exact form first: most messages have it, and it is its own canonical form. */
const CANONICAL_DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/;

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

/** BigQuery keeps microseconds: a seventh digit that is not zero is refused, not rounded. */
function timeOf(hour: string, minute: string, second: string, fraction = ""): string | undefined {
  if (+hour > 23 || +minute > 59 || +second > 59 || /[1-9]/.test(fraction.slice(6))) return undefined;
  const micros = fraction.slice(0, 6).padEnd(6, "0");
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
  if (CANONICAL_DATETIME.test(text) && isCanonical(text)) return text.endsWith(".000000") ? text.slice(0, 19) : text;
  const parts = CIVIL.exec(text);
  if (parts === null) return WRONG_TYPE;
  return civilOf(parts) ?? OUT_OF_RANGE;
}

function isCanonical(text: string): boolean {
  const at = (from: number) => (text.charCodeAt(from) - 48) * 10 + text.charCodeAt(from + 1) - 48;
  const year = at(0) * 100 + at(2);
  const month = at(5);
  if (year < 1 || month < 1 || month > 12 || at(11) > 23 || at(14) > 59 || at(17) > 59) return false;
  const day = at(8);
  return day >= 1 && day <= daysOf(year, month);
}

function civilOf(parts: RegExpExecArray): string | undefined {
  const day = dateOf(parts[1]!, parts[2]!, parts[3]!);
  const clock = parts[4] === undefined ? "00:00:00" : timeOf(parts[4], parts[5]!, parts[6]!, parts[7]);
  return day === undefined || clock === undefined ? undefined : `${day}T${clock}`;
}

/** A zone is Z, UTC or an offset; without one it is UTC. A number is seconds since 1970. Zones by name are refused: their rules change. */
export const timestamp: Reader = {
  number(text) {
    const parts = /^(-?)(\d{1,15})(?:\.(\d{1,6})0*)?$/.exec(text);
    if (parts === null) return OUT_OF_RANGE;
    const micros = BigInt(parts[2]! + (parts[3] ?? "").padEnd(6, "0"));
    return instantOf(parts[1] === "-" ? -micros : micros) ?? OUT_OF_RANGE;
  },
  string(text) {
    const parts = INSTANT.exec(text);
    if (parts === null) return WRONG_TYPE;
    const local = civilOf(parts);
    if (local === undefined || +(parts[10] ?? 0) > 14 || +(parts[11] ?? 0) > 59) return OUT_OF_RANGE;
    const offset = (+(parts[10] ?? 0) * 60 + +(parts[11] ?? 0)) * (parts[9] === "-" ? -1 : 1);
    return offset === 0 ? `${local}Z` : (instantOf(microsOf(local) - BigInt(offset) * 60_000_000n) ?? OUT_OF_RANGE);
  },
};

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

/** `[sign]Y-M [sign]D [sign]H:M:S[.F]`, the canonical format, whole. Its bounds: 10,000 years, 3,660,000 days, 87,840,000 hours. */
export const interval: Reader = {
  string(text) {
    const parts =
      /^([+-]?)(\d{1,5})-(\d{1,2}) ([+-]?\d{1,7}) ([+-]?)(\d{1,8}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?$/.exec(text);
    if (parts === null) return WRONG_TYPE;
    const [, sign, years, months, days, minus, hours, minutes, seconds, fraction = ""] = parts as unknown as string[];
    const clock = +hours! * 3600 + +minutes! * 60 + +seconds!;
    if (+years! * 12 + +months! > 120_000 || +months! > 11 || Math.abs(+days!) > 3_660_000) return OUT_OF_RANGE;
    if (+minutes! > 59 || +seconds! > 59 || clock + (+fraction > 0 ? 1 : 0) > 87_840_000 * 3600) return OUT_OF_RANGE;
    const micros = fraction.replace(/0+$/, "");
    const negative = (given: string | undefined, zero: boolean) => (given === "-" && !zero ? "-" : "");
    const calendar = `${negative(sign, +years! + +months! === 0)}${+years!}-${+months!}`;
    const clockSign = negative(minus, clock === 0 && micros === "");
    return `${calendar} ${+days! || 0} ${clockSign}${+hours!}:${+minutes!}:${+seconds!}${micros && `.${micros}`}`;
  },
};
