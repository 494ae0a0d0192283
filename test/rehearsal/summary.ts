import type { Comparison } from "./comparison";
import type { Methods } from "../../pipeline/composites/methods";

/** Written to build/rehearsal/summary.json. */
export interface RehearsalSummary extends Comparison {
  /** The job's state when everything had arrived, or when patience had an end. */
  readonly state: string;
  /** Beam's counters of the job. Prism drops some of what comes before it knows their names: they prove nothing. */
  readonly counters: Readonly<Record<string, number>>;
  /** The ways in and out. */
  readonly methods: Methods;
  /** Of the graph's bytes, as they would be staged. */
  readonly sha256: string;
  /** What stood in for what. */
  readonly standIns: Readonly<Record<string, string>>;
  /** Whether anything but the loopback address could be reached. */
  readonly network: "loopback only" | "the machine's";
  readonly seconds: number;
}

/** Nothing lost, nothing twice, and the same on both runners. */
export const passed = ({ lost, duplicates, sameAsDirect }: Comparison): boolean =>
  lost === 0 && duplicates === 0 && sameAsDirect;

/** As lines for a person. */
export function describe(summary: RehearsalSummary): string {
  const letters = Object.entries(summary.deadLetters).sort(([, a], [, b]) => b - a);
  const total = letters.reduce((sum, [, count]) => sum + count, 0);
  const different = summary.different.length > 0 ? `, of these messages among others: ${summary.different}` : "";
  const lines: [string, unknown][] = [
    ["published", summary.published],
    ["rows", summary.rows],
    ["dead letters", total],
    ...letters.map(([reason, count]): [string, number] => [`  ${reason}`, count]),
    ["lost", summary.lost],
    ["duplicates", summary.duplicates],
    ["as on Direct", summary.sameAsDirect ? "the same rows, the same dead letters" : `different${different}`],
    ["read, written by", `${summary.methods.read}, ${summary.methods.write}`],
    ["job", summary.state],
    ["graph", `sha256 ${summary.sha256}`],
    ["network", summary.network],
    ["time", `${summary.seconds} s`],
    ["stand-ins", ""],
    ...Object.entries(summary.standIns).map(([of, by]): [string, string] => [`  ${of}`, by]),
  ];
  return lines.map(([name, value]) => `  ${name.padEnd(33)} ${value}`.trimEnd()).join("\n");
}
