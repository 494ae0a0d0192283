/** The probes of one deployment: one a consumer of its keys, of what is there. */
import { bq, type Command, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import type { ColumnType, TableSchema } from "../../../schemas/schema";
import { type Job, nameOfJob } from "../audit/jobs";
import type { Questions } from "../audit/questions";
import { listObjects } from "../audit/stored";
import type { Consumer, Probe } from "./probe";
import { publishProbe, pullProbe } from "./probes/messages";
import { downloadFile, imageProbe, listFiles, readCommands, readProbe } from "./probes/stored";
import { judgeByKey, judgeJob } from "./refusal";

/** A consumer that nobody can ask: nothing of it is there, or it could not be looked for. */
export interface Unprobed {
  readonly consumer: Consumer;
  readonly why: string;
  /** Nothing is there that the key could stop. */
  readonly absent: boolean;
}

export interface Probes {
  readonly probes: readonly Probe[];
  readonly unprobed: readonly Unprobed[];
}

/** Those of the consumers that are under one of `keys`, by their full names. Asks for a file and an image to read; changes nothing. */
export async function probesOf(
  setup: Setup,
  jobs: readonly Job[],
  keys: readonly string[],
  { ask }: Pick<Questions, "ask">,
): Promise<Probes> {
  const ofJob = keys.includes(setup.dataflowKey.name) ? jobProbes(setup, jobs) : [];
  if (!keys.includes(setup.dataKey.name)) return parted(ofJob);
  const [read, image] = await Promise.all([readProbe(setup, ask), imageProbe(setup, ask)]);
  return parted([publishProbe(setup), pullProbe(setup), ...ofJob, queryProbe(setup), read, image]);
}

const parted = (all: readonly (Probe | Unprobed)[]): Probes => ({
  probes: all.filter((one): one is Probe => "command" in one),
  unprobed: all.filter((one): one is Unprobed => !("command" in one)),
});

function jobProbes({ project }: Setup, jobs: readonly Job[]): readonly (Probe | Unprobed)[] {
  if (jobs.length === 0) return [{ consumer: "job", why: "no job of this deployment runs", absent: true }];
  return jobs.map((job) => ({
    consumer: "job",
    what: nameOfJob(job),
    command: gcloud(
      "dataflow jobs describe",
      { region: job.location, project, format: "json(currentState,requestedState)" },
      job.id,
    ),
    judge: judgeJob,
  }));
}

const NARROW: readonly ColumnType[] = ["BOOL", "DATE", "INT64", "DATETIME", "TIMESTAMP", "FLOAT64", "TIME"];

/** Reads a narrow column: a count of rows alone would be answered without the key. A result that is kept would be, too. */
function queryProbe({ project, region, settings, schema }: Setup): Probe {
  const sql = `SELECT COUNT(${narrowColumn(schema)}) FROM \`${project}.${settings.DATASET}.${settings.TABLE}\` TABLESAMPLE SYSTEM (1 PERCENT)`;
  return {
    consumer: "query",
    what: `table ${settings.DATASET}.${settings.TABLE}`,
    command: bq(
      { project_id: project, location: region, format: "none" },
      "query",
      { nouse_legacy_sql: true, nouse_cache: true },
      sql,
    ),
    judge: judgeByKey,
  };
}

function narrowColumn({ columns }: TableSchema): string {
  const flat = columns.filter(({ mode, type }) => mode !== "REPEATED" && type !== "RECORD");
  const rank = (type: ColumnType) => (NARROW.includes(type) ? NARROW.indexOf(type) : NARROW.length);
  return [...flat].sort((a, b) => rank(a.type) - rank(b.type))[0]?.name ?? "1";
}

/** Every command that a probe runs, but for a job's: to say what it needs. */
export function probeCommands(setup: Setup): readonly Command[] {
  const pull = pullProbe(setup);
  const { command, control } = readCommands(setup, "FILE");
  return [
    ...[publishProbe(setup).command, pull.command],
    ...(pull.after?.({ code: 0, stdout: '[{"ackId":"ID"}]', stderr: "" }) ?? []),
    ...[queryProbe(setup).command, listObjects(setup), command, control],
    ...[listFiles(setup), downloadFile(setup, "FILE")],
  ];
}
