/** What changed between two audits, by name. */
import type { Audit, Change, Drift } from "./model";
import type { Link } from "./model/link";
import { isNone, isNotObserved } from "./model/told";

/** One fact a line: what it is of, and what it is. */
type Facts = ReadonlyMap<string, string>;

export function driftOf(before: Audit, after: Audit): Drift {
  const [old, now] = [factsOf(before), factsOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changes = names.flatMap((what): readonly Change[] => {
    const [was, is] = [old.get(what) ?? null, now.get(what) ?? null];
    return was === is ? [] : [{ what, before: was, after: is }];
  });
  return { since: before.observedAt, changes };
}

function factsOf(audit: Audit): Facts {
  const jobs = isNotObserved(audit.jobs) ? [] : audit.jobs;
  return new Map([
    ...audit.chain.flatMap(factsOfLink),
    ...jobs.flatMap(({ id, name, state, graph, images }): [string, string][] => [
      [`job ${name} (${id})`, state],
      [`graph of job ${id}`, isNotObserved(graph) ? `not observed: ${graph.notObserved}` : `sha256 ${graph.sha256}`],
      ...images.map((image): [string, string] => [
        `image ${image.name.split("@")[0]} of job ${id}`,
        typeof image.digest === "string" ? image.digest : `not observed: ${image.digest.notObserved}`,
      ]),
    ]),
    ...audit.otherJobs.map(({ id, name, key }): [string, string] => [`other job ${name} (${id})`, key ?? "no key"]),
    ...audit.keys.flatMap(factsOfKey),
    ...audit.outcomes.map(({ id, outcome, found }): [string, string] => [id, [outcome, ...found].join("; ")]),
    ["schema", isNotObserved(audit.schema) ? "not observed" : `sha256 ${audit.schema.sha256}`],
  ]);
}

function factsOfLink({ step, what, place, key, more }: Link): [string, string][] {
  const told = (value: unknown, of: (value: never) => string) => {
    if (isNotObserved(value)) return `not observed: ${value.notObserved}`;
    return isNone(value) ? `none: ${value.none}` : of(value as never);
  };
  const name = step === "dead letters" || step === "copies" ? `${what} (${step})` : what;
  return [
    [`${name}: place`, told(place, (regions: string[]) => regions.join(", "))],
    [`${name}: key`, told(key, (used: { name: string }) => used.name)],
    ...Object.entries(more)
      .filter(([about]) => !COUNTS.has(about))
      .map(([about, text]): [string, string] => [`${name}: ${about}`, text]),
  ];
}

/** What changes by itself while all is well. */
const COUNTS = new Set(["rows", "files", "machines"]);

function factsOfKey({ name, primary, principals, versions }: Audit["keys"][number]): [string, string][] {
  const short = name.replace(/^.*\/cryptoKeys\//, "key ");
  return [
    [`${short}: primary version`, primary === null ? "none" : primary.name.replace(/^.*\//, "")],
    ...(isNotObserved(versions)
      ? []
      : versions.map((one): [string, string] => [`${short}: version ${one.name.replace(/^.*\//, "")}`, one.state])),
    ...principals.map(({ member, role, at, can }): [string, string] => [
      `${short}: ${member} by ${role} on ${at}`,
      can === "decrypt" ? "can decrypt" : "can grant",
    ]),
  ];
}

/** One line a change. */
export function driftAsText({ since, changes }: Drift): string {
  if (changes.length === 0) return `nothing has changed since ${since}\n`;
  const lines = changes.map(
    ({ what, before, after }) => `  ${what}\n    was ${before ?? "not there"}\n    is  ${after ?? "not there"}`,
  );
  return `${changes.length} ${changes.length === 1 ? "change" : "changes"} since ${since}\n${lines.join("\n")}\n`;
}
