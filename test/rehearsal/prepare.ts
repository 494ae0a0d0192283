/** What a rehearsal needs beside node_modules. Takes minutes the first time, and the network; then neither. */
import { prepareBigQueryEmulator } from "../support/emulators/bigquery";
import { MissingTool } from "../support/emulators/process";
import { findPubsubEmulator } from "../support/emulators/pubsub";
import { preparedBoot, preparedPrism } from "../support/go";
import { prepareNodes } from "../support/nodes";
import { command } from "../support/prepared";
import { findPython } from "../../pipeline/runners/python";

/** Throws MissingTool where this machine lacks something, and UsageError where `make setup` was not run. */
export function prepare(): void {
  findPubsubEmulator();
  prepareBigQueryEmulator();
  prepareNodes();
  preparedPrism();
  findPython();
  command("deploy/worker/build.sh", [], { BOOT: preparedBoot() });
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
