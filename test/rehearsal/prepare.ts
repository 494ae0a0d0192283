/** What a rehearsal needs beside node_modules. Takes minutes the first time, and the network; then neither. */
import { prepareBigQueryEmulator } from "../support/emulators/bigquery";
import { MissingTool } from "../support/emulators/process";
import { findPubsubEmulator } from "../support/emulators/pubsub";
import { javaClassPath } from "../support/java";
import { preparedBoot, preparedPrism } from "../support/go";
import { prepareNodes } from "../support/nodes";
import { command } from "../support/prepared";
import { findPython } from "../../pipeline/runners/python";
import { UsageError } from "../../pipeline/usage-error";

/** Throws MissingTool where this machine lacks something. Answers what was done. */
export function prepare(): string {
  findPubsubEmulator();
  prepareBigQueryEmulator();
  prepareNodes();
  preparedPrism();
  preparePython();
  if (process.env.METHOD?.startsWith("storage_write_")) {
    command("pipeline/java/setup.sh", []);
    javaClassPath("PlainTextHarness.java");
  }
  command("deploy/worker/build.sh", [], { BOOT: preparedBoot() });
  return "is ready";
}

/** `make setup` has installed it, or has said why it cannot. */
function preparePython(): void {
  try {
    findPython();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new MissingTool("Python for Beam cannot be used", error.message);
  }
}

if (require.main === module) {
  try {
    prepare();
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
