/** Our parser, the BigQuery emulator and Beam's Python on the same values, and where they differ. */
import { isDeepStrictEqual } from "node:util";
import { beamJson } from "./beam-json";
import type { Cells, Judge, Verdict } from "./emulator";
import { parsed, said, sent } from "./ours";
import { casesOf, FIELDS, JUDGED, type TypeName } from "./values";
import { Refusal } from "../../../transforms/refusal";

/** Who differs from us. */
export type Party = "emulator" | "beam";

export interface Difference {
  readonly party: Party;
  readonly type: TypeName;
  readonly literal: string;
  /** How many of the values it is. */
  readonly times: number;
  /** `taken`, or the reason of our refusal. */
  readonly ours: string;
  /** `taken`, `refused`, `another value`, `breaks`; `ours refused`: what we make of it is refused. */
  readonly theirs: string;
}

/** A literal that values of one type have, and how many of them. */
interface Case {
  readonly type: TypeName;
  readonly literal: string;
  readonly times: number;
}

export interface Compared {
  /** Pairs of a type and a literal: what a value is depends on nothing else, so each is asked about once. */
  readonly distinct: number;
  /** How many of the values the emulator was asked about. */
  readonly judged: number;
}

/** What is asked of the emulator. */
export type Asked = Pick<Judge, "table" | "insert" | "differing">;

type Tell = (one: Case, ours: string, theirs: string) => void;

/** `python`: that of Beam. Without a `judge` only Beam is asked. Calls `found` for each difference. */
export async function compare(
  { seed, count, python }: { readonly seed: number; readonly count: number; readonly python: string },
  judge: Asked | undefined,
  found: (difference: Difference) => void,
): Promise<Compared> {
  const byType = distinct(seed, count);
  const tell =
    (party: Party): Tell =>
    (one, ours, theirs) =>
      found({ party, ...one, ours, theirs });
  const all = [...byType.values()].flat();
  const literals = all.map(({ literal }) => literal);
  for await (const [at, text] of beamJson(python, literals)) toBeam(all[at]!, text, tell("beam"));
  let judged = 0;
  for (const [type, cases] of byType) {
    if (judge === undefined || !JUDGED.has(type)) continue;
    await toEmulator(type, cases, judge, tell("emulator"));
    judged += cases.reduce((sum, { times }) => sum + times, 0);
  }
  return { distinct: all.length, judged };
}

function distinct(seed: number, count: number): Map<TypeName, Case[]> {
  const times = new Map(FIELDS.map(({ type }) => [type, new Map<string, number>()]));
  for (const { type, literal } of casesOf(seed, count)) {
    const of = times.get(type)!;
    of.set(literal, (of.get(literal) ?? 0) + 1);
  }
  return new Map([...times].map(([type, of]) => [type, [...of].map(([literal, n]) => ({ type, literal, times: n }))]));
}

/** Each value as it is, and what we make of it. */
async function toEmulator(type: TypeName, cases: readonly Case[], judge: Asked, tell: Tell): Promise<void> {
  const values = cases.map(({ literal }) => parsed(type, literal));
  const those = (text: (at: number) => string | undefined): Cells =>
    new Map(cases.flatMap((_, at) => (text(at) === undefined ? [] : [[at, text(at)!] as const])));
  const refused = (wanted: boolean) =>
    those((at) => (values[at] instanceof Refusal === wanted ? cases[at]!.literal : undefined));
  const [raw, ours] = [await judge.table("raw", type), await judge.table("ours", type)];
  const verdicts = new Map([...(await judge.insert(raw, refused(false))), ...(await judge.insert(raw, refused(true)))]);
  for (const [at, verdict] of verdicts) {
    const mine = said(values[at]!);
    if ((mine === "taken") !== (verdict === "taken")) tell(cases[at]!, mine, verdict);
  }
  for (const [at, verdict] of await judge.insert(
    ours,
    those((at) => sent(type, values[at]!)),
  )) {
    if (verdict !== "taken") tell(cases[at]!, "taken", "ours refused");
  }
  for (const at of await judge.differing(raw, ours)) tell(cases[at]!, "taken", "another value");
  const other = await again(type, cases, verdicts, judge, raw);
  if (other !== undefined) throw new Error(`${type} ${other.literal} is judged by what comes with it`);
}

/** How many of each type are asked about twice, and so many at once. */
const [SAMPLE, FEW] = [200, 20];

/** One that is judged otherwise among others: each value would have to be asked about as often as it comes. */
async function again(
  type: TypeName,
  cases: readonly Case[],
  verdicts: ReadonlyMap<number, Verdict>,
  judge: Asked,
  raw: string,
): Promise<Case | undefined> {
  const step = Math.max(1, Math.floor(cases.length / SAMPLE));
  const sample = cases.flatMap(({ literal }, at) => (at % step === 0 ? [[at, literal] as const] : [])).reverse();
  const table = await judge.table("again", type);
  const second = await judge.insert(table, new Map(sample), FEW);
  const others = sample.map(([at]) => at).filter((at) => verdicts.get(at) !== second.get(at));
  const at = [...others, ...(await judge.differing(raw, table))][0];
  return at === undefined ? undefined : cases[at];
}

/** What Beam would send is read as any other message is: is it the same value? */
function toBeam(one: Case, text: string, tell: Tell): void {
  const mine = parsed(one.type, one.literal);
  if (text.startsWith("!")) {
    if (!(mine instanceof Refusal)) tell(one, "taken", "refused");
    return;
  }
  const theirs = parsed(one.type, text);
  if (said(mine) !== said(theirs)) tell(one, said(mine), said(theirs) === "taken" ? "taken" : "refused");
  else if (!(mine instanceof Refusal) && !isDeepStrictEqual(mine, theirs)) tell(one, "taken", "another value");
}
