/** Which version of the key each table and file lies under. Of messages, images, logs and state no service says it. */
import { bq, gcloud } from "../../resources/command";
import type { KeyAsked } from "../../deployment/from-settings";
import type { Setup } from "../../resources/setup";
import { type Questions, told } from "../audit/questions";
import { keyOfName, versionOfName } from "./key-name";

export interface Lies {
  readonly kind: "table" | "file";
  readonly name: string;
  /** Undefined where the service names none. */
  readonly version: string | undefined;
}

export interface InUse {
  readonly lies: readonly Lies[];
  /** When each file of the images was pushed, under the version that was the primary one then. */
  readonly pushed: readonly string[];
  /** What may lie under any version, and why nobody can say. */
  readonly unknown: readonly string[];
  readonly notObserved: readonly string[];
}

interface Found extends Pick<Lies, "kind" | "name"> {
  readonly key: string;
}

interface Show {
  readonly encryptionConfiguration?: { readonly kmsKeyName?: string };
}

/** All of the dataset's tables and all of the bucket's files that are under `key`. */
export async function readVersions(setup: Setup, key: KeyAsked, { ask }: Pick<Questions, "ask">): Promise<InUse> {
  const { project, region, settings } = setup;
  if (key.name !== setup.dataKey.name) return { lies: [], pushed: [], unknown: UNKNOWN, notObserved: [] };
  const dataset = `${project}:${settings.DATASET}`;
  const [listed, stored, images] = await Promise.all([
    ask(bq({ project_id: project, format: "json" }, "ls", { max_results: "10000" }, dataset)),
    ask(gcloud("storage objects list", { project, format: "json(name,kms_key)" }, `gs://${settings.BUCKET}/**`)),
    ask(
      gcloud("artifacts files list", {
        ...{ repository: settings.REGISTRY, location: region, project, limit: "1000" },
        format: "json(createTime)",
      }),
    ),
  ]);
  const names = told(listed, (all: readonly { tableReference?: { tableId?: string } }[]) =>
    all.flatMap(({ tableReference }) => tableReference?.tableId ?? []),
  );
  const tables = await Promise.all(
    ("notObserved" in names ? [] : names).map((name) => readTable(setup, name, { ask })),
  );
  const isNone = "trouble" in stored && /matched no objects/.test(stored.trouble.said);
  const files = isNone
    ? []
    : told(stored, (all: readonly { name: string; kms_key?: string }[]) =>
        all.map(({ name, kms_key = "" }) => ({ kind: "file" as const, name, key: kms_key })),
      );
  const pushed = told(images, (all: readonly { createTime?: string }[]) =>
    all.map(({ createTime = "" }) => createTime),
  );
  const seen = [...tables, ...("notObserved" in files ? [] : files)];
  const found = seen.filter((one): one is Found => !("notObserved" in one));
  return {
    lies: found
      .filter((one) => keyOfName(one.key) === key.name)
      .map(({ kind, name, key }) => ({ kind, name, version: versionOfName(key) })),
    pushed: "notObserved" in pushed ? [] : pushed,
    unknown: UNKNOWN,
    notObserved: [
      ...("notObserved" in pushed ? [`the images: ${pushed.notObserved}`] : []),
      ...("notObserved" in names ? [`the tables: ${names.notObserved}`] : []),
      ...tables.flatMap((one) => ("notObserved" in one ? [`a table: ${one.notObserved}`] : [])),
      ...("notObserved" in files ? [`the files: ${files.notObserved}`] : []),
    ],
  };
}

async function readTable({ project, settings }: Setup, name: string, { ask }: Pick<Questions, "ask">) {
  const shown = await ask(
    bq({ project_id: project, format: "json" }, "show", {}, `${project}:${settings.DATASET}.${name}`),
  );
  return told(shown, ({ encryptionConfiguration }: Show) => ({
    ...{ kind: "table" as const, name, key: encryptionConfiguration?.kmsKeyName ?? "" },
  }));
}

const UNKNOWN = [
  "messages: each lies under the version that was the primary one within six hours before it was published, until it is acknowledged or its retention is over",
  "files that were replaced or deleted, and are kept as older versions: until the bucket's lifecycle deletes them",
  "images and log entries: each under the version of its time, until it is deleted",
  "the state of a job that runs: until it ends; its snapshots: until they do",
];
