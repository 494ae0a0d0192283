/**
 * Messages in the form that JSON libraries write: the columns in the schema's order, some left out perhaps, compact or with Python's spaces,
 * and nothing escaped. One regular expression, compiled from the schema, checks such a text and takes it apart in one pass: three times as
 * quick as reading it piece by piece, and quicker than JSON.parse. It is linear in the text: nothing in it can match in two ways.
 */
import { Refusal } from "../transforms/refusal";
import { type Reader } from "./reader";
import type { Column, Row, Value } from "./schema";

/** A string that is its own content; a number, `true` or `false`. */
const QUOTED = '"([^"\\\\\\u0000-\\u001f]*)"';
const BARE = "(-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false)";
/** A text that fails is tried with each column left out: quadratic in the columns, so wide tables are read piece by piece. */
const MOST_COLUMNS = 100;
const BARE_TYPES: readonly string[] = ["INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL"];

/**
 * Answers undefined for every text that it does not understand, or in which it finds anything to refuse: the row parser reads that one
 * piece by piece. Undefined itself for a schema with nested or repeated columns.
 */
export function compileUsualForm(
  columns: readonly Column[],
  readerOf: (column: Column) => Reader | undefined,
  makeRow: (values: readonly Value[]) => Row,
): ((text: string) => Row | undefined) | undefined {
  if (columns.length > MOST_COLUMNS) return undefined;
  const takers: Take[] = [];
  for (const column of columns) {
    const reader = column.mode === "REPEATED" ? undefined : readerOf(column);
    if (reader === undefined) return undefined;
    takers.push(taker(column, reader));
  }
  const form = new RegExp(`^\\{${columns.map(member).join("")}(?<!, ?)\\}[ \\t\\n\\r]*$`);
  const required = columns.map((column) => column.mode === "REQUIRED");

  return (text) => {
    const found = form.exec(text);
    if (found === null) return undefined;
    const values: Value[] = new Array(takers.length);
    for (let i = 0; i < takers.length; i++) {
      const part = found[i + 1];
      if (part === undefined) {
        if (required[i]) return undefined;
        values[i] = null;
      } else {
        const value = takers[i]!(part);
        if (value instanceof Refusal) return undefined;
        values[i] = value;
      }
    }
    return makeRow(values);
  };
}

/** `"name":value` and what separates it from the next; the whole may be left out. */
function member(column: Column): string {
  const key = JSON.stringify(column.name).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const value = isBare(column) ? BARE : QUOTED;
  return `(?:${key}: ?(?:${value}|null)(?:, ?|(?=\\})))?`;
}

const isBare = ({ type }: Column) => BARE_TYPES.includes(type);

type Take = (part: string) => Value | Refusal;

function taker(column: Column, { number, string, boolean }: Reader): Take {
  if (!isBare(column)) return string!;
  return (part) => {
    if (part === "true" || part === "false") return boolean?.(part === "true") ?? NOT_TAKEN;
    return number?.(part) ?? NOT_TAKEN;
  };
}

const NOT_TAKEN = new Refusal("wrong_type");
