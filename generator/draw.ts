import { FOUR_DIGITS, type Random, THREE_DIGITS } from "./random";

/** Draws a text, another one at each call. */
export type Draw = () => string;

/**
 * Makes the draw whose texts begin with `lead`. What is known beforehand, a column's name or a comma, is put before the
 * texts beforehand: what a record costs is the number of pieces that it is put together from.
 */
export type Source = (lead: string) => Draw;

/** A source of JSON texts; where they are strings, of what stands between the quotes. */
export interface JsonSource {
  readonly quoted: boolean;
  readonly source: Source;
}

export const quoted = (source: Source): JsonSource => ({ quoted: true, source });
export const plain = (source: Source): JsonSource => ({ quoted: false, source });

/** The whole JSON text, quotes included. */
export const whole = ({ quoted, source }: JsonSource): Draw =>
  quoted ? sequence([source('"'), always('"')("")]) : source("");

/** A text as it stands between the quotes of a JSON string. */
export const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

export const from =
  (draw: Draw): Source =>
  (lead) =>
    lead === "" ? draw : () => lead + draw();

/** The same text every time. */
export const always =
  (text: string): Source =>
  (lead) => {
    const led = lead + text;
    return () => led;
  };

export const pickFrom =
  (random: Random, list: readonly string[]): Source =>
  (lead) => {
    const led = list.map((text) => lead + text);
    return () => random.pick(led);
  };

/** One of several sources, each as likely as the others. */
export const anyOf =
  (random: Random, sources: readonly Source[]): Source =>
  (lead) => {
    const draws = sources.map((source) => source(lead));
    return draws.length === 1 ? draws[0]! : () => random.pick(draws)();
  };

/** One text after the other. Spelled out for a few: a loop over functions costs twice as much. */
export function sequence([a, b, c, ...rest]: readonly Draw[]): Draw {
  if (a === undefined) return () => "";
  if (b === undefined) return a;
  if (c === undefined) return () => a() + b();
  if (rest.length === 0) return () => a() + b() + c();
  const others = sequence(rest);
  return () => a() + b() + c() + others();
}

/** Literal texts and sources one after the other; every literal leads what comes after it. */
export const join =
  (parts: readonly (string | Source)[]): Source =>
  (lead) => {
    const draws: Draw[] = [];
    let literal = lead;
    for (const part of parts) {
      if (typeof part === "string") literal += part;
      else {
        draws.push(part(literal));
        literal = "";
      }
    }
    if (literal !== "") draws.push(always(literal)(""));
    return sequence(draws);
  };

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  "#": [..."0123456789"],
  "##": THREE_DIGITS.slice(0, 100).map((text) => text.slice(1)),
  "###": THREE_DIGITS,
  "####": FOUR_DIGITS,
  "%": [..."123456789"],
  "!": [..."23456789"],
  "?": LETTERS,
  "*": [...LETTERS, ..."0123456789"],
};

/** Faker's symbols: `#` a digit, `%` a digit from 1, `!` a digit from 2, `?` a letter, `*` a letter or a digit; all else is itself. */
export function pattern(random: Random, text: string): Source {
  const parts = text.match(/#{1,4}|[%!?*]|[^#%!?*]+/g) ?? [];
  return join(parts.map((part) => (part in SYMBOLS ? pickFrom(random, SYMBOLS[part]!) : part)));
}

/** Faker's templates, `{{person.firstName}} {{person.lastName}}`: each name between braces stands for its source. */
export function template(text: string, sources: Readonly<Record<string, Source>>): Source {
  return join(text.split(/\{\{(.*?)\}\}/).map((part, index) => (index % 2 === 1 ? sources[part]! : part)));
}
