/** What is stored beside the rows: files in the bucket, the staged graph, images, log lines, and copies of anything. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastPart, parseImage } from "../../deployment";
import { bq, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import type { ImageAudited } from "./model";
import type { NotObserved } from "./model/told";
import { type Questions, told } from "./questions";

export interface StoredObject {
  readonly name: string;
  /** With its version. */
  readonly kms_key?: string;
}

const MOST_OBJECTS = "1000";

export const listObjects = ({ settings, project }: Setup) =>
  gcloud(
    "storage objects list",
    { project, limit: MOST_OBJECTS, format: "json(name,kms_key)" },
    `gs://${settings.BUCKET}/**`,
  );

/** The files that are there now, at most a thousand: each says under which version of the key it lies. */
export async function readObjects(setup: Setup, { ask }: Questions): Promise<readonly StoredObject[] | NotObserved> {
  const asked = await ask(listObjects(setup));
  // gcloud takes a pattern that nothing matches for an error.
  if ("trouble" in asked && /matched no objects/.test(asked.trouble.said)) return [];
  return told(asked, (all: readonly StoredObject[]) => all);
}

export interface Graph {
  readonly sha256: string;
  readonly bytes: number;
  readonly url: string;
  readonly texts: readonly string[];
}

/** Takes the staged graph from the bucket, into a folder that is gone afterwards. */
export async function readGraph(
  url: string | undefined,
  project: string,
  { ask }: Questions,
): Promise<Graph | NotObserved> {
  if (url === undefined) return { notObserved: "the job does not say where its graph is staged" };
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  try {
    const file = join(folder, "pipeline.pb");
    const asked = await ask(gcloud("storage cp", { project }, url, file));
    const content = contentOf(file);
    if (content === undefined) {
      return { notObserved: "trouble" in asked ? asked.trouble.said : "it was not brought" };
    }
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { sha256, bytes: content.length, url, texts: textsIn(content) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** What reads as text, six characters or more: every name, URL and constant of a graph does. */
export function textsIn(content: Buffer): readonly string[] {
  return content.toString("latin1").match(/[\x20-\x7e]{6,}/g) ?? [];
}

/** By its name, or, of a tag, by what the registry says that it is now. */
export async function readImage(name: string, { ask }: Questions): Promise<ImageAudited> {
  const { version } = parseImage(name);
  if (version?.startsWith("sha256:")) return { name, digest: version };
  const asked = await ask(gcloud("artifacts docker images describe", { format: "json" }, name));
  const digest = told(asked, (one: { image_summary?: { digest?: string } }) => one.image_summary?.digest ?? "");
  return { name, digest: typeof digest === "string" && digest === "" ? { notObserved: "it has no digest" } : digest };
}

export interface LogLine {
  readonly labels?: Readonly<Record<string, string>>;
  readonly resource?: { readonly labels?: Readonly<Record<string, string>> };
  readonly jsonPayload?: unknown;
  readonly textPayload?: string;
}

const SAMPLE = "200";

export const sampleLogs = ({ project, region, settings, deployment }: Setup) =>
  gcloud(
    "logging read",
    {
      project,
      bucket: settings.LOG_BUCKET,
      location: region,
      view: "_AllLogs",
      limit: SAMPLE,
      freshness: "1d",
      format: "json",
    },
    `resource.type="dataflow_step" AND resource.labels.job_name="${deployment.jobName}"`,
  );

/** Lines of the last day, the newest first. */
export async function readLogSample(setup: Setup, { ask }: Questions): Promise<readonly LogLine[] | NotObserved> {
  return told(await ask(sampleLogs(setup)), (lines: readonly LogLine[]) => lines);
}

interface Copy {
  readonly what: string;
  readonly of: "messages" | "state" | "rows";
}

/** Each kind of copy by itself: one that nobody may list says nothing of the others. */
export interface Copies {
  readonly messages: readonly Copy[] | NotObserved;
  readonly state: readonly Copy[] | NotObserved;
  readonly rows: readonly Copy[] | NotObserved;
}

export const copyCommands = ({ project, region, settings }: Setup) => ({
  messages: gcloud("pubsub snapshots list", { project, format: "json" }),
  state: gcloud("dataflow snapshots list", { region, project, format: "json" }),
  rows: bq({ project_id: project, format: "json" }, "ls", { max_results: "1000" }, `${project}:${settings.DATASET}`),
});

interface ListedTable {
  readonly tableReference?: { readonly tableId?: string };
  readonly type?: string;
}

export async function readCopies(setup: Setup, { ask }: Questions): Promise<Copies> {
  const { settings } = setup;
  const commands = copyCommands(setup);
  const [messages, state, rows] = await Promise.all([ask(commands.messages), ask(commands.state), ask(commands.rows)]);
  return {
    messages: told(messages, (all: readonly { name?: string; topic?: string }[]) =>
      all
        .filter(({ topic }) => [settings.TOPIC, settings.DEAD_LETTER_TOPIC].includes(lastPart(topic)))
        .map(({ name }) => ({ what: `snapshot ${lastPart(name)} of a subscription`, of: "messages" as const })),
    ),
    // gcloud hands on the service's answer as it is, not as a list.
    state: told(state, ({ snapshots = [] }: { readonly snapshots?: readonly { id?: string }[] }) =>
      snapshots.map(({ id = "" }) => ({ what: `snapshot ${id} of a job`, of: "state" as const })),
    ),
    rows: told(rows, (all: readonly ListedTable[]) =>
      all
        .filter(({ tableReference }) => tableReference?.tableId !== settings.TABLE)
        .map(({ tableReference, type = "TABLE" }) => ({
          what: `${type.toLowerCase()} ${tableReference?.tableId} beside the table`,
          of: "rows" as const,
        })),
    ),
  };
}
