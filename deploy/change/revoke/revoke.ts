/**
 * Takes the keys away. It can be killed anywhere and run again: the record says what it was about to take, and it goes on from there.
 * Nothing is changed before the key's name was typed.
 */
import { ask, type Judged, type Probe, stateOf, watch, type Watched } from "../../observe/access/probe";
import type { Ask } from "../../observe/ask";
import type { Asked, Setup } from "../../resources/setup";
import { endJobs, lastWords } from "./jobs";
import type { Prepared } from "./prepare";
import { type EndedJob, isSame, OpenRecord, type Revocation } from "./record";
import { type Doing, doAll, isTaken, type KeySeen } from "./take";

export interface Acting extends Doing {
  readonly ask: Ask;
  readonly now: () => number;
  readonly by: string;
}

export interface Outcome {
  readonly record: Revocation;
  readonly watched: readonly Watched[];
  /** Consumers that did not work before, so that no refusal of theirs proves anything. */
  readonly unproven: readonly { readonly probe: Probe; readonly judged: Judged }[];
  /** What a job that ended said of the key. */
  readonly lastWords: readonly string[];
}

/** Does it, and watches. Throws OffSwitchError where a job is not ready, or the key cannot be taken. */
export async function revoke(prepared: Prepared, acting: Acting): Promise<Outcome> {
  const { asking, probes, begun, jobs, setup } = prepared;
  const { probes: watched, unproven } = await proven(probes.probes, begun, acting);
  const record = new OpenRecord(asking.record, recordOf(prepared, acting));
  await endJobs(setup.project, record, acting, { now: acting.now, within: asking.jobWithin });
  await takeAll(record, prepared.seen, acting);
  const since = Date.parse(record.now.takenAt!);
  // Gone on with after a while, it watches as long as it was asked to from now on.
  const within = asking.within + (goesOn(begun) ? (acting.now() - since) / 1000 : 0);
  const drained = new Set(record.now.jobs.filter(({ done }) => done === "drained").map(({ id }) => id));
  const running = watched.filter(
    ({ consumer, command }) => consumer !== "job" || !command.args.some((word) => drained.has(word)),
  );
  const access = await watch(running, "refused", {
    ...acting,
    since,
    within,
    progress: (one) => acting.progress(line(one)),
  });
  record.change({ access });
  return { record: record.now, watched: access, unproven, lastWords: await wordsOf(setup, jobs, acting.ask, access) };
}

/** Takes what the record says is to be taken. Throws OffSwitchError where that is refused, after everything was tried. */
export async function takeAll(record: OpenRecord, seen: readonly KeySeen[], acting: Acting): Promise<void> {
  // What was about to be taken when it was killed, and is.
  for (const one of record.now.taken.filter(({ state }) => state === "to take")) {
    const key = seen.find(({ key }) => key.name === one.key.name);
    if (key !== undefined && isTaken(one, key)) record.mark(one, "taken");
  }
  const left = record.now.taken.filter(({ state }) => state === "to take");
  if (record.now.takenAt === undefined) record.change({ takenAt: new Date(acting.now()).toISOString() });
  if (left.length > 0) await doAll(left, "taken", record, acting);
}

/** Something was taken, and nothing was given back since. */
const goesOn = (begun: Revocation | undefined) => begun?.takenAt !== undefined && begun.restored === undefined;

/** What works now: only its refusal says something. What was begun is refused already, maybe. */
async function proven(
  probes: readonly Probe[],
  begun: Revocation | undefined,
  { run }: Acting,
): Promise<{ probes: readonly Probe[]; unproven: Outcome["unproven"] }> {
  if (goesOn(begun)) return { probes, unproven: [] };
  const judged = await Promise.all(probes.map(async (probe) => ({ probe, judged: await ask(probe, run) })));
  const isUnclear = ({ judged }: { judged: Judged }) => stateOf(judged) === "unclear";
  return {
    probes: judged.filter((one) => !isUnclear(one)).map(({ probe }) => probe),
    unproven: judged.filter(isUnclear),
  };
}

type ToRecord = Pick<Prepared, "begun" | "way" | "how" | "taken" | "jobs"> & { readonly setup: Asked };

/** What was begun, with whatever has come to be there since. */
export function recordOf({ begun, setup, way, how, taken, jobs }: ToRecord, { by, now }: Acting): Revocation {
  const first: Revocation = {
    ...{ format: 1, deployment: setup.settings.DEPLOYMENT, project: setup.project, by, way, how },
    ...{ startedAt: new Date(now()).toISOString(), taken, jobs, access: [] },
  };
  if (begun === undefined) return first;
  const known = begun.taken.map((one) =>
    // Given back by somebody in the meantime, or never taken.
    taken.some((other) => isSame(one, other)) ? { ...one, state: "to take" as const } : one,
  );
  const { takenAt, restored: _, ...rest } = begun;
  const isNew = (job: EndedJob) => !begun.jobs.some(({ id }) => id === job.id);
  return {
    ...rest,
    ...(goesOn(begun) && { takenAt: takenAt! }),
    how,
    taken: [...known, ...taken.filter((one) => !known.some((other) => isSame(one, other)))],
    jobs: [...begun.jobs, ...jobs.filter(isNew)],
  };
}

async function wordsOf(
  setup: Setup,
  jobs: readonly EndedJob[],
  ask: Ask,
  access: readonly Watched[],
): Promise<readonly string[]> {
  if (!access.some(({ consumer }) => consumer === "job")) return [];
  const words = await Promise.all(jobs.map((job) => lastWords(setup.project, job, ask)));
  return words.flatMap((one) => one ?? []);
}

/** `  41.2 s  publish topic str-pl-pubsub-topic: KEY_DISABLED` */
export function line({ consumer, what, reached, seconds, last, asked }: Watched): string {
  const said = last === "works" ? "works" : "refused" in last ? last.refused : `unclear: ${last.unclear}`;
  const when = reached ? `${seconds!.toFixed(1).padStart(7)} s` : "  NOT YET";
  return `${when}  ${consumer.padEnd(8)}${what}: ${said}${reached ? "" : `, asked ${asked} times`}`;
}
