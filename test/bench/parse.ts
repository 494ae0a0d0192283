/** Exact rows of the bank's fourteen columns beside JSON.parse alone, on the same generated messages, in the forms that publishers write. */
import path from "node:path";
import { compileGenerator } from "../../generator/record";
import { loadTableSchema } from "../../schemas/load";
import { compileRowParser } from "../../schemas/row-parser";
import { Refusal } from "../../transforms/refusal";

/** Each call does a fixed amount of work and answers how many messages it handled. */
export type Contestants = Record<string, () => number>;

const MESSAGES = 1000;
const ROUNDS = 20;

const schema = loadTableSchema(path.join(__dirname, "..", "..", "schemas", "cc_account_info.json"));
const parse = compileRowParser(schema, { unknownColumns: "refuse" });
const generator = compileGenerator(schema, { seed: 1, locale: "en_GB" });

const compact = Array.from({ length: MESSAGES }, () => Buffer.from(generator.next()).toString());
const each = (change: (list: Member[]) => string) => compact.map((text) => change(members(text)));

const pythonSpaces = each((list) => object(list, ", ", ": "));
const otherOrder = each((list) => object([...list].reverse(), ",", ":"));
/** As Python's json.dumps writes what is not ASCII. */
const escaped = each((list) => object(list.map(escapeName), ",", ":"));

export const contestants: Contestants = {
  "JSON.parse": () => handle(compact, JSON.parse),
  "exact rows": () => handle(compact, parse),
  "JSON.parse, Python separators": () => handle(pythonSpaces, JSON.parse),
  "exact rows, Python separators": () => handle(pythonSpaces, parse),
  "JSON.parse, other order": () => handle(otherOrder, JSON.parse),
  "exact rows, other order": () => handle(otherOrder, parse),
  "JSON.parse, something escaped": () => handle(escaped, JSON.parse),
  "exact rows, something escaped": () => handle(escaped, parse),
};

/** Counts what became a row, so that nothing is parsed in vain. */
function handle(texts: readonly string[], take: (text: string) => unknown): number {
  let rows = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const text of texts) rows += take(text) instanceof Refusal ? 0 : 1;
  }
  return rows;
}

/** A name, and its value as it is written. */
type Member = readonly [name: string, value: string];

function members(text: string): Member[] {
  return [...text.matchAll(/"(\w+)":("(?:[^"\\]|\\.)*"|[^,}]*)/g)].map(([, name, value]) => [name!, value!]);
}

function escapeName([name, value]: Member): Member {
  return [name, name === "name" ? value.replace(/(?<=^"\w)\w/, "\\u00e9") : value];
}

function object(list: readonly Member[], comma: string, colon: string): string {
  return `{${list.map(([name, value]) => `"${name}"${colon}${value}`).join(comma)}}`;
}
