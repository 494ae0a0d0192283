/**
 * Takes the keys away. It can be killed anywhere and run again: the record says what it was about to take, and it goes on from there.
 * Nothing is changed before the key's name was typed.
 */
import { lastPart } from "../../deployment";
import type { KeyAsked } from "../../deployment/from-settings";
import { ask, type Judged, type Probe, stateOf, watch, type Watched } from "../../observe/access/probe";
import { probesOf, type Unprobed } from "../../observe/access/probes";
import { underKeys } from "../../observe/access/under";
import type { Ask } from "../../observe/ask";
import { type Jobs, readJobs } from "../../observe/audit/jobs";
import { keysOf } from "../../observe/audit/keys";
import { resourcesOf } from "../../resources";
import type { Setup } from "../../resources/setup";
import { OffSwitchError } from "./error";
import { endJobs, lastWords } from "./jobs";
import {
  type EndedJob,
  type How,
  isSame,
  OpenRecord,
  readRecord,
  type Revocation,
  type Taken,
  type Way,
} from "./record";
import { agentGrants, type Doing, doAll, enabledVersions, isTaken, type KeySeen, seeKey } from "./take";
import type { Intent } from "./told";

export interface Asking {
  readonly way: Way;
  readonly how: How;
  /** The key's own name, where only one of them goes. */
  readonly only?: string;
  /** Seconds after which a consumer that still works is named. */
  readonly within: number;
  readonly jobWithin: number;
  /** Consumers that are not watched. */
  readonly skip: readonly string[];
  /** Where the record is. */
  readonly record: string;
}

export interface Acting extends Doing {
  readonly ask: Ask;
  readonly now: () => number;
  readonly by: string;
}

/** What is to be done, with what was seen. */
export interface Prepared extends Intent {
  readonly asking: Asking;
  readonly seen: readonly KeySeen[];
  /** The record of a revocation that was begun. */
  readonly begun: Revocation | undefined;
}

/** Changes nothing. Throws OffSwitchError. */
export async function prepare(setup: Setup, asking: Asking, { ask }: Pick<Acting, "ask">): Promise<Prepared> {
  const keys = chosen(setup, asking.only);
  const names = keys.map(({ name }) => name);
  const begun = readRecord(asking.record);
  if (begun !== undefined && begun.way !== asking.way) {
    const mend = `restore first, or go on with --by ${begun.way}`;
    throw new OffSwitchError("RECORD", `${asking.record}: a revocation by ${begun.way} is not given back yet: ${mend}`);
  }
  const [seen, jobs, under] = await Promise.all([
    Promise.all(keys.map((key) => seeKey(key, asking.way, ask))),
    runningJobs(setup, ask),
    underKeys(setup, names, { ask }),
  ]);
  const isJobs = names.includes(setup.dataflowKey.name);
  const stopping = isJobs ? jobs.ours : [];
  const probes = await probesOf(setup, stopping, names, { ask });
  const isSkipped = ({ consumer }: { consumer: string }) => asking.skip.includes(consumer);
  return {
    ...{ setup, keys, asking, seen, begun, under, record: asking.record, within: asking.within },
    ...{ way: asking.way, how: asking.how, taken: toTake(setup, seen, asking.way) },
    before: asking.way === "versions" ? notEnabled(seen, begun) : [],
    byPasses: asking.way === "grant" ? byPasses(setup, seen) : [],
    jobs: stopping.map(({ id, name, location }) => ({ id, name, region: location })),
    probes: {
      probes: probes.probes.filter((probe) => !isSkipped(probe)),
      unprobed: [
        ...[...probes.unprobed, ...(isJobs ? jobs.unseen.map(unseenJob) : [])].filter((one) => !isSkipped(one)),
        ...asking.skip.map((consumer) => ({ consumer, why: "--skip", absent: true }) as Unprobed),
      ],
    },
  };
}

/** Throws OffSwitchError. */
export function chosen(setup: Setup, only: string | undefined): readonly KeyAsked[] {
  const keys = keysOf(setup);
  if (only === undefined) return keys;
  const found = keys.filter(({ key }) => key === only);
  if (found.length > 0) return found;
  const have = keys.map(({ key }) => key).join(", ");
  throw new OffSwitchError("NO_SUCH_KEY", `${only} is no key of this deployment: it has ${have}`);
}

/** It may be this deployment's, and go on. */
const unseenJob = ({ id, name, notObserved }: Jobs["unseen"][number]): Unprobed => ({
  ...{ consumer: "job", why: `job ${name} (${id}): ${notObserved}`, absent: false },
});

async function runningJobs(setup: Setup, ask: Ask): Promise<Jobs> {
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  if (!("notObserved" in jobs)) return jobs;
  const mend = "let somebody with roles/dataflow.viewer revoke";
  throw new OffSwitchError("NOT_OBSERVED", `which jobs run is not observed: ${jobs.notObserved}: ${mend}`);
}

function toTake(setup: Setup, seen: readonly KeySeen[], way: Way): readonly Taken[] {
  if (way === "versions") return seen.flatMap(enabledVersions);
  const { needed } = resourcesOf(setup);
  return seen.flatMap((one) => agentGrants(one, needed));
}

/** Of what this revocation did not take. */
function notEnabled(seen: readonly KeySeen[], begun: Revocation | undefined): readonly string[] {
  return seen.flatMap(({ key, versions }) =>
    versions.flatMap(({ name, state }) => {
      const version = lastPart(name);
      const one: Taken = { kind: "version", key, version, state: "taken" };
      if (state === "ENABLED" || begun?.taken.some((other) => isSame(one, other))) return [];
      return [`version ${version} of ${key.key}, ${state}`];
    }),
  );
}

/** Agents that hold a role of Cloud KMS on what the key lies in: their grant on the key is not all that they have. */
function byPasses(setup: Setup, seen: readonly KeySeen[]): readonly string[] {
  const { needed } = resourcesOf(setup);
  const members = new Set(
    needed
      .filter(({ kind }) => kind === "key")
      .flatMap(({ policy }) => policy?.grants.map(({ member }) => member) ?? []),
  );
  return seen.flatMap(({ above }) =>
    above.flatMap(({ at, bindings }) =>
      bindings
        .filter(({ role }) => /^roles\/(cloudkms\.cryptoKey|owner$|editor$)/.test(role))
        .flatMap((binding) => (binding.members ?? []).map((member) => ({ member, role: binding.role })))
        .filter(({ member }) => members.has(member))
        .map(({ member, role }) => `${member} holds ${role} on ${at}, too: it goes on`),
    ),
  );
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
  // What was about to be taken when it was killed, and is.
  for (const one of record.now.taken.filter(({ state }) => state === "to take")) {
    if (isTaken(one, prepared.seen.find(({ key }) => key.name === one.key.name)!)) record.mark(one, "taken");
  }
  await endJobs(setup.project, record, acting, { now: acting.now, within: asking.jobWithin });
  const left = record.now.taken.filter(({ state }) => state === "to take");
  if (record.now.takenAt === undefined) record.change({ takenAt: new Date(acting.now()).toISOString() });
  if (left.length > 0) await doAll(left, "taken", record, acting);
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

/** What was begun, with whatever has come to be there since. */
function recordOf(prepared: Prepared, { by, now }: Acting): Revocation {
  const { begun, setup, way, how, taken, jobs } = prepared;
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
