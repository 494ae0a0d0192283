/**
 * Messages in the form that JSON libraries write: the columns in one order, some left out perhaps, compact or with Python's spaces. One
 * regular expression, compiled from the schema, checks such a text and takes it apart in one pass: three times as quick as reading it
 * piece by piece, and quicker than JSON.parse. It is linear in the text: nothing in it can match in two ways.
 */
import { JsonReader } from "./json-reader";
import { type Reader } from "./reader";
import type { Column, Row, Value } from "./schema";
import { Refusal } from "../transforms/refusal";

/** A string that is its own content; a string, as it stands between its quotes; a number, `true` or `false`. */
const PLAIN = '"([^"\\\\\\u0000-\\u001f]*)"';
const ESCAPED = '"([^"\\\\\\u0000-\\u001f]*(?:\\\\[^\\u0000-\\u001f][^"\\\\\\u0000-\\u001f]*)*)"';
const BARE = "(-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false)";
/** A text that fails is tried with each column left out: quadratic in the columns, so wide tables are read piece by piece. */
const MOST_COLUMNS = 100;
/** An expression keeps a way back for each escape: on a stack that a text of some megabytes would break. */
const MOST_CHARACTERS = 65_536;
const BARE_TYPES: readonly string[] = ["INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL"];

/** Undefined for every text that is not understood, or in which there is anything to refuse: that one is to be read piece by piece. */
type Form = (text: string) => Row | undefined;

/**
 * The schema's own order, and the one in which a publisher writes who has another: it is learned from what was not understood, at the
 * first such text, the second, the fourth, the eighth… so that it costs next to nothing. Undefined for a schema with nested or repeated
 * columns.
 */
export function compileUsualForm(
  columns: readonly Column[],
  readerOf: (column: Column) => Reader | undefined,
  makeRow: (values: readonly Value[]) => Row,
): Form | undefined {
  if (columns.length > MOST_COLUMNS) return undefined;
  const takers: Take[] = [];
  for (const column of columns) {
    const reader = column.mode === "REPEATED" ? undefined : readerOf(column);
    if (reader === undefined) return undefined;
    takers.push(isBare(column) ? bareTaker(reader) : reader.string!);
  }
  const unescaping = takers.map((take, i) => (isBare(columns[i]!) ? take : unescapingTaker(take)));

  /** What is escaped takes a slower expression, which most messages do not need. */
  function inOrder(order: readonly number[]): Form {
    const plain = compileForm(columns, takers, order, PLAIN, makeRow);
    const escaped = compileForm(columns, unescaping, order, ESCAPED, makeRow);
    return (text) => (text.includes("\\") ? escaped(text) : plain(text));
  }
  const own = inOrder([...columns.keys()]);
  let learned = own;
  let misses = 0;

  return (text) => {
    if (text.length > MOST_CHARACTERS) return undefined;
    const row = own(text) ?? (learned === own ? undefined : learned(text));
    if (row !== undefined) return row;
    misses += 1;
    if ((misses & (misses - 1)) === 0) learned = inOrder(orderOf(text, columns));
    return undefined;
  };
}

/** The columns' places in the order of the text's names; those that it lacks come last. */
function orderOf(text: string, columns: readonly Column[]): number[] {
  const names = namesOf(text);
  const place = ({ name }: Column) => names.get(name) ?? names.size;
  return [...columns.keys()].sort((a, b) => place(columns[a]!) - place(columns[b]!));
}

function namesOf(text: string): ReadonlyMap<string, number> {
  try {
    return new Map(Object.keys(JSON.parse(text)).map((name, i) => [name, i]));
  } catch {
    return new Map();
  }
}

function compileForm(
  columns: readonly Column[],
  takers: readonly Take[],
  order: readonly number[],
  quoted: string,
  makeRow: (values: readonly Value[]) => Row,
): Form {
  const form = new RegExp(`^\\{${order.map((at) => member(columns[at]!, quoted)).join("")}(?<!, ?)\\}[ \\t\\n\\r]*$`);
  const required = columns.map((column) => column.mode === "REQUIRED");

  return (text) => {
    const found = form.exec(text);
    if (found === null) return undefined;
    const values: Value[] = new Array(takers.length);
    for (let i = 0; i < order.length; i++) {
      const at = order[i]!;
      const part = found[i + 1];
      const value = part === undefined ? null : takers[at]!(part);
      if (value instanceof Refusal || (value === null && required[at])) return undefined;
      values[at] = value;
    }
    return makeRow(values);
  };
}

/** `"name":value` and what separates it from the next; the whole may be left out. */
function member(column: Column, quoted: string): string {
  const key = JSON.stringify(column.name).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const value = isBare(column) ? BARE : quoted;
  return `(?:${key}: ?(?:${value}|null)(?:, ?|(?=\\})))?`;
}

const isBare = ({ type }: Column) => BARE_TYPES.includes(type);

type Take = (part: string) => Value | Refusal;

function bareTaker({ number, boolean }: Reader): Take {
  return (part) => {
    if (part === "true" || part === "false") return boolean?.(part === "true") ?? NOT_TAKEN;
    return number?.(part) ?? NOT_TAKEN;
  };
}

function unescapingTaker(take: Take): Take {
  return (part) => {
    if (!part.includes("\\")) return take(part);
    const content = unescaped(part);
    return content === undefined ? NOT_TAKEN : take(content);
  };
}

function unescaped(part: string): string | undefined {
  try {
    return new JsonReader(`"${part}"`).string();
  } catch {
    return undefined;
  }
}

const NOT_TAKEN = new Refusal("wrong_type");
