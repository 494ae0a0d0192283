/** What rotate says of what lies under which version. */
import { lastPart } from "../../deployment";
import { shown } from "../../resources/command";
import type { PrimaryStep } from "./primary";
import { oldVersions, type Rotation } from "./rotate";

const MOST_NAMED = 5;

/** What is there, and what comes first; `path` is where the record of a rotation is. */
export function intentAsText(before: readonly Rotation[], steps: readonly PrimaryStep[], path: string): string {
  const commands = steps.flatMap(({ command }) => command ?? []);
  return `${[
    ...before.map(rotationAsText),
    ...steps.flatMap((step) => goingOn(step, path)),
    "rotate runs, and then encrypts anew what is under an older version:",
    ...commands.map(shown),
  ].join("\n")}\n\n`;
}

function goingOn({ key, begun, made, command }: PrimaryStep, path: string): readonly string[] {
  if (begun === undefined) return [];
  const from = `goes on with the rotation of ${key.key} that ${begun.by} began at ${begun.startedAt}`;
  if (made === undefined) return [`${from}: it has made no version`];
  const state = command === undefined ? "the primary one already" : "there already";
  return [`${from}: version ${made} is ${state}, no other is made; where you want one more, move ${path} away`];
}

export function rotationAsText(rotation: Rotation): string {
  const { key, versions, primary, use } = rotation;
  const lines = versions.map(({ name, state }) => {
    const version = lastPart(name);
    const holds = use.lies.filter((one) => one.version === version);
    return `  version ${version}${version === primary ? ", primary" : ""}, ${state}: ${counted(holds)}`;
  });
  const unsaid = use.lies.filter(({ version }) => version === undefined);
  return `${[
    `key ${key.key}:`,
    ...lines,
    ...(unsaid.length > 0 ? [`  of no version that is said: ${counted(unsaid)}`] : []),
    ...use.unknown.map((one) => `  not known: ${one}`),
    ...use.notObserved.map((one) => `  NOT OBSERVED: ${one}`),
    ...oldVersions(rotation)
      .filter(({ holds }) => holds.length === 0)
      .map(({ version }) => `  version ${version} is used by no table and no file that is known`),
  ].join("\n")}\n`;
}

function counted(holds: Rotation["use"]["lies"]): string {
  if (holds.length === 0) return "no table and no file";
  const names = holds.slice(0, MOST_NAMED).map(({ kind, name }) => `${kind} ${name}`);
  const more = holds.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
