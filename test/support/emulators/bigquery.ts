/** A stand-in for BigQuery: PyPI's local-bigquery, which keeps its tables in DuckDB. Python 3.13 only, in a venv of its own. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, freePort, MissingTool, startOnALeash, untilItAnswers } from "./process";
import { command, onlyOnLinuxX64, preparedOnce } from "../prepared";

const VENV = resolve("build/local-bigquery");
const LOCK = "test/support/emulators/local-bigquery.lock.txt";
/** DuckDB looks for its extensions below the home folder. */
const HOME = { HOME: VENV };
export const BIGQUERY_PROJECT = "test-project";

/** Installs it into build/. Throws MissingTool where this machine has no Python 3.13. */
export async function prepareBigQueryEmulator(): Promise<string> {
  onlyOnLinuxX64("the BigQuery emulator");
  return preparedOnce(VENV, LOCK, (dir) => {
    command(findPython(), ["-m", "venv", dir]);
    const venvPython = join(dir, "bin/python");
    command(venvPython, ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK]);
    const extensions =
      "from duckdb_extensions import import_extension as i; [i(x) for x in ('icu','ducklake','spatial')]";
    command(venvPython, ["-c", extensions], HOME);
  });
}

/** Starts it on a free port, empty. */
export async function startBigQueryEmulator(): Promise<Emulator> {
  await prepareBigQueryEmulator();
  const data = mkdtempSync(join(tmpdir(), "bigquery-"));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const host = `127.0.0.1:${port}`;
  const at = ["--host", "127.0.0.1", "--port", String(port), "--grpc-port", String(grpcPort)];
  const where = ["--project", BIGQUERY_PROJECT, "--data-dir", data];
  const server = startOnALeash([join(VENV, "bin/local-bigquery"), "serve", ...at, ...where], HOME);
  const stop = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(`http://${host}/bigquery/v2/projects/${BIGQUERY_PROJECT}/datasets`, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, stop };
}

/** A name on the PATH may be a shim that leads nowhere: what counts is that it runs. */
function findPython(): string {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  const pyenv = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, "bin/python3"))
    : [];
  const isIt = (python: string) => {
    const { status, stdout } = spawnSync(python, ["-c", "import sys; print(sys.version_info[:2] == (3, 13))"], {
      encoding: "utf8",
    });
    return status === 0 && stdout.trim() === "True";
  };
  const found = ["python3.13", "python3", ...pyenv].find(isIt);
  if (found !== undefined) return found;
  throw new MissingTool("the BigQuery emulator needs Python 3.13", "Install it, or put python3.13 on the PATH");
}
