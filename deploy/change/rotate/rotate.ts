/**
 * Changes a key: a new primary version, what can be encrypted anew under it is, and a version that nothing is known to lie under can be
 * disabled. Each step can be run again: it does what is left.
 */
import { lastPart } from "../../deployment";
import type { KeyAsked } from "../../deployment/from-settings";
import { type InUse, type Lies, readVersions } from "../../observe/access/versions";
import { type Ask, asking } from "../../observe/ask";
import { readJobs } from "../../observe/audit/jobs";
import type { Version } from "../../observe/audit/keys";
import { bq, type Command, gcloud, shown } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { runAll } from "../apply";
import { OffSwitchError } from "../revoke/error";
import type { Acting } from "../revoke/revoke";
import { persist, seeKey } from "../revoke/take";

export interface Rotation {
  readonly key: KeyAsked;
  readonly versions: readonly Version[];
  /** The number of the primary one. */
  readonly primary: string;
  /** When it was made. */
  readonly since: string;
  readonly use: InUse;
  /** When `use` was asked for, in milliseconds. */
  readonly seenAt: number;
}

export const placeOf = ({ ring, location, project }: KeyAsked) => ({ keyring: ring, location, project });

/** Changes nothing. Throws OffSwitchError. */
export async function seeRotation(setup: Setup, key: KeyAsked, acting: Acting): Promise<Rotation> {
  // Asked anew each time: it changes in between.
  const ask = asking(acting.run, acting.wait);
  const seenAt = acting.now();
  const [primary, use] = await Promise.all([seePrimary(key, ask, acting), readVersions(setup, key, { ask })]);
  return { key, ...primary, use, seenAt };
}

const FRESH_MS = 60_000;

/** The same a moment later: what lies where is asked anew only where somebody took long to type a name. */
export async function seeAgain(setup: Setup, before: Rotation, acting: Acting): Promise<Rotation> {
  if (acting.now() - before.seenAt > FRESH_MS) return await seeRotation(setup, before.key, acting);
  return { ...before, ...(await seePrimary(before.key, asking(acting.run, acting.wait), acting)) };
}

async function seePrimary(
  key: KeyAsked,
  ask: Ask,
  { now }: Acting,
): Promise<Pick<Rotation, "versions" | "primary" | "since">> {
  const [{ versions }, keys] = await Promise.all([
    seeKey(key, "versions", ask),
    ask(gcloud("kms keys list", { ...placeOf(key), format: "json" })),
  ]);
  if ("trouble" in keys) throw new OffSwitchError("NOT_OBSERVED", `key ${key.key}: ${keys.trouble.said}`);
  const found = (keys.answer as { name: string; primary?: { name: string; createTime?: string } }[]).find(
    ({ name }) => name === key.name,
  );
  if (found?.primary === undefined) throw new OffSwitchError("NOT_OBSERVED", `key ${key.key} has no primary version`);
  const { name, createTime = new Date(now()).toISOString() } = found.primary;
  return { versions, primary: lastPart(name), since: createTime };
}

/** A command line is no longer than the system takes. */
const FILES_AT_ONCE = 100;

/**
 * What encrypts anew what lies under another version than the primary one. A table by its key, set once more: no row is copied, so that those in
 * the streaming buffer stay [Customer-managed Cloud KMS keys, BigQuery]. A file is rewritten onto itself.
 */
export function anewCommands({ project, settings }: Setup, { key, primary, use }: Rotation): readonly Command[] {
  const old = use.lies.filter(({ version }) => version !== primary);
  const files = old.filter(({ kind }) => kind === "file").map(({ name }) => `gs://${settings.BUCKET}/${name}`);
  const groups = Array.from({ length: Math.ceil(files.length / FILES_AT_ONCE) }, (_, at) =>
    files.slice(at * FILES_AT_ONCE, (at + 1) * FILES_AT_ONCE),
  );
  return [
    ...old
      .filter(({ kind }) => kind === "table")
      .map(({ name }) =>
        bq(
          { project_id: project },
          "update",
          { destination_kms_key: key.name },
          `${project}:${settings.DATASET}.${name}`,
        ),
      ),
    ...groups.map((some) => gcloud("storage objects update", { project, "encryption-key": key.name }, ...some)),
  ];
}

/** Enabled ones beside the primary one, each with what is known to lie under it. */
export function oldVersions({ versions, primary, use }: Rotation) {
  return versions
    .filter(({ name, state }) => state === "ENABLED" && lastPart(name) !== primary)
    .map(({ name }) => {
      const version = lastPart(name);
      const holds = use.lies.filter((one) => one.version === version || one.version === undefined);
      return { version, holds };
    });
}

export const disableCommand = (key: KeyAsked, version: string) =>
  gcloud("kms keys versions disable", { key: key.key, ...placeOf(key) }, version);

/** What is known to lie under a version, as why it may not be disabled. */
export const holding = (holds: readonly Lies[]): readonly string[] =>
  holds.map(
    ({ kind, name, version }) =>
      `${kind} ${name} lies under ${version === undefined ? "a version that is not said" : "it"}`,
  );

/** Why no old version may be disabled, whichever: what no service names a version of, and what could not be looked at. */
export async function neededBy(setup: Setup, { use, since }: Rotation, acting: Acting): Promise<readonly string[]> {
  const ask = asking(acting.run, acting.wait);
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  const running =
    "notObserved" in jobs
      ? [`not observed: the jobs: ${jobs.notObserved}`]
      : [
          ...jobs.ours.map(({ name }) => `job ${name} runs`),
          ...jobs.unseen.map(({ name, notObserved }) => `not observed: job ${name}: ${notObserved}`),
        ];
  return [
    ...use.notObserved.map((one) => `not observed: ${one}`),
    ...running,
    ...kept(setup, { use, since }, acting.now()),
  ];
}

const DAY_MS = 24 * 3600 * 1000;

/** What no service names a version of lies under an older one as long as it is older than the primary one, and kept. */
function kept({ settings }: Setup, { use, since }: Pick<Rotation, "use" | "since">, now: number): string[] {
  const old = use.pushed.filter((time) => Date.parse(time) < Date.parse(since) || time === "").length;
  const until = (what: string, days: string) => {
    const end = Date.parse(since) + Number(days) * DAY_MS;
    return end > now ? [`${what} from before the rotation are kept until ${new Date(end).toISOString()}`] : [];
  };
  return [
    ...(old > 0 ? [`${old} files of images were pushed before the rotation: push the images anew`] : []),
    ...until("messages", settings.RETENTION_DAYS),
    ...until("replaced files", settings.TEMP_DAYS),
    ...until("log entries", settings.LOG_DAYS),
  ];
}

/** Runs them one after the other; what passes by itself is asked again, unless `once`. Throws OffSwitchError. */
export async function doEach(
  title: string,
  commands: readonly Command[],
  acting: Acting,
  once?: "once",
): Promise<void> {
  for (const command of commands) {
    acting.progress(shown(command));
    const stopped = await (once ? runAll(title, [command], acting) : persist(title, command, acting));
    if (stopped === undefined) continue;
    const again = "rotate again: it goes on from here";
    if (stopped.kind === "forbidden") {
      const said = `${stopped.said}\nyou may not: whoever may has to type\n${shown(command)}\nthen ${again}`;
      throw new OffSwitchError("NOT_PERMITTED", said);
    }
    throw new OffSwitchError("REFUSED", `${shown(command)}\n  ${stopped.said}\nmend what it says, and ${again}`);
  }
}
