/** What all runs on Prism came to, as lines for a person. */
import { type Counts, endedAs } from "./counts";
import type { PrismOutcome } from "./run";
import { named, type PrismScenario } from "./scenario";

type Run = readonly [PrismScenario, PrismOutcome];

const COLUMNS: readonly [string, keyof Counts][] = [
  ["published", "published"],
  ["rows", "rows"],
  ["dead letters", "letters"],
  ["twice", "twice"],
  ["invented", "invented"],
  ["changed", "changed"],
  ["not written", "notWritten"],
  ["still in the subscription", "waiting"],
  ["  of these written", "waitingWritten"],
  ["lost", "lost"],
  ["stalled", "stalled"],
];

/** One run. */
export function line(scenario: PrismScenario, { counts, end, rowsAtKill, seconds }: PrismOutcome): string {
  const { read, write } = scenario.methods;
  const at = rowsAtKill === undefined ? "" : ` (it had ${rowsAtKill})`;
  const counted = COLUMNS.map(([name, key]) => `${counts[key]} ${name.trim()}`).join(", ");
  return `seed ${scenario.seed}, ${read} + ${write}, ${named(scenario)}${at}: ${endedAs(end)}; ${counted}; ${seconds} s`;
}

/** All runs, by what was killed and how the job ended. */
export function text(runs: readonly Run[]): string {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const [{ kill }, { end }] = run;
    const group = `${kill?.victim ?? "nothing"}: ${endedAs(end)}`;
    groups.set(group, [...(groups.get(group) ?? []), run]);
  }
  const lines = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, some]) => [
      `${name}, ${some.length} ${some.length === 1 ? "run" : "runs"}`,
      ...COLUMNS.map(([what, key]) => `  ${String(sum(some, key)).padStart(7)}  ${what}`),
    ]);
  const failed = runs.filter(([, { broken }]) => Object.keys(broken).length > 0).length;
  return `${lines.join("\n")}\n${runs.length} runs, ${failed} failed\n`;
}

const sum = (runs: readonly Run[], key: keyof Counts) => runs.reduce((total, [, { counts }]) => total + counts[key], 0);
