/**
 * `make submission`: the real command submits to stand-ins of Dataflow and of Cloud Storage, and the job that Dataflow would have had is shown
 * beside the options that asked for it. The arguments are those of `pipeline/main.ts --runner Dataflow`. Exits as the command does.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jobBesideOptions } from "./report";
import { type DataflowStandIn, startDataflow } from "../support/dataflow/service";
import { MissingTool } from "../support/emulators/process";
import { type StorageEmulator, startStorageEmulator } from "../support/emulators/storage";
import type { JobRecord } from "../../pipeline/dataflow/record";
import { bucketOf, DeploymentError } from "../../deploy/deployment";

const { OUT = "build/submission" } = process.env;
/** That of every profile. */
const BUCKET = "da_streaming_pipeline";

async function main(args: readonly string[]): Promise<number> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const dataflow = await startDataflow();
  const storage = await startStorageEmulator(stagingBucket(args)).catch(async (error: Error) => {
    await dataflow.stop();
    throw error;
  });
  try {
    const code = await submit(args, dataflow, storage);
    await report(dataflow, storage, stagingBucket(args));
    return code;
  } finally {
    await Promise.all([dataflow.stop(), storage.stop()]);
  }
}

/** The stand-in has one bucket: that of the command line, or the profiles'. */
function stagingBucket(args: readonly string[]): string {
  const given = /(?:^|\0)--staging_location[=\0]([^\0]+)/.exec(args.join("\0"))?.[1];
  return given === undefined ? BUCKET : bucketOf(given);
}

/** As `make run-dataflow` does it, to the stand-ins. A signal that we get is passed on. */
async function submit(args: readonly string[], dataflow: DataflowStandIn, storage: StorageEmulator): Promise<number> {
  const to = ["--dataflow_endpoint", dataflow.endpoint, "--no_auth", "--job_folder", OUT];
  const command = ["pipeline/main.ts", "--runner", "Dataflow", ...args, ...to];
  process.stdout.write(`$ STORAGE_EMULATOR_HOST=http://${storage.host} npx ts-node ${command.join(" ")}\n\n`);
  const child = spawn(process.execPath, ["-r", "ts-node/register", ...command], {
    stdio: "inherit",
    env: { ...process.env, STORAGE_EMULATOR_HOST: `http://${storage.host}` },
  });
  process.on("SIGTERM", (signal) => child.kill(signal));
  // The terminal sends SIGINT to the child itself; we only have to outlive it.
  process.on("SIGINT", () => {});
  const [code] = await once(child, "close");
  return (code as number | null) ?? 1;
}

async function report(dataflow: DataflowStandIn, storage: StorageEmulator, bucket: string): Promise<void> {
  const objects = await storage.objects(bucket);
  const lines = dataflow.requests.map(({ method, path, body }) => `${JSON.stringify({ method, path, body })}\n`);
  writeFileSync(join(OUT, "requests.ndjson"), lines.join(""));
  const job = dataflow.jobs.all.at(-1);
  if (job === undefined) {
    const staged = objects.length === 0 ? "nothing was staged" : `staged: ${objects.join(", ")}`;
    process.stdout.write(`The stand-ins were sent no job; ${staged}.\n`);
    return;
  }
  writeFileSync(join(OUT, "recorded.json"), `${JSON.stringify(job, null, 2)}\n`);
  if (!existsSync(join(OUT, "job.json"))) {
    process.stdout.write(`The command has not read back the job that was sent: ${OUT}/recorded.json\n`);
    return;
  }
  const { comparisons } = JSON.parse(readFileSync(join(OUT, "job.json"), "utf8")) as JobRecord;
  process.stdout.write(`
What Dataflow would have had, beside what asked for it:

${jobBesideOptions(comparisons, job)}
Dataflow and Cloud Storage were stand-ins on this machine: no job runs, and nothing was asked of Google. They know no key, no network and
no permission. To Google the pool's kind and its disk's type would not be "local".

  requests  ${OUT}/requests.ndjson  ${dataflow.requests.map(({ method }) => method).join(", ")}
  the job   ${OUT}/recorded.json
  sent as   ${OUT}/request.json
  the graph ${OUT}/pipeline.pb  staged as ${objects.map((name) => `gs://${bucket}/${name}`).join(", ")}
  read back ${OUT}/job.json
`);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const isTold = error instanceof MissingTool || error instanceof DeploymentError;
    process.stderr.write(`${isTold ? error.message : error.stack}\n`);
    process.exitCode = isTold ? 2 : 1;
  },
);
