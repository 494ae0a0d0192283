/** Why others take or refuse another value than we do: every class of difference that there may be. docs/rows.md is made from it. */
import type { Difference, Party } from "./compare";

export interface Explained {
  readonly party: Party;
  readonly types: readonly string[];
  /** Ours → theirs. */
  readonly classes: readonly string[];
  /** Of the value, as JSON; all of them without it. */
  readonly form?: RegExp;
  readonly example: string;
  readonly because: string;
}

const TO_TAKEN = ["wrong_type → taken", "out_of_range → taken"];
const NUMBER = /^-?\d/;

export const EXPLAINED: readonly Explained[] = [
  {
    party: "beam",
    types: [
      "NUMERIC",
      "BIGNUMERIC",
      "STRING",
      "JSON",
      "TIMESTAMP",
      "INT64",
      "FLOAT64",
      "INTERVAL",
      "GEOGRAPHY",
      "BOOL",
    ],
    classes: [
      "taken → another value",
      "taken → refused",
      "out_of_range → taken",
      "wrong_type → taken",
      "out_of_range → refused",
      "wrong_type → refused",
    ],
    form: /^(?!")/,
    example: "0.1234567890123456789 for NUMERIC",
    because:
      "Python's json makes a double of every number with a point or an exponent: digits beyond 17 are lost, 1e-400 becomes 0, 1e400 cannot be sent. Ours stay text",
  },
  {
    party: "beam",
    types: ["JSON"],
    classes: ["taken → another value"],
    example: '{"a":"\\\\u0001"} for JSON',
    because: "Python writes JSON anew, with spaces and escapes of its own. Ours keeps the text as it was sent",
  },
  {
    party: "emulator",
    types: [
      "STRING",
      "NUMERIC",
      "BIGNUMERIC",
      "TIMESTAMP",
      "FLOAT64",
      "INT64",
      "BOOL",
      "BYTES",
      "DATE",
      "DATETIME",
      "TIME",
    ],
    classes: ["taken → another value", ...TO_TAKEN],
    form: NUMBER,
    example: "12.50 for STRING",
    because:
      "the emulator reads numbers as doubles before it looks at the column: 12.50 becomes 12.5, 1e400 infinity, 1.5 rounds to an INT64. Ours keeps or refuses what is written",
  },
  {
    party: "emulator",
    types: ["NUMERIC", "BIGNUMERIC"],
    classes: ["taken → refused", "taken → ours refused", "taken → another value"],
    example: "99999999999999999999999999999.999999999 for BIGNUMERIC",
    because:
      "the emulator's BIGNUMERIC has 38 digits in all, BigQuery's 76; and a number beyond a double's digits is rounded up, out of range",
  },
  {
    party: "emulator",
    types: ["INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64"],
    classes: TO_TAKEN,
    form: /^"/,
    example: '"0x1F" for INT64',
    because:
      "the emulator casts strings as DuckDB does: hexadecimal, underscores, white space, a fraction that is rounded, an overflow that is infinity. BigQuery's documents have none of these",
  },
  {
    party: "emulator",
    types: ["DATE", "TIME", "DATETIME", "TIMESTAMP"],
    classes: TO_TAKEN,
    form: /^"/,
    example: '"2024-02-29T12:00:00.1234567" for DATETIME',
    because:
      "the emulator casts strings as DuckDB does: a seventh digit is cut, a date is taken for a time and the other way round, a zone is dropped, 24:00:00 and the years 0 and 10000 are times. Ours drops no digit and adds none",
  },
  {
    party: "emulator",
    types: ["TIMESTAMP"],
    classes: ["taken → refused", "taken → another value"],
    example: "1709208000 for TIMESTAMP",
    because:
      "the emulator takes neither seconds since 1970 nor a lower-case z; BigQuery's REST reference has the one and its literals the other. What we send of both has the canonical form, which it takes",
  },
  {
    party: "emulator",
    types: [
      "STRING",
      "BYTES",
      "BOOL",
      "INT64",
      "NUMERIC",
      "FLOAT64",
      "BIGNUMERIC",
      "DATE",
      "TIME",
      "DATETIME",
      "TIMESTAMP",
    ],
    classes: TO_TAKEN,
    form: /^[[{tf]/,
    example: "{} for STRING",
    because: "the emulator writes a list, an object, true and false as text, or as a number",
  },
  {
    party: "emulator",
    types: ["BYTES"],
    classes: TO_TAKEN,
    example: '"AQI" for BYTES',
    because: "the emulator takes base64 without its padding, or bytes as they stand",
  },
  {
    party: "emulator",
    types: ["BOOL"],
    classes: [...TO_TAKEN, "taken → refused"],
    example: '"on" for BOOL',
    because: "DuckDB's words for true and false are not all BigQuery's",
  },
  {
    party: "emulator",
    types: ["FLOAT64", "INT64", "NUMERIC", "BIGNUMERIC"],
    classes: ["taken → another value"],
    form: /^"?-?0*(?:\.0*)?(?:[eE].*)?"?$/,
    example: "-0 for FLOAT64",
    because: "the emulator loses the sign of a zero that is sent as a number",
  },
];

/** Undefined where nothing explains it. */
export function explanationOf({ party, type, ours, theirs, literal }: Difference): Explained | undefined {
  return EXPLAINED.find(
    (one) =>
      one.party === party &&
      one.types.includes(type) &&
      one.classes.includes(`${ours} → ${theirs}`) &&
      // White space around a value of JSON is none of it.
      (one.form?.test(literal.trim()) ?? true),
  );
}

const WHO: Readonly<Record<Party, string>> = { emulator: "the emulator", beam: "Beam's Python" };

/** The table of docs/rows.md. */
export function explainedAsMarkdown(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = EXPLAINED.map(({ party, types, classes, example, because }) => {
    const code = `\`${example.replace(/ for \w+$/, "")}\``;
    return `| ${WHO[party]} | ${types.join(", ")} | ${cell(classes.join("<br>"))} | ${cell(code)} | ${cell(because)} |`;
  });
  return ["| who | types | ours → theirs | such as | because |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}
