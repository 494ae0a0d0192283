/**
 * Makes what is missing and changes what differs, each resource read back; side by side what does not depend on each other. It can be
 * killed anywhere and run again: it only does what differs.
 */
import { type Answers, type Ask, asking, forget } from "../observe/ask";
import { commandsOf, obstaclesOf, type Plan, plan } from "../observe/plan";
import { readOne } from "../observe/read";
import { type Trouble, type TroubleKind, troubleOf } from "../observe/trouble";
import { resourcesOf } from "../resources";
import { type Command, shown } from "../resources/command";
import type { Asked } from "../resources/setup";
import type { Run } from "../run";
import { behindOf, type Visit } from "../walk";
import { differences } from "../walk/diff";
import type { Journal } from "./journal";
import { sideBySide } from "./side-by-side";

export type ApplyErrorCode =
  /** The plan has what no command mends. */
  | "obstacles"
  /** The cloud refused a command. */
  | "refused"
  /** Every command was taken, and what is read back still differs. */
  | "not made";

/** Apply stopped. The message says what to do. */
export class ApplyError extends Error {
  constructor(
    readonly code: ApplyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface Doing {
  readonly run: Run;
  /** What the first plan was read from. */
  readonly answers: Answers;
  readonly journal: Journal;
  readonly progress: (text: string) => void;
  readonly wait: (ms: number) => Promise<unknown>;
}

/**
 * Applies `first`, which was read and shown. Where it turns APIs on, the rest is planned anew, for only then it can be seen.
 * Throws ApplyError.
 */
export async function apply(asked: Asked, first: Plan, doing: Doing, declare = resourcesOf): Promise<void> {
  refuseObstacles(first);
  const apis = first.visits.filter(
    ({ resource, ...visit }) => resource.kind === "apis" && commandsOf(visit).length > 0,
  );
  if (apis.length === 0) return applyAll(first, doing);
  for (const visit of apis) await converge(visit, doing);
  await forget(
    doing.answers,
    apis.flatMap(({ resource }) => resource.look?.command ?? []),
  );
  const rest = await plan(asked, asking(doing.run, doing.wait, doing.answers), declare);
  refuseObstacles(rest);
  await applyAll(rest, doing);
}

async function applyAll({ visits }: Plan, doing: Doing): Promise<void> {
  const changing = visits.filter((visit) => commandsOf(visit).length > 0);
  const waitsFor = ({ resource }: Visit) => {
    const behind = behindOf(resource);
    return changing.filter((other) => behind.has(other.resource));
  };
  let started = 0;
  await sideBySide(changing, waitsFor, async (visit) => {
    started += 1;
    doing.progress(`[${started}/${changing.length}] ${visit.resource.title}`);
    await converge(visit, doing);
  });
}

/** Throws ApplyError where the plan has what no command mends. */
export function refuseObstacles(plan: Plan): void {
  const { broken, byHand, notObserved } = obstaclesOf(plan);
  const what = [
    ...broken.map(({ rule, found }) => `rule ${rule.id}: ${found.join("; ")}`),
    ...byHand.map(({ what, mend }) => `${what}: ${mend}`),
    ...notObserved.map(({ what, why }) => `${what} is not observed: ${why}`),
  ];
  if (what.length > 0) throw new ApplyError("obstacles", `nothing is changed while this stands:\n${what.join("\n")}`);
}

/** Before each further try. Google's policies and new accounts take up to minutes to be known everywhere. */
export const WAITS_MS = [1000, 2000, 4000, 8000, 16000, 32000];

/** What exists already was made by another apply, or by a command whose answer was lost. */
export const PASSES: ReadonlySet<TroubleKind> = new Set(["transient", "not yet", "exists", "unclear"]);

/** So often everything is done and still something differs, or it is unclear what was said, before it is no matter of time. */
const MOST_ROUNDS = 3;

/** Runs what differs until nothing does. What fails and passes by itself is read again first, for it may have been done. */
async function converge(first: Visit, doing: Doing): Promise<void> {
  let visit = first;
  let last = "";
  let [rounds, unclear] = [0, 0];
  for (const ms of [0, ...WAITS_MS]) {
    if (ms > 0) {
      await doing.wait(ms);
      visit = await again(visit, doing);
    }
    const stopped = await runAll(visit.resource.title, commandsOf(visit), doing);
    if (stopped === undefined) {
      visit = await again(visit, doing);
      if (visit.differences.length === 0) return;
      rounds += 1;
    } else {
      if (stopped.kind === "unclear") unclear += 1;
      if (!PASSES.has(stopped.kind) || unclear === MOST_ROUNDS) throw refused(visit, stopped);
      doing.progress(`  ${visit.resource.title}: ${stopped.said}; again`);
    }
    last = stopped?.said ?? visit.differences.map(describe).join("; ");
    if (rounds === MOST_ROUNDS) break;
  }
  throw new ApplyError("not made", `${visit.resource.title} is still not as declared: ${last}`);
}

const describe = (one: Visit["differences"][number]): string => {
  if ("what" in one) return one.what;
  if (one.kind === "changed") return one.field;
  return one.kind === "missing" ? "it is not there" : `${one.grant.member} does not hold ${one.grant.role}`;
};

async function again(visit: Visit, { run, wait }: Doing): Promise<Visit> {
  const ask: Ask = asking(run, wait);
  const reading = await readOne(visit.resource, ask, async () => ({ kind: "not observed", notObserved: "it is made" }));
  return { ...visit, reading, differences: differences(visit.resource, visit.given, reading) };
}

export interface Stopped extends Trouble {
  readonly command: Command;
}

/** Where it stopped, and why; undefined where everything was done. */
export async function runAll(
  resource: string,
  commands: readonly Command[],
  doing: Pick<Doing, "run" | "journal">,
): Promise<Stopped | undefined> {
  for (const command of commands) {
    const entry = { resource, command: shown(command) };
    doing.journal({ ...entry, outcome: "started" });
    const answer = await doing.run(command);
    if (answer.code !== 0) {
      const trouble = troubleOf(answer);
      doing.journal({ ...entry, outcome: "failed", said: trouble.said });
      return { ...trouble, command };
    }
    doing.journal({ ...entry, outcome: "done" });
  }
  return undefined;
}

const MENDS: Partial<Record<TroubleKind, string>> = {
  forbidden: "ask for the role that it names, or let whoever owns this run the command",
  absent: "what it refers to is gone: apply again, and it is made",
};

function refused({ resource }: Visit, { command, kind, said }: Stopped): ApplyError {
  const mend = MENDS[kind] ?? "mend what it says, and apply again: it goes on from here";
  return new ApplyError("refused", `${resource.title}: ${shown(command)}\n  ${said}\n  ${mend}`);
}
