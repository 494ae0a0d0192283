/** A submission as a bank would make it, to the stand-ins of Dataflow and Cloud Storage; then its job and its files, as Google would have them, in the fake cloud. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gcloud } from "../../deploy/resources/command";
import type { Run } from "../../deploy/run";
import { startDataflow } from "../support/dataflow/service";
import { startStorageEmulator } from "../support/emulators/storage";
import type { FakeCloud } from "../support/fake-cloud/cloud";

const BUCKET = "da_streaming_pipeline";
const SUBSCRIPTION = "str-pl-pubsub-subscription";

/** Beam's Python asks for no token on this machine, so the fake, which wants one, is not asked directly. Answers the job's id. */
export async function submitInto(cloud: FakeCloud, run: Run): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "proof-"));
  const dataflow = await startDataflow();
  try {
    const storage = await startStorageEmulator(BUCKET);
    try {
      const subscription = `projects/${cloud.project}/subscriptions/${SUBSCRIPTION}`;
      const to = ["--dataflow_endpoint", dataflow.endpoint, "--no_auth", "--job_folder", folder];
      await submitted(["--project", cloud.project, "--pubsub_subscription", subscription, ...to], storage.host);
      for (const name of await storage.objects(BUCKET)) {
        const file = join(folder, "object");
        writeFileSync(file, await storage.object(BUCKET, name));
        const { code, stderr } = await run(gcloud("storage cp", {}, file, `gs://${BUCKET}/${name}`));
        if (code !== 0) throw new Error(`${name} was not put into the fake cloud: ${stderr}`);
      }
    } finally {
      await storage.stop();
    }
    const { id: _, projectId, location, ...job } = dataflow.jobs.all[0]!;
    return cloud.state.dataflow.add({ project: projectId, location }, job).id;
  } finally {
    await dataflow.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function submitted(args: readonly string[], storage: string): Promise<void> {
  const command = ["-r", "ts-node/register", "pipeline/main.ts", "--runner", "Dataflow", ...args];
  const child = spawn(process.execPath, command, {
    stdio: "inherit",
    env: { ...process.env, STORAGE_EMULATOR_HOST: `http://${storage}`, BEAM_SERVICE_OVERRIDES: "" },
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the submission ended with ${code}`);
}
