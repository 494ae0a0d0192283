/** Asks whether a file of the bucket and an image of the repository can be read: by what lies there. */
import { type Command, gcloud } from "../../../resources/command";
import type { Setup } from "../../../resources/setup";
import { type Questions, told } from "../../audit/questions";
import { listObjects, type StoredObject } from "../../audit/stored";
import type { Probe } from "../probe";
import type { Unprobed } from "../probes";
import { judgeByKey, judgeRead } from "../refusal";

/** One byte of a file that is under the key. */
export async function readProbe(setup: Setup, ask: Questions["ask"]): Promise<Probe | Unprobed> {
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

export function readCommands({ project, settings }: Setup, name: string): { command: Command; control: Command } {
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
export async function imageProbe(setup: Setup, ask: Questions["ask"]): Promise<Probe | Unprobed> {
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

export const listFiles = (setup: Setup) =>
  gcloud("artifacts files list", { ...repository(setup), limit: "1000", format: "json(name,sizeBytes)" });

export function downloadFile(setup: Setup, id: string): Command {
  const flags = { destination: FOLDER, "local-filename": "file", "allow-overwrite": true } as const;
  return {
    ...gcloud("artifacts files download", { ...repository(setup), ...flags }, id),
    // gcloud makes no folder.
    files: { [`${FOLDER}/.keep`]: "" },
  };
}
