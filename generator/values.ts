import type { Column } from "../schemas/schema";
import { type Draw, from, join, type JsonSource, pickFrom, plain, quoted, type Source, whole } from "./draw";
import { dates, dateTimes, times, withMicroseconds } from "./moments";
import type { Random } from "./random";

/** The values of a column where something better than its type is known of it. */
export type Meaning = (column: Column) => JsonSource | undefined;

/** The years that dates by type fall into. */
const YEARS = [1970, 68] as const;

/** Draws values that BigQuery takes for a column, by its meaning or else its type; null now and then where it is NULLABLE. */
export function columnValues(random: Random, column: Column, meaning: Meaning): JsonSource {
  const known = meaning(column);
  const one = known ?? ofType(random, column, meaning);
  if (column.mode === "REPEATED") {
    const element = whole(one);
    return plain(from(() => `[${Array.from({ length: random.below(4) }, element).join()}]`));
  }
  if (column.mode === "REQUIRED" || known !== undefined) return one;
  const value = whole(one);
  return plain(from(() => (random.below(8) === 0 ? "null" : value())));
}

function ofType(random: Random, column: Column, meaning: Meaning): JsonSource {
  const defaultScale = (scale: number) => column.scale ?? (column.precision === undefined ? scale : 0);
  switch (column.type) {
    case "STRING":
      return quoted(from(words(random, column.maxLength ?? 40)));
    case "BYTES":
      return quoted(from(base64(random, Math.min(column.maxLength ?? 24, 24))));
    case "INT64":
      return plain(from(integers(random)));
    case "FLOAT64":
      return plain(from(floats(random)));
    case "NUMERIC":
      return quoted(from(decimals(random, column.precision ?? 38, defaultScale(9))));
    case "BIGNUMERIC":
      return quoted(from(decimals(random, column.precision ?? 76, defaultScale(38))));
    case "BOOL":
      return plain(pickFrom(random, ["false", "true"]));
    case "JSON":
      return plain(from(() => `{"a":${random.below(1000)},"b":[true,null,"c"]}`));
    case "GEOGRAPHY":
      return quoted(from(points(random)));
    case "INTERVAL":
      return quoted(from(intervals(random)));
    case "RANGE":
      return plain(from(ranges(random, column.rangeElementType ?? "DATE")));
    case "RECORD":
      return plain(from(objects(random, column.fields ?? [], meaning)));
    default:
      return quoted(moments(random, column.type, ...YEARS));
  }
}

/** A RECORD with all of its members, in the schema's order. */
function objects(random: Random, columns: readonly Column[], meaning: Meaning): Draw {
  const members = columns.map((column) => ({
    key: `${JSON.stringify(column.name)}:`,
    draw: whole(columnValues(random, column, meaning)),
  }));
  return () => `{${members.map(({ key, draw }) => key + draw()).join()}}`;
}

function moments(random: Random, type: Column["type"], firstYear: number, years: number): Source {
  if (type === "DATE") return dates(random, firstYear, years);
  if (type === "TIME") return withMicroseconds(random, times(random));
  const moment = withMicroseconds(random, dateTimes(random, firstYear, years));
  return type === "TIMESTAMP" ? join([moment, "Z"]) : moment;
}

/** From one half of the years to the other, so that the end comes after the start. */
function ranges(random: Random, type: Column["type"]): Draw {
  const [first, years] = YEARS;
  const start = moments(random, type, first, years / 2)("");
  const end = moments(random, type, first + years / 2, years / 2)("");
  return () => `{"start":"${start()}","end":"${end()}"}`;
}

/** Well-known text, longitude first. */
const points = (random: Random): Draw => {
  const degrees = (limit: number) => `${random.below(2 * limit - 1) - limit + 1}.${random.digits(4)}`;
  return () => `POINT(${degrees(180)} ${degrees(90)})`;
};

/** Years-months days hours:minutes:seconds. */
const intervals =
  (random: Random): Draw =>
  () =>
    `${random.below(100)}-${random.below(12)} ${random.below(31)} ${random.below(24)}:${random.below(60)}:${random.below(60)}`;

const SYLLABLES = "ba be bi bo bu da de di do du la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru".split(
  " ",
);

/** Words that sound like some, at most `longest` characters. */
function words(random: Random, longest: number): Draw {
  return () => {
    const length = random.below(longest) + 1;
    let text = "";
    while (text.length < length) text += random.below(4) === 0 ? ` ${random.pick(SYLLABLES)}` : random.pick(SYLLABLES);
    return text.slice(0, length);
  };
}

function base64(random: Random, longest: number): Draw {
  return () =>
    Buffer.from(Array.from({ length: random.below(longest + 1) }, () => random.below(256))).toString("base64");
}

/** Of every magnitude up to the ends of the type, as exact digits. */
function integers(random: Random): Draw {
  return () => {
    const bits = (BigInt(random.next()) << 32n) | BigInt(random.next());
    return String(BigInt.asIntN(64, bits) >> BigInt(random.below(64)));
  };
}

/** Digits that do not begin with 0; "0" for none. */
function digitsWithoutLeadingZero(random: Random, digits: number): string {
  return digits === 0 ? "0" : String(random.below(9) + 1) + random.digits(digits - 1);
}

const sign = (random: Random) => (random.below(2) === 0 ? "" : "-");

function floats(random: Random): Draw {
  return () => {
    const number = `${sign(random)}${digitsWithoutLeadingZero(random, random.below(7))}.${random.digits(3)}`;
    return random.below(4) === 0 ? `${number}e${random.below(40) - 20}` : number;
  };
}

/** Decimals of `precision` digits at most, `scale` of them behind the point. */
function decimals(random: Random, precision: number, scale: number): Draw {
  const fraction = scale === 0 ? () => "" : () => `.${random.digits(random.below(scale) + 1)}`;
  return () => sign(random) + digitsWithoutLeadingZero(random, random.below(precision - scale + 1)) + fraction();
}
