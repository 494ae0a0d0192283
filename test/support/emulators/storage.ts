/** A stand-in for Cloud Storage: PyPI's gcp-storage-emulator, in a venv of its own. It keeps objects in memory, and no setting of a bucket. */
import { join, resolve } from "node:path";
import { type Emulator, MissingTool, startOnALeash, startServer } from "./process";
import { command, preparedOnce } from "../prepared";
import { findPython } from "../../../pipeline/runners/python";
import { UsageError } from "../../../pipeline/usage-error";

const VENV = resolve("build/storage-emulator");
const LOCK = "test/support/emulators/gcp-storage-emulator.lock.txt";

/** Installs it into build/, for the Python that Beam runs in. Throws MissingTool where there is none. */
export function prepareStorageEmulator(): string {
  return preparedOnce(VENV, [LOCK], () => {
    command(pythonOfBeam(), ["-m", "venv", VENV]);
    command(join(VENV, "bin/python"), ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK]);
  });
}

function pythonOfBeam(): string {
  try {
    return findPython({});
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new MissingTool(error.message, "The Cloud Storage emulator runs in the same Python");
  }
}

export interface StorageEmulator extends Emulator {
  /** The names of a bucket's objects. */
  objects(bucket: string): Promise<string[]>;
  /** One object's bytes. */
  object(bucket: string, name: string): Promise<Buffer>;
}

/** Starts it on a free port with one empty bucket. Clients find it by STORAGE_EMULATOR_HOST=http://HOST. */
export async function startStorageEmulator(bucket: string): Promise<StorageEmulator> {
  prepareStorageEmulator();
  const keeps = ["--in-memory", `--default-bucket=${bucket}`];
  const { host, stop } = await startServer(
    (port) =>
      startOnALeash([join(VENV, "bin/gcp-storage-emulator"), "start", "--host=127.0.0.1", `--port=${port}`, ...keeps]),
    (host) => objectsUrl(host, bucket),
  );
  return {
    ...{ host, stop },
    async objects(bucket) {
      const { items = [] } = (await (await fetch(objectsUrl(host, bucket))).json()) as { items?: { name: string }[] };
      return items.map(({ name }) => name);
    },
    async object(bucket, name) {
      const answer = await fetch(`${objectsUrl(host, bucket)}/${encodeURIComponent(name)}?alt=media`);
      if (!answer.ok) throw new Error(`${bucket} has no ${name}: ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    },
  };
}

const objectsUrl = (host: string, bucket: string) => `http://${host}/storage/v1/b/${bucket}/o`;
