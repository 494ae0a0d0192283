/** Takes versions or grants of a key, or gives them back: which are there, and the command of each. */
import { lastPart } from "../../deployment";
import type { KeyAsked } from "../../deployment/from-settings";
import type { Ask } from "../../observe/ask";
import { listVersions, type Version } from "../../observe/audit/keys";
import { type Command, gcloud, shown } from "../../resources/command";
import { bindings } from "../../resources/resource";
import type { Binding, Resource } from "../../resources/resource";
import type { Run } from "../../run";
import { PASSES, runAll, type Stopped, WAITS_MS } from "../apply";
import type { Journal } from "../journal";
import { OffSwitchError } from "./error";
import type { OpenRecord, Taken, TakenGrant, TakenVersion, Way } from "./record";

/** What is there of one key, as `way` takes it. */
export interface KeySeen {
  readonly key: KeyAsked;
  readonly versions: readonly Version[];
  /** Its own policy's. */
  readonly policy: readonly Binding[];
  /** Of the key ring's policy and the project's: a grant there lets an agent use the key all the same. */
  readonly above: readonly { readonly at: string; readonly bindings: readonly Binding[] }[];
}

const placeOf = ({ ring, location, project }: KeyAsked) => ({ keyring: ring, location, project });

/** Throws OffSwitchError where it cannot be looked at. */
export async function seeKey(key: KeyAsked, way: Way, ask: Ask): Promise<KeySeen> {
  const policy = (command: Command) =>
    way === "grant" ? ask(command) : Promise.resolve({ answer: { bindings: [] as Binding[] } });
  const [versions, own, ring, project] = await Promise.all([
    ask(listVersions(key)),
    policy(gcloud("kms keys get-iam-policy", { ...placeOf(key), format: "json" }, key.key)),
    policy(
      gcloud("kms keyrings get-iam-policy", { location: key.location, project: key.project, format: "json" }, key.ring),
    ),
    policy(gcloud("projects get-iam-policy", { format: "json" }, key.project)),
  ]);
  for (const asked of [versions, own]) {
    if ("trouble" in asked) throw new OffSwitchError("NOT_OBSERVED", `key ${key.key}: ${asked.trouble.said}`);
  }
  const bindingsOf = (asked: Awaited<ReturnType<Ask>>) => ("answer" in asked ? bindings(asked.answer as never) : []);
  return {
    key,
    versions: (versions as { answer: Version[] }).answer,
    policy: bindingsOf(own),
    above: [
      { at: `key ring ${key.ring}`, bindings: bindingsOf(ring) },
      { at: `project ${key.project}`, bindings: bindingsOf(project) },
    ],
  };
}

/** Only what is enabled: what somebody disabled before stays so. */
export const enabledVersions = ({ key, versions }: KeySeen): readonly TakenVersion[] =>
  versions
    .filter(({ state }) => state === "ENABLED")
    .map(({ name }) => ({ kind: "version", key, version: lastPart(name), state: "to take" }));

/** Those that the deployment's own resources declare, and that are there. A grant with a condition is not one of ours. */
export function agentGrants({ key, policy }: KeySeen, resources: readonly Resource[]): readonly TakenGrant[] {
  const declared = resources.find(({ title }) => title === `key ${key.location}/${key.key}`)?.policy?.grants ?? [];
  return declared.flatMap(({ member, role }) => {
    const isThere = policy.some(
      (one) => one.role === role && one.condition === undefined && one.members?.includes(member),
    );
    return isThere ? [{ kind: "grant" as const, key, member, role, state: "to take" as const }] : [];
  });
}

export function takeCommand(one: Taken): Command {
  const at = placeOf(one.key);
  if (one.kind === "version") return gcloud("kms keys versions disable", { key: one.key.key, ...at }, one.version);
  return gcloud("kms keys remove-iam-policy-binding", { ...at, member: one.member, role: one.role }, one.key.key);
}

export function giveCommand(one: Taken): Command {
  const at = placeOf(one.key);
  if (one.kind === "version") return gcloud("kms keys versions enable", { key: one.key.key, ...at }, one.version);
  return gcloud("kms keys add-iam-policy-binding", { ...at, member: one.member, role: one.role }, one.key.key);
}

/** Whether it is taken already, by whoever. */
export function isTaken(one: Taken, { versions, policy }: KeySeen): boolean {
  if (one.kind === "version")
    return versions.some(({ name, state }) => lastPart(name) === one.version && state !== "ENABLED");
  return !policy.some(({ role, members, condition }) => {
    return role === one.role && condition === undefined && members?.includes(one.member);
  });
}

export interface Doing {
  readonly run: Run;
  readonly journal: Journal;
  readonly progress: (text: string) => void;
  readonly wait: (ms: number) => Promise<unknown>;
}

/**
 * Versions side by side, grants of one key one after the other: they are one policy. Each is marked in the record once it is done. Throws
 * OffSwitchError, after every one was tried.
 */
export async function doAll(
  all: readonly Taken[],
  to: "taken" | "given back",
  record: OpenRecord,
  doing: Doing,
): Promise<void> {
  const command = to === "taken" ? takeCommand : giveCommand;
  const one = async (taken: Taken) => {
    const stopped = await persist(`key ${taken.key.key}`, command(taken), doing);
    if (stopped === undefined) record.mark(taken, to);
    return stopped === undefined ? [] : [stopped];
  };
  const grants = async () => {
    const found: Stopped[] = [];
    for (const taken of all.filter(({ kind }) => kind === "grant")) found.push(...(await one(taken)));
    return found;
  };
  const versions = all.filter(({ kind }) => kind === "version").map(one);
  const stopped = (await Promise.all([...versions, grants()])).flat();
  if (stopped.length > 0) throw refusal(stopped, to);
}

/** What passes by itself is asked again: of commands that may be run twice. */
export async function persist(title: string, command: Command, doing: Doing): Promise<Stopped | undefined> {
  let stopped = await runAll(title, [command], doing);
  for (const ms of WAITS_MS) {
    if (stopped === undefined || !PASSES.has(stopped.kind)) return stopped;
    doing.progress(`  ${stopped.said}; again`);
    await doing.wait(ms);
    stopped = await runAll(title, [command], doing);
  }
  return stopped;
}

function refusal(stopped: readonly Stopped[], to: "taken" | "given back"): OffSwitchError {
  const lines = stopped.map(({ command }) => shown(command)).join("\n");
  const again = to === "taken" ? "revoke" : "restore";
  if (stopped.every(({ kind }) => kind === "forbidden")) {
    const who = "you may not: whoever owns the key has to type";
    return new OffSwitchError("NOT_PERMITTED", `${who}\n${lines}\nthen ${again} again: it goes on from here`);
  }
  const said = stopped.map((one) => `${shown(one.command)}\n  ${one.said}`).join("\n");
  return new OffSwitchError("REFUSED", `${said}\nmend what it says, and ${again} again: it goes on from here`);
}
