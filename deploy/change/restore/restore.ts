/** Gives back what a revocation took, and nothing else; waits until each consumer works; counts what waits. */
import { type Judged, watch, type Watched } from "../../observe/access/probe";
import { probesOf, type Unprobed } from "../../observe/access/probes";
import { readJobs } from "../../observe/audit/jobs";
import type { Setup } from "../../resources/setup";
import { OffSwitchError } from "../revoke/error";
import { archiveRecord, OpenRecord, readRecord, type Revocation, type Taken } from "../revoke/record";
import { type Acting, line } from "../revoke/revoke";
import { doAll, isTaken, type KeySeen, seeKey } from "../revoke/take";
import { countWaiting, type Waiting } from "./waiting";

export interface Restored {
  readonly record: Revocation;
  readonly watched: readonly Watched[];
  readonly unprobed: readonly Unprobed[];
  readonly waiting: Waiting | { readonly notObserved: string };
  /** Where the record is kept; undefined where something does not work yet. */
  readonly archived?: string;
}

/** What is left to give back, by what is there now. */
export interface ToGive {
  readonly record: Revocation;
  readonly taken: readonly Taken[];
  readonly seen: readonly KeySeen[];
}

/** Changes nothing. Throws OffSwitchError where there is no record, or a version can no longer be enabled. */
export async function toGive(path: string, { ask }: Pick<Acting, "ask">): Promise<ToGive> {
  const record = readRecord(path);
  if (record === undefined) {
    const mend = "what was taken by hand is given back by hand: gcloud kms keys versions enable";
    throw new OffSwitchError("RECORD", `${path} is not there: revoke has taken nothing from here; ${mend}`);
  }
  const keys = [...new Map(record.taken.map(({ key }) => [key.name, key])).values()];
  const seen = await Promise.all(keys.map((key) => seeKey(key, record.way, ask)));
  const taken = record.taken.filter((one) => one.state !== "given back" && isTaken(one, seenOf(one, seen)));
  for (const one of taken) refuseDestroyed(one, seenOf(one, seen));
  return { record, taken, seen };
}

const seenOf = (one: Taken, seen: readonly KeySeen[]) => seen.find(({ key }) => key.name === one.key.name)!;

function refuseDestroyed(one: Taken, { versions }: KeySeen): void {
  if (one.kind !== "version") return;
  const state = versions.find(({ name }) => name.endsWith(`/${one.version}`))?.state ?? "not there";
  if (state === "DISABLED") return;
  const { key, ring, location, project } = one.key;
  const mend =
    state === "DESTROY_SCHEDULED"
      ? `gcloud kms keys versions restore ${one.version} --key=${key} --keyring=${ring} --location=${location} --project=${project}, then restore again`
      : "nobody can bring it back, nor what is under it";
  throw new OffSwitchError("DESTROYED", `version ${one.version} of ${key} is ${state}: ${mend}`);
}

/** Does it. Throws OffSwitchError where a command is refused. */
export async function restore(
  setup: Setup,
  path: string,
  { record: before, taken }: ToGive,
  within: number,
  skip: readonly string[],
  acting: Acting,
): Promise<Restored> {
  const record = new OpenRecord(path, before);
  const since = acting.now();
  // Never taken, or given back by somebody: nothing is left to do of it.
  for (const one of before.taken.filter((one) => !taken.includes(one))) record.mark(one, "given back");
  await doAll(taken, "given back", record, acting);
  const keys = [...new Set(before.taken.map(({ key }) => key.name))];
  const { probes, unprobed } = await probesOf(setup, [], keys, acting);
  const asked = probes.filter(({ consumer }) => !skip.includes(consumer));
  const progress = (one: Watched) => acting.progress(line(one));
  const watched = await watch(asked, "works", { ...acting, since, within, progress });
  record.change({ restored: watched });
  const waiting = await waitingNow(setup, before, watched, acting);
  if (!watched.every(({ reached }) => reached)) return { record: record.now, watched, unprobed, waiting };
  const archived = archiveRecord(path, new Date(acting.now()).toISOString());
  return { record: record.now, watched, unprobed, waiting, archived };
}

async function waitingNow(
  setup: Setup,
  { takenAt }: Revocation,
  watched: readonly Watched[],
  { ask, run }: Acting,
): Promise<Restored["waiting"]> {
  const pull = watched.find(({ consumer }) => consumer === "pull");
  if (pull !== undefined && !pull.reached) return { notObserved: `a pull does not work yet: ${wordOf(pull.last)}` };
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  if ("notObserved" in jobs) return { notObserved: `whether a job reads: ${jobs.notObserved}` };
  if (jobs.ours.length > 0) return { notObserved: "a job reads already: what is leased here it would not have" };
  return await countWaiting(setup, takenAt, run);
}

const wordOf = (judged: Judged) => (judged === "works" ? judged : "refused" in judged ? judged.said : judged.unclear);
