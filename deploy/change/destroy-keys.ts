/** The versions of a deployment's own keys, scheduled for destruction: only for keys that somebody names. */
import type { Ask } from "../observe/ask";
import type { Plan } from "../observe/plan";
import type { Command } from "../resources/command";
import { destroyVersions, usableVersions } from "../resources/key";
import { ApplyError } from "./apply";

/** Throws ApplyError where a name is no key of this deployment, or its versions cannot be seen. */
export async function keyCommands(
  { setup, visits }: Plan,
  names: readonly string[],
  ask: Ask,
): Promise<readonly Command[]> {
  const own = [setup.dataKey, setup.dataflowKey].filter(({ location, key }) => {
    const visit = visits.find(({ resource }) => resource.title === `key ${location}/${key}`);
    if (visit === undefined || visit.given || visit.reading.kind !== "found") return false;
    return visit.reading.fields.deployment === setup.settings.DEPLOYMENT;
  });
  const commands = names.map(async (name) => {
    const asked = own.find(({ key }) => key === name);
    if (asked === undefined) {
      const have = own.map(({ key }) => key).join(", ") || "none";
      throw new ApplyError("obstacles", `${name} is no key of this deployment's own: it has ${have}`);
    }
    const { command, pick } = usableVersions(asked);
    const seen = await ask(command);
    if ("trouble" in seen) throw new ApplyError("obstacles", `the versions of ${name}: ${seen.trouble.said}`);
    const versions = pick(seen.answer as never) ?? [];
    return versions.length === 0 ? [] : destroyVersions(asked, versions);
  });
  return (await Promise.all(commands)).flat();
}
