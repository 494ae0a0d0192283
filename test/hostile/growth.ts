/** How a regular expression's time grows with the text: measured, by texts that make one that is not linear go wrong. */
import type { Expression } from "./expressions";

const PIECES = [
  "0",
  "1",
  "a",
  "A",
  " ",
  "/",
  ":",
  "-",
  "=",
  ".",
  "_",
  "\\",
  '"',
  "\t",
  "\n",
  "é",
  "a.",
  "1:",
  "0-",
  "a/",
  "-a",
  "{{",
];
/** Around the pieces: what an expression may have to see first, and what it must not find at the end. */
const AROUND = [
  ["", "\u0000"],
  ["x", "\u0000"],
  ['"', "\u0000"],
  ["P", "\u0000"],
  ["2024-", "\u0000"],
] as const;
const [SHORT, LONG] = [20_000, 40_000];
/** Below this a minute's noise is more than what was measured. */
const LEAST_MS = 20;
/** A linear one takes twice as long for twice the text, a quadratic one four times. */
const MOST_GROWTH = 3;

/** The worst text's growth from a text to one of twice its length; undefined where none takes any time. */
export function growthOf({ source, flags }: Pick<Expression, "source" | "flags">): number | undefined {
  const expression = new RegExp(source, flags.replace(/[gy]/g, ""));
  const growths = PIECES.flatMap((piece) =>
    AROUND.flatMap(([before, after]) => {
      const ms = (length: number) => msOf(expression, before + piece.repeat(length / piece.length) + after);
      const long = ms(LONG);
      return long < LEAST_MS ? [] : [long / Math.max(ms(SHORT), 0.1)];
    }),
  );
  return growths.length === 0 ? undefined : Math.max(...growths);
}

export const isLinear = (growth: number | undefined) => growth === undefined || growth < MOST_GROWTH;

/** The better of two, in CPU time. */
function msOf(expression: RegExp, text: string): number {
  const once = () => {
    const from = process.cpuUsage();
    expression.test(text);
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000;
  };
  return Math.min(once(), once());
}
