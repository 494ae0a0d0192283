/** Our parser, the BigQuery emulator and Beam's Python on the same values, and where they differ. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { type Judge, type Sent } from "./emulator";
import { type Case, casesOf, FIELDS, JUDGED, type TypeName } from "./values";
import { toInsertAllJson } from "../../../schemas/bigquery";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { compileRowParser } from "../../../schemas/row-parser";
import type { Value } from "../../../schemas/schema";
import { Refusal } from "../../../transforms/refusal";

/** Who differs from us. */
export type Party = "emulator" | "beam";

export interface Difference {
  readonly party: Party;
  readonly type: TypeName;
  readonly literal: string;
  /** `taken`, or the reason of our refusal. */
  readonly ours: string;
  /** `taken`, `refused`, `another value`, `breaks`; `ours refused`: what we make of it is refused. */
  readonly theirs: string;
}

const SCHEMAS = new Map(FIELDS.map((field) => [field.type, parseTableSchema([field])]));
const PARSERS = new Map(
  [...SCHEMAS].map(([type, schema]) => [type, compileRowParser(schema, { unknownColumns: "refuse" })]),
);
const TO_JSON = new Map([...SCHEMAS].map(([type, schema]) => [type, toInsertAllJson(schema)]));
const columnOf = (type: TypeName) => `c_${type.toLowerCase()}`;

/** The value, or the refusal. */
function parsed(type: TypeName, literal: string): Value | Refusal {
  const row = PARSERS.get(type)!(`{"${columnOf(type)}":${literal}}`);
  return row instanceof Refusal ? row : row[columnOf(type)]!;
}

const said = (value: Value | Refusal) => (value instanceof Refusal ? value.reason : "taken");

/** `python`: that of Beam. `judge`: with empty tables raw and ours; without one only Beam is asked. Calls `found` for each difference. */
export async function compare(
  { seed, count, python }: { readonly seed: number; readonly count: number; readonly python: string },
  judge: Judge | undefined,
  found: (difference: Difference) => void,
): Promise<void> {
  const beam = new BeamJson(python);
  const size = FIELDS.length * 500;
  let row = 0;
  let chunk: Case[] = [];
  const tell = (one: Case, party: Party, ours: string, theirs: string) => found({ party, ...one, ours, theirs });
  const settle = async () => {
    if (judge !== undefined) await toEmulator(chunk, row, judge, tell);
    for (const [at, sent] of (await beam.sent(chunk)).entries()) toBeam(chunk[at]!, sent, tell);
    row += Math.ceil(chunk.length / FIELDS.length);
    chunk = [];
  };
  const all = new Map<string, Case>();
  let at = 0;
  for (const one of casesOf(seed, count)) {
    if (judge !== undefined) all.set(`${Math.floor(at / FIELDS.length)} ${columnOf(one.type)}`, one);
    at += 1;
    chunk.push(one);
    if (chunk.length === size) await settle();
  }
  if (chunk.length > 0) await settle();
  await beam.end();
  if (judge === undefined) return;
  for (const cell of await judge.differing("raw", "ours")) tell(all.get(cell)!, "emulator", "taken", "another value");
}

type Tell = (one: Case, party: Party, ours: string, theirs: string) => void;

/** Each value as it is, and what we make of it. */
async function toEmulator(cases: readonly Case[], firstRow: number, judge: Judge, tell: Tell): Promise<void> {
  const at = new Map<string, Case>();
  const [raw, ours]: [Map<number, Map<string, string>>, Map<number, Map<string, string>>] = [new Map(), new Map()];
  const put = (rows: Map<number, Map<string, string>>, id: number, column: string, literal: string) =>
    rows.set(id, (rows.get(id) ?? new Map()).set(column, literal));
  for (const [index, one] of cases.entries()) {
    if (!JUDGED.has(one.type)) continue;
    const id = firstRow + Math.floor(index / FIELDS.length);
    const column = columnOf(one.type);
    at.set(`${id} ${column}`, one);
    put(raw, id, column, one.literal);
    const value = parsed(one.type, one.literal);
    if (value instanceof Refusal || value === null) continue;
    put(ours, id, column, JSON.stringify(TO_JSON.get(one.type)!({ [column]: value })[column]));
  }
  const rows = (some: Map<number, Map<string, string>>): Sent[] => [...some].map(([id, cells]) => ({ id, cells }));
  for (const [cell, verdict] of await judge.insert("raw", rows(raw))) {
    const one = at.get(cell)!;
    const mine = said(parsed(one.type, one.literal));
    if ((mine === "taken") !== (verdict === "taken")) tell(one, "emulator", mine, verdict);
  }
  for (const [cell, verdict] of await judge.insert("ours", rows(ours))) {
    if (verdict !== "taken") tell(at.get(cell)!, "emulator", "taken", "ours refused");
  }
}

/** What Beam would send is read as any other message is: is it the same value? */
function toBeam(one: Case, sent: string, tell: Tell): void {
  const mine = parsed(one.type, one.literal);
  if (sent.startsWith("!")) {
    if (!(mine instanceof Refusal)) tell(one, "beam", "taken", "refused");
    return;
  }
  const theirs = parsed(one.type, sent);
  if (said(mine) !== said(theirs)) tell(one, "beam", said(mine), said(theirs) === "taken" ? "taken" : "refused");
  else if (!(mine instanceof Refusal) && !isDeepStrictEqual(mine, theirs)) tell(one, "beam", "taken", "another value");
}

/** The process of beam_json.py. */
class BeamJson {
  private readonly child;
  private readonly lines;

  constructor(python: string) {
    this.child = spawn(python, ["-B", `${__dirname}/beam_json.py`], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async sent(cases: readonly Case[]): Promise<string[]> {
    this.child.stdin.write(cases.map(({ literal }) => `${literal}\n`).join(""));
    const sent: string[] = [];
    while (sent.length < cases.length) {
      const { value, done } = await this.lines.next();
      if (done === true) throw new Error("beam_json.py has ended");
      sent.push(value);
    }
    return sent;
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await once(this.child, "close");
  }
}
