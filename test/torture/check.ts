/** What must hold after every run: each published id is one row or one dead letter, with what was published, as often as is promised. */
import { type Drawn, hash } from "./messages";

export interface Published {
  readonly id: string;
  readonly drawn: Drawn;
}

/** What stands in the sinks. */
export interface Found {
  readonly rows: readonly { readonly id: string; readonly hash: string }[];
  readonly letters: readonly { readonly id: string; readonly data: Uint8Array; readonly reason: string }[];
}

export interface Promised {
  /** How often an id may be a row: once; or once more for each time that it was sent after the memory of insert ids; or more often. */
  readonly rows: "once" | "once in a window" | "at least once";
  readonly letters: "once" | "at least once";
  /** Ids that are still in the subscription: not lost yet. */
  readonly waiting?: ReadonlySet<string>;
  /** With `once in a window`: the milliseconds at which the sink took each id. */
  readonly sends?: ReadonlyMap<string, readonly number[]>;
}

export type Violation =
  | "lost"
  | "invented row"
  | "invented dead letter"
  | "changed row"
  | "changed dead letter"
  | "doubled row"
  | "doubled dead letter"
  | "row that had to be a dead letter"
  | "dead letter that had to be a row";

/** By how much an insert id may be forgotten sooner than after its minute: a clock of another process. */
const WINDOW_MS = 60_000;
const SLACK_MS = 5000;

/** Every violation, with the message id: never a value. */
export function check(published: readonly Published[], found: Found, promised: Promised): Map<Violation, string[]> {
  const violations = new Map<Violation, string[]>();
  const report = (what: Violation, id: string) => violations.set(what, [...(violations.get(what) ?? []), id]);
  const byId = new Map(published.map((one) => [one.id, one.drawn]));
  const rows = countedBy(found.rows);
  const letters = countedBy(found.letters);

  for (const { id, hash } of found.rows) {
    const drawn = byId.get(id);
    if (drawn === undefined) report("invented row", id);
    else if (drawn.row === undefined) report("row that had to be a dead letter", id);
    else if (drawn.row !== hash) report("changed row", id);
  }
  for (const { id, data, reason } of found.letters) {
    const drawn = byId.get(id);
    if (drawn === undefined) report("invented dead letter", id);
    else if (drawn.reason === undefined) report("dead letter that had to be a row", id);
    else if (drawn.reason !== reason || hash(drawn.data) !== hash(data)) report("changed dead letter", id);
  }
  for (const { id } of published) {
    const [inTable, inLetters] = [rows.get(id) ?? 0, letters.get(id) ?? 0];
    if (inTable + inLetters === 0 && !promised.waiting?.has(id)) report("lost", id);
    if (inTable > mostRows(id, promised)) report("doubled row", id);
    if (inLetters > 1 && promised.letters === "once") report("doubled dead letter", id);
  }
  return violations;
}

function mostRows(id: string, { rows, sends }: Promised): number {
  if (rows === "once") return 1;
  if (rows === "at least once") return Number.POSITIVE_INFINITY;
  const times = [...(sends?.get(id) ?? [])].sort((a, b) => a - b);
  return 1 + times.filter((time, at) => at > 0 && time - times[at - 1]! > WINDOW_MS - SLACK_MS).length;
}

function countedBy(list: readonly { readonly id: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of list) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
