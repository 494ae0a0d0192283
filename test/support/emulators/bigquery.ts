/** A stand-in for BigQuery: PyPI's local-bigquery, which keeps its tables in DuckDB. Python 3.13 only, in a venv of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, freePort, startOnALeash, startServer } from "./process";
import { command } from "../prepared";
import { preparedVenv } from "../python";

const VENV = resolve("build/local-bigquery");
/** DuckDB looks for its extensions below the home folder. */
const HOME = { HOME: VENV };
export const BIGQUERY_PROJECT = "test-project";

/** Installs it into build/. Throws MissingTool where this machine has no Python 3.13. */
export function prepareBigQueryEmulator(): string {
  const extensions =
    "from duckdb_extensions import import_extension as i; [i(x) for x in ('icu','ducklake','spatial')]";
  return preparedVenv("the BigQuery emulator", {
    version: "3.13",
    dir: VENV,
    lock: "test/support/emulators/local-bigquery.lock.txt",
    finish: (python) => command(python, ["-c", extensions], HOME),
  });
}

/** Starts it on free ports, empty. `grpcHost`: where it has the Storage Write API. */
export async function startBigQueryEmulator(): Promise<Emulator & { readonly grpcHost: string }> {
  prepareBigQueryEmulator();
  const data = mkdtempSync(join(tmpdir(), "bigquery-"));
  const remove = () => rmSync(data, { recursive: true, force: true });
  const where = ["--project", BIGQUERY_PROJECT, "--data-dir", data];
  let grpcPort = 0;
  try {
    const { host, stop } = await startServer(
      async (port) => {
        grpcPort = await freePort();
        const at = ["--host", "127.0.0.1", "--port", String(port), "--grpc-port", String(grpcPort)];
        return startOnALeash([join(VENV, "bin/local-bigquery"), "serve", ...at, ...where], HOME);
      },
      (host) => `http://${host}/bigquery/v2/projects/${BIGQUERY_PROJECT}/datasets`,
    );
    return { host, grpcHost: `127.0.0.1:${grpcPort}`, stop: () => stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
