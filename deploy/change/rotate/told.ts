/** What rotate says of what lies under which version. */
import type { Rotation } from "./rotate";
import { oldVersions } from "./rotate";

const MOST_NAMED = 5;

export function rotationAsText(rotation: Rotation): string {
  const { key, versions, primary, use } = rotation;
  const lines = versions.map(({ name, state }) => {
    const version = name.slice(name.lastIndexOf("/") + 1);
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
