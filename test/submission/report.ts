/** What Dataflow would have had, option by option. */
import { at, PLACES } from "./places";
import type { FlagName } from "../../pipeline/dataflow/flags";
import type { Comparison } from "../../pipeline/dataflow/read-back";

/** Two lines for each option: what was asked for, and the field of the recorded job that says so. */
export function jobBesideOptions(comparisons: readonly Comparison[], job: object): string {
  return comparisons
    .filter(({ asked }) => !(Array.isArray(asked) && asked.length === 0))
    .map(({ option, asked }) => {
      const place = PLACES[option as FlagName]!;
      return `  --${option} ${text(asked)}\n      ${place} = ${text(at(job, place))}\n`;
    })
    .join("");
}

function text(value: unknown): string {
  if (value === undefined) return "(nothing)";
  return typeof value === "string" ? value : JSON.stringify(value);
}
