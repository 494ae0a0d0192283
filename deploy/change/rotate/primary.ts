/** A new primary version, made once: one that a killed rotation has made is taken. */
import { lastPart } from "../../deployment";
import type { KeyAsked } from "../../deployment/from-settings";
import { type Command, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { OffSwitchError } from "../revoke/error";
import type { Acting } from "../revoke/revoke";
import { type BegunRotation, noteBegun } from "./record";
import { doEach, placeOf, type Rotation } from "./rotate";

export interface PrimaryStep {
  readonly key: KeyAsked;
  /** Undefined where the new version is the primary one already. */
  readonly command: Command | undefined;
  /** The numbers of all that are there. */
  readonly versions: readonly string[];
  /** The rotation that it goes on with. */
  readonly begun: BegunRotation | undefined;
  /** The version that rotation has made. */
  readonly made: string | undefined;
}

/** What is left to do until `key` has a new primary version. Throws OffSwitchError for an external key. */
export function primaryStep(
  setup: Setup,
  { key, versions, primary }: Rotation,
  all: readonly BegunRotation[],
): PrimaryStep {
  const begun = all.find((one) => one.key === key.name);
  const known = begun?.versions ?? [];
  const usable = versions.filter(({ state }) => state === "ENABLED" || state === "PENDING_GENERATION");
  const isNew = ({ name }: { name: string }) => begun !== undefined && !known.includes(lastPart(name));
  const youngest = usable
    .filter(isNew)
    .map(({ name }) => lastPart(name))
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
  const isDone = begun !== undefined && !known.includes(primary);
  const made = isDone ? primary : youngest;
  const step = { key, versions: versions.map(({ name }) => lastPart(name)), begun, made };
  if (isDone) return { ...step, command: undefined };
  if (made === undefined) return { ...step, command: createCommand(setup, key) };
  // gcloud makes a version, and then makes it the primary one: it was killed in between.
  return {
    ...step,
    command: gcloud("kms keys update", { ...placeOf(key), "primary-version": made }, key.key),
  };
}

/** Of an external key a new version is a new address at its manager. Throws OffSwitchError. */
function createCommand({ settings }: Setup, key: KeyAsked): Command {
  if (settings.KEY_PROTECTION === "external") {
    const mend =
      "make it there, then: gcloud kms keys versions create --external-key-uri=… --primary; then rotate with --keep-primary";
    throw new OffSwitchError("EXTERNAL", `key ${key.key} is external: its manager makes a new version: ${mend}`);
  }
  return gcloud("kms keys versions create", { key: key.key, ...placeOf(key), primary: true });
}

/** Does it. The record has it before the version is there. Throws OffSwitchError. */
export async function makePrimary(path: string, step: PrimaryStep, acting: Acting): Promise<void> {
  const { key, command, versions, begun } = step;
  if (command === undefined) return;
  const startedAt = new Date(acting.now()).toISOString();
  if (begun === undefined) noteBegun(path, { key: key.name, startedAt, by: acting.by, versions });
  // Not asked again by itself: an answer that was lost would leave two.
  await doEach(`key ${key.key}`, [command], acting, "once");
}
