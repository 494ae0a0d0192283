/** The probes of one deployment: one a consumer of its keys, of what is there. */
import { bq, type Command, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import type { ColumnType, TableSchema } from "../../../schemas/schema";
import { type Job, nameOfJob } from "../audit/jobs";
import type { Questions } from "../audit/questions";
import { told } from "../audit/questions";
import { listObjects, type StoredObject } from "../audit/stored";
import type { Consumer, Probe } from "./probe";
import { judgeByKey, judgeByStatus, judgeJob, judgeRead } from "./refusal";

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

/** An attribute is not encrypted by the key, and this one says nothing of anybody. */
export const PROBE_ATTRIBUTE = "probe";

function publishProbe({ project, settings }: Setup): Probe {
  return {
    consumer: "publish",
    what: `topic ${settings.TOPIC}`,
    command: gcloud(
      "pubsub topics publish",
      { project, message: "off-switch probe", attribute: `${PROBE_ATTRIBUTE}=off-switch`, format: "json" },
      settings.TOPIC,
    ),
    judge: judgeByStatus,
    leaves: "a message that is no record, with the attribute probe=off-switch: the pipeline makes a dead letter of it",
  };
}

/** Takes a lease on one message at most, acknowledges none, and gives it back. What is in it is not printed. */
function pullProbe({ project, settings }: Setup): Probe {
  const name = settings.SUBSCRIPTION;
  return {
    consumer: "pull",
    what: `subscription ${name}`,
    command: gcloud("pubsub subscriptions pull", { project, limit: "1", format: "json(ackId)" }, name),
    judge: judgeByStatus,
    after: ({ code, stdout }) => {
      const ids = code === 0 ? ackIds(stdout) : [];
      const flags = { project, "ack-ids": ids.join(","), "ack-deadline": "0" };
      return ids.length === 0 ? [] : [gcloud("pubsub subscriptions modify-message-ack-deadline", flags, name)];
    },
  };
}

function ackIds(stdout: string): readonly string[] {
  try {
    return (JSON.parse(stdout) as { ackId: string }[]).map(({ ackId }) => ackId);
  } catch {
    return [];
  }
}

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

/** One byte of a file that is under the key. */
async function readProbe(setup: Setup, ask: Questions["ask"]): Promise<Probe | Unprobed> {
  const { settings, dataKey } = setup;
  const listed = await ask(listObjects(setup));
  const none = { consumer: "read", why: `no file under the key lies in ${settings.BUCKET}`, absent: true } as const;
  if ("trouble" in listed && /matched no objects/.test(listed.trouble.said)) return none;
  const objects = told(listed, (all: readonly StoredObject[]) => all);
  if ("notObserved" in objects) return { consumer: "read", why: objects.notObserved, absent: false };
  const object = objects.find(({ kms_key }) => kms_key?.startsWith(dataKey.name));
  if (object === undefined) return none;
  return { consumer: "read", what: `bucket ${settings.BUCKET}`, ...readCommands(setup, object.name), judge: judgeRead };
}

function readCommands({ project, settings }: Setup, name: string): { command: Command; control: Command } {
  const url = `gs://${settings.BUCKET}/${name}`;
  return {
    command: gcloud("storage cat", { project, range: "0-0", "log-http": true }, url),
    control: gcloud("storage objects describe", { project, format: "none" }, url),
  };
}

interface StoredFile {
  readonly name: string;
  readonly sizeBytes?: string;
}

const FOLDER = "build/deploy/probe";

/**
 * The smallest file of the repository, an image's manifest: what is told of an image without reading it, its name and digest, is not under
 * the key [Enabling customer-managed encryption keys, Artifact Registry].
 */
async function imageProbe(setup: Setup, ask: Questions["ask"]): Promise<Probe | Unprobed> {
  const { settings } = setup;
  const files = told(await ask(listFiles(setup)), (all: readonly StoredFile[]) => all);
  if ("notObserved" in files) return { consumer: "image", why: files.notObserved, absent: false };
  const [file] = [...files].sort((a, b) => Number(a.sizeBytes ?? 0) - Number(b.sizeBytes ?? 0));
  if (file === undefined) return { consumer: "image", why: `no image is in ${settings.REGISTRY}`, absent: true };
  const id = decodeURIComponent(file.name.slice(file.name.lastIndexOf("/") + 1));
  const what = `repository ${settings.REGISTRY}`;
  return { consumer: "image", what, command: downloadFile(setup, id), judge: judgeByKey };
}

const repository = ({ project, region, settings }: Setup) => ({
  ...{ repository: settings.REGISTRY, location: region, project },
});

const listFiles = (setup: Setup) =>
  gcloud("artifacts files list", { ...repository(setup), limit: "1000", format: "json(name,sizeBytes)" });

function downloadFile(setup: Setup, id: string): Command {
  const flags = { destination: FOLDER, "local-filename": "file", "allow-overwrite": true } as const;
  return {
    ...gcloud("artifacts files download", { ...repository(setup), ...flags }, id),
    // gcloud makes no folder.
    files: { [`${FOLDER}/.keep`]: "" },
  };
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
