/** What is left of a submission: for a machine in `job.json`, for a person on the screen. */
import type { FlagValue } from "./flags";
import type { Comparison } from "./read-back";
import type { Verdict } from "../../deploy/rules";

export interface JobRecord {
  /** Null where no job was created: a dry run, or a template. */
  readonly jobId: string | null;
  readonly name: string;
  readonly project: string;
  readonly region: string;
  readonly consoleUrl: string | null;
  /** As the service said it when the job was read back. */
  readonly state: string | null;
  readonly dryRun: boolean;
  readonly profile: string;
  readonly acceptedRules: readonly { readonly id: string; readonly found: readonly string[] }[];
  readonly notObserved: Verdict["notObserved"];
  /** Of `pipeline.pb`, the graph as it is staged. */
  readonly graph: { readonly sha256: string; readonly bytes: number };
  readonly comparisons: readonly Comparison[];
  readonly submittedAt: string;
}

export const differences = (record: JobRecord) => record.comparisons.filter(({ verdict }) => verdict !== "same");

/** Some lines: the job, what was asked for and what was found, and what nobody could look at. */
export function describeJob(record: JobRecord): string {
  const lines = [
    ["job", record.jobId ?? (record.dryRun ? "none: a dry run" : "none: a template")],
    ["name", record.name],
    ["project", record.project],
    ["region", record.region],
    ["state", record.state ?? "-"],
    ["console", record.consoleUrl ?? "-"],
    ["graph", `sha256 ${record.graph.sha256}, ${record.graph.bytes.toLocaleString("en")} bytes`],
    ...record.acceptedRules.map(({ id, found }) => ["accepted", `${id}  ${found.join("; ")}`]),
  ];
  const told = lines.map(([name, text]) => `  ${name!.padEnd(12)} ${text}`);
  const source = record.dryRun ? "the job that would be sent" : "the job as the service gives it back";
  return [
    ...told,
    "",
    `  asked for, held against ${source}:`,
    ...record.comparisons.map(line),
    "",
    ...unseen(record),
    "",
  ].join("\n");
}

const MARKS: Readonly<Record<Comparison["verdict"], string>> = { same: "=", different: "≠", "not observed": "?" };

function line({ option, asked, found, verdict }: Comparison): string {
  const told = verdict === "different" ? `${text(asked)}, but the job has ${text(found)}` : text(asked);
  return `  ${MARKS[verdict]} ${option.padEnd(32)} ${told}`;
}

function text(value: FlagValue | unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One line for each resource that nobody could look at. */
function unseen({ notObserved, comparisons }: JobRecord): string[] {
  const lines = new Map<string, string>();
  for (const { what, why } of notObserved) lines.set(what, `  not observed: ${what} (${why})`);
  const unsaid = comparisons.filter(({ verdict }) => verdict === "not observed").map(({ option }) => option);
  if (unsaid.length > 0) {
    lines.set("job", `  not observed: the job's ${unsaid.join(", ")}, which the service did not give back`);
  }
  return [...lines.values()];
}
