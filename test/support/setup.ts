/** Prepares what the tests need beside node_modules, into build/, and says what this machine lacks. Quick the second time. */
import { MissingTool } from "./emulators/process";
import { prepareBigQueryEmulator } from "./emulators/bigquery";
import { prepareNodes } from "./nodes";

async function main(): Promise<void> {
  for (const [what, prepare] of [
    ["the BigQuery emulator", prepareBigQueryEmulator],
    ["Node 22 and 24", prepareNodes],
  ] as const) {
    try {
      process.stdout.write(`${what}: ${await prepare()}\n`);
    } catch (error) {
      if (!(error instanceof MissingTool)) throw error;
      process.stdout.write(`${what}: MISSING: ${error.message}\n`);
    }
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
