/**
 * Changes a key: a new primary version, what can be encrypted anew under it is, and a version that nothing is known to lie under can be
 * disabled. Each step can be run again: it does what is left.
 */
import type { KeyAsked } from "../../deployment/from-settings";
import { type InUse, type Lies, readVersions } from "../../observe/access/versions";
import { asking } from "../../observe/ask";
import { readJobs } from "../../observe/audit/jobs";
import type { Version } from "../../observe/audit/keys";
import { bq, type Command, gcloud, shown } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { runAll } from "../apply";
import { OffSwitchError } from "../revoke/error";
import { type Acting } from "../revoke/revoke";
import { seeKey } from "../revoke/take";

export interface Rotation {
  readonly key: KeyAsked;
  readonly versions: readonly Version[];
  /** The number of the primary one. */
  readonly primary: string;
  /** When it was made. */
  readonly since: string;
  readonly use: InUse;
}

const numberOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);
const placeOf = ({ ring, location, project }: KeyAsked) => ({ keyring: ring, location, project });

/** Changes nothing. Throws OffSwitchError. */
export async function seeRotation(setup: Setup, key: KeyAsked, acting: Acting): Promise<Rotation> {
  // Asked anew each time: it changes in between.
  const ask = asking(acting.run, acting.wait);
  const [{ versions }, keys, use] = await Promise.all([
    seeKey(key, "versions", ask),
    ask(gcloud("kms keys list", { ...placeOf(key), format: "json" })),
    readVersions(setup, key, { ask }),
  ]);
  if ("trouble" in keys) throw new OffSwitchError("NOT_OBSERVED", `key ${key.key}: ${keys.trouble.said}`);
  const found = (keys.answer as { name: string; primary?: { name: string; createTime?: string } }[]).find(
    ({ name }) => name === key.name,
  );
  if (found?.primary === undefined) throw new OffSwitchError("NOT_OBSERVED", `key ${key.key} has no primary version`);
  const { name, createTime = new Date(acting.now()).toISOString() } = found.primary;
  return { key, versions, primary: numberOf(name), since: createTime, use };
}

/** Of an external key a new version is a new address at its manager. Throws OffSwitchError. */
export function createCommand({ settings }: Setup, key: KeyAsked): Command {
  if (settings.KEY_PROTECTION === "external") {
    const mend = "make it there, then: gcloud kms keys versions create --external-key-uri=… --primary";
    throw new OffSwitchError("EXTERNAL", `key ${key.key} is external: its manager makes a new version: ${mend}`);
  }
  return gcloud("kms keys versions create", { key: key.key, ...placeOf(key), primary: true });
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
    .filter(({ name, state }) => state === "ENABLED" && numberOf(name) !== primary)
    .map(({ name }) => {
      const version = numberOf(name);
      const holds = use.lies.filter((one) => one.version === version || one.version === undefined);
      return { version, holds };
    });
}

export const disableCommand = (key: KeyAsked, version: string) =>
  gcloud("kms keys versions disable", { key: key.key, ...placeOf(key) }, version);

/**
 * Why an old version may not be disabled; empty where it may. `force` passes over what no service says, and over what lies under it: that cannot be
 * read from then on.
 */
export async function obstacles(
  setup: Setup,
  { use, since }: Rotation,
  holds: readonly Lies[],
  force: boolean,
  acting: Acting,
): Promise<readonly string[]> {
  if (force) return [];
  const ask = asking(acting.run, acting.wait);
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  const running =
    "notObserved" in jobs ? [`the jobs: ${jobs.notObserved}`] : jobs.ours.map(({ name }) => `job ${name} runs`);
  return [
    ...holds.map(
      ({ kind, name, version }) =>
        `${kind} ${name} lies under ${version === undefined ? "a version that is not said" : "it"}`,
    ),
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

/** Runs them one after the other. Throws OffSwitchError. */
export async function doEach(title: string, commands: readonly Command[], acting: Acting): Promise<void> {
  for (const command of commands) {
    acting.progress(shown(command));
    const stopped = await runAll(title, [command], acting);
    if (stopped === undefined) continue;
    const mend = "mend what it says, and rotate again with --keep-primary: it goes on from here";
    throw new OffSwitchError("REFUSED", `${shown(command)}\n  ${stopped.said}\n${mend}`);
  }
}
