import type { Random } from "./random";

/** Draws a text, another one at each call. */
export type Draw = () => string;

/** A text as it stands between the quotes of a JSON string. */
export const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The same text every time. */
export const always =
  (text: string): Draw =>
  () =>
    text;

/** A draw of JSON texts; where they are strings, of what stands between the quotes: records put the quotes to the names. */
export interface JsonDraw {
  readonly quoted: boolean;
  readonly draw: Draw;
}

export const quoted = (draw: Draw): JsonDraw => ({ quoted: true, draw });
export const plain = (draw: Draw): JsonDraw => ({ quoted: false, draw });

/** The whole JSON text, quotes included. */
export const whole = ({ quoted, draw }: JsonDraw): Draw => (quoted ? () => `"${draw()}"` : draw);

export const pickFrom =
  (random: Random, list: readonly string[]): Draw =>
  () =>
    random.pick(list);

/** One text after the other. Spelled out for the few parts that patterns have: a loop over closures costs twice as much. */
export function join(parts: readonly Draw[]): Draw {
  const [a, b, c, ...rest] = parts;
  if (a === undefined) return always("");
  if (b === undefined) return a;
  if (c === undefined) return () => a() + b();
  if (rest.length === 0) return () => a() + b() + c();
  const others = join(rest);
  return () => a() + b() + c() + others();
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const LETTERS_AND_DIGITS = [...LETTERS, ..."0123456789"];

/** Faker's symbols: `#` a digit, `%` a digit from 1, `!` a digit from 2, `?` a letter, `*` a letter or a digit; all else is itself. */
export function pattern(random: Random, text: string): Draw {
  const parts = text.match(/#+|[%!?*]|[^#%!?*]+/g) ?? [];
  return join(
    parts.map((part): Draw => {
      if (part.startsWith("#")) return () => random.digits(part.length);
      if (part === "%") return pickFrom(random, [..."123456789"]);
      if (part === "!") return pickFrom(random, [..."23456789"]);
      if (part === "?") return pickFrom(random, LETTERS);
      if (part === "*") return pickFrom(random, LETTERS_AND_DIGITS);
      return always(part);
    }),
  );
}

/** One of several patterns, each as likely as the others. */
export function anyPattern(random: Random, patterns: readonly string[]): Draw {
  const draws = patterns.map((text) => pattern(random, text));
  return draws.length === 1 ? draws[0]! : () => random.pick(draws)();
}

/** Faker's templates, `{{person.firstName}} {{person.lastName}}`: each name between braces stands for its draw. */
export function template(text: string, draws: Readonly<Record<string, Draw>>): Draw {
  const parts = text.split(/\{\{(.*?)\}\}/);
  return join(parts.map((part, index) => (index % 2 === 1 ? draws[part]! : always(part))).filter((_, i) => parts[i]));
}
