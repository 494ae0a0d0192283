/** Values of one column as publishers write them: right, nearly right, of another type, and at the edges. All chance comes from one seed. */
import { type Chance, chanceOf } from "../../fuzz/mutate";
import { isText } from "../../support/arbitrary";
import { VALUES } from "../../schemas/decisions";

/** The columns: one for each type, as BigQuery's format has them. */
export const FIELDS = [
  ...["STRING", "BYTES", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE", "TIME", "DATETIME", "TIMESTAMP"],
  ...["JSON", "GEOGRAPHY", "INTERVAL"],
].map((type) => ({ name: `c_${type.toLowerCase()}`, type }));

/**
 * Those of which the emulator says something of use: it parses strings for JSON and GEOGRAPHY, and answers one that does not parse with 500, and
 * it takes no INTERVAL in BigQuery's canonical form.
 */
export const JUDGED: ReadonlySet<string> = new Set(
  FIELDS.map(({ type }) => type).filter((type) => !["JSON", "GEOGRAPHY", "INTERVAL"].includes(type)),
);

export type TypeName = (typeof FIELDS)[number]["type"];

export interface Case {
  readonly type: TypeName;
  /** A value of JSON. */
  readonly literal: string;
}

/** `count` values, each type in turn. */
export function* casesOf(seed: number, count: number): Generator<Case> {
  const chance = chanceOf(seed);
  for (let at = 0; at < count; at++) {
    const { type } = FIELDS[at % FIELDS.length]!;
    yield { type, literal: literalFor(type, chance) };
  }
}

function literalFor(type: TypeName, chance: Chance): string {
  switch (chance(8)) {
    case 0:
      return pick(DECIDED[type]!, chance);
    case 1:
      return pick(JUNK, chance);
    case 2:
      return right(pick(FIELDS, chance).type, chance);
    case 3:
    case 4:
      return changed(right(type, chance), chance);
    default:
      return right(type, chance);
  }
}

const pick = <T>(list: readonly T[], chance: Chance) => list[chance(list.length)]!;

/** What docs/rows.md decides, by type. */
const DECIDED = Object.fromEntries(
  FIELDS.map(({ type }) => [
    type,
    VALUES.flatMap((one) => (one.type === type && one.json !== undefined ? [one.json] : [])),
  ]),
);

const JUNK = [
  ...[
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "[1]",
    '{"a":1}',
    '""',
    '" "',
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1e3",
    "1E-7",
    "1e400",
  ],
  ...[
    '"null"',
    '"NaN"',
    '"-Infinity"',
    '"1e400"',
    '"0x1F"',
    '"1,000"',
    '"١"',
    '"é"',
    '"😀"',
    '"a\\u0000b"',
    '"\\ud83d\\ude00"',
  ],
  ...[
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "1e18",
    "123456789012345678901234567890",
    "0.1",
    "1e-400",
  ],
  ...[
    '"2024-02-29"',
    '"2024-02-30"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"10000-01-01"',
    '"24:00:00"',
    '"23:59:60"',
    '"now"',
    '"t"',
  ],
];

/** One character of it another, one more, or one less, where it stays JSON. */
function changed(literal: string, chance: Chance): string {
  const at = chance(literal.length + 1);
  const now = literal.slice(0, at) + pick(CHARACTERS, chance) + literal.slice(at + chance(3));
  return isJson(now) && isText(now) ? now : literal;
}
const CHARACTERS = [..."0123456789.:-+TZ eE/,_a=", ""];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const digits = (count: number, chance: Chance) => Array.from({ length: count }, () => chance(10)).join("");
const sign = (chance: Chance) => pick(["", "", "-"], chance);
const whole = (most: number, chance: Chance) => `${1 + chance(9)}${digits(chance(most), chance)}`;
const decimal = (before: number, behind: number, chance: Chance) =>
  `${sign(chance)}${whole(before, chance)}${chance(3) === 0 ? "" : `.${digits(1 + chance(behind), chance)}`}`;
const two = (below: number, chance: Chance) => String(chance(below)).padStart(2, "0");
const date = (chance: Chance) => {
  const day = new Date(Date.UTC(1, 0, 1) + chance(3_652_058) * 86_400_000);
  day.setUTCFullYear(1 + chance(9999));
  return day.toISOString().slice(0, 10);
};
const fraction = (chance: Chance) => (chance(2) === 0 ? "" : `.${digits(1 + chance(7), chance)}`);
const time = (chance: Chance) => `${two(24, chance)}:${two(60, chance)}:${two(60, chance)}${fraction(chance)}`;
const zone = (chance: Chance) => pick(["Z", "", " UTC", "+01:00", "-05:30", "+00", "z"], chance);
const civil = (chance: Chance) => `${date(chance)}${pick(["T", " "], chance)}${time(chance)}`;
const text = (chance: Chance) =>
  Array.from({ length: chance(12) }, () => pick([...'abcXYZ 019-_.é😀ß\n\t"\\\u2028\u0000'], chance)).join("");
const inText = (literal: string, chance: Chance) => (chance(2) === 0 ? literal : JSON.stringify(literal));

/** A value that the type has, in one of the forms in which it may be written. */
function right(type: TypeName, chance: Chance): string {
  switch (type) {
    case "STRING":
      return JSON.stringify(text(chance));
    case "BYTES":
      return JSON.stringify(Buffer.from(text(chance)).toString("base64"));
    case "INT64":
      return inText(`${sign(chance)}${whole(18, chance)}`, chance);
    case "FLOAT64":
      return inText(`${decimal(15, 12, chance)}${chance(3) === 0 ? `e${chance(600) - 300}` : ""}`, chance);
    case "NUMERIC":
      return inText(decimal(28, 9, chance), chance);
    case "BIGNUMERIC":
      return inText(decimal(37, 37, chance), chance);
    case "BOOL":
      return pick(["true", "false", '"true"', '"FALSE"', '"t"', '"no"', "1", "0"], chance);
    case "DATE":
      return JSON.stringify(date(chance));
    case "TIME":
      return JSON.stringify(time(chance));
    case "DATETIME":
      return JSON.stringify(civil(chance));
    case "TIMESTAMP":
      return chance(5) === 0 ? inText(decimal(9, 6, chance), chance) : JSON.stringify(civil(chance) + zone(chance));
    case "JSON":
      return pick(
        [() => JSON.stringify({ a: text(chance), b: [chance(9), null] }), () => decimal(20, 20, chance)],
        chance,
      )();
    case "GEOGRAPHY":
      return JSON.stringify(`POINT(${chance(181)} ${chance(91)})`);
    default:
      return JSON.stringify(
        `${sign(chance)}${chance(10_000)}-${chance(12)} ${sign(chance)}${chance(9999)} ${sign(chance)}${chance(900)}:${chance(60)}:${chance(60)}`,
      );
  }
}
