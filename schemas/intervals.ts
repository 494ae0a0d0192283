/** INTERVAL from JSON: the canonical form, as SQL and streaming inserts write it, or ISO 8601, as load jobs do [Loading JSON data]. */
import { OUT_OF_RANGE, type Reader, WRONG_TYPE } from "./reader";

/** `[sign]Y-M [sign]D [sign]H:M:S[.F]`, whole. */
const CANONICAL = /^([+-]?)(\d{1,9})-(\d{1,9}) ([+-]?\d{1,9}) ([+-]?)(\d{1,9}):(\d{1,9}):(\d{1,9})(?:\.(\d{1,6}))?$/;
const part = (letter: string) => `(?:([+-]?\\d{1,9})${letter})?`;
/** `P1Y2M3W4DT5H6M7.5S`: each part may be left out, but not all, and has a sign of its own. */
const ISO_8601 = new RegExp(
  `^P(?=[^T]|T.)${part("Y")}${part("M")}${part("W")}${part("D")}(?:T(?=.)${part("H")}${part("M")}(?:([+-]?)(\\d{1,9})(?:\\.(\\d{1,6}))?S)?)?$`,
);

/** The parts of an INTERVAL, which do not convert into each other. */
interface Parts {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

export const interval: Reader = {
  string(text) {
    const parts = ofCanonical(text) ?? ofIso8601(text);
    if (parts === undefined) return WRONG_TYPE;
    return isInRange(parts) ? canonical(parts) : OUT_OF_RANGE;
  },
};

function ofCanonical(text: string): Parts | undefined {
  const found = CANONICAL.exec(text);
  if (found === null) return undefined;
  const [, sign, years, months, days, clockSign, hours, minutes, seconds, fraction] = found;
  const micros = clockOf(hours, minutes) + secondsOf(seconds, fraction);
  return {
    months: (+years! * 12 + +months!) * (sign === "-" ? -1 : 1),
    days: +days!,
    micros: clockSign === "-" ? -micros : micros,
  };
}

function ofIso8601(text: string): Parts | undefined {
  const found = ISO_8601.exec(text);
  if (found === null) return undefined;
  const [, years = 0, months = 0, weeks = 0, days = 0, hours, minutes, sign, seconds, fraction] = found;
  const micros = secondsOf(seconds, fraction);
  return {
    months: +years * 12 + +months,
    days: +weeks * 7 + +days,
    micros: clockOf(hours, minutes) + (sign === "-" ? -micros : micros),
  };
}

const clockOf = (hours = "0", minutes = "0") => BigInt(+hours * 60 + +minutes) * 60_000_000n;
const secondsOf = (seconds = "0", fraction = "") => BigInt(seconds + fraction.padEnd(6, "0"));

/** 10,000 years, 3,660,000 days, 87,840,000 hours, and as much below zero [Data types, Interval type]. */
function isInRange({ months, days, micros }: Parts): boolean {
  return (
    Math.abs(months) <= 120_000 && Math.abs(days) <= 3_660_000 && magnitude(micros) <= 87_840_000n * 3_600_000_000n
  );
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);

function canonical({ months, days, micros }: Parts): string {
  const calendar = `${months < 0 ? "-" : ""}${Math.trunc(Math.abs(months) / 12)}-${Math.abs(months) % 12}`;
  const whole = Number(magnitude(micros) / 1_000_000n);
  const fraction = String(magnitude(micros) % 1_000_000n)
    .padStart(6, "0")
    .replace(/0{1,6}$/, "");
  const clock = `${Math.trunc(whole / 3600)}:${Math.trunc(whole / 60) % 60}:${whole % 60}`;
  return `${calendar} ${days || 0} ${micros < 0n ? "-" : ""}${clock}${fraction && `.${fraction}`}`;
}
