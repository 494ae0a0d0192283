import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { MissingTool } from "./emulators/process";
import { command, onlyOnLinuxX64, preparedOnce } from "./prepared";

/**
 * A venv in `dir` with what the lock file says, wheels by hash: they are of one Python version and one platform. `finish` is called with
 * its Python. Throws MissingTool where this machine cannot have it. Answers what was done.
 */
export function preparedVenv(
  what: string,
  { version, dir, lock, finish }: { version: string; dir: string; lock: string; finish?: (python: string) => void },
): string {
  onlyOnLinuxX64(what);
  return preparedOnce(dir, [lock], () => {
    command(findPython(what, version), ["-m", "venv", dir]);
    const python = join(dir, "bin/python");
    command(python, ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", lock]);
    finish?.(python);
  });
}

/** A name on the PATH may be a shim that leads nowhere: what counts is that it runs. `version`: `3.13` */
function findPython(what: string, version: string): string {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  const installed = existsSync(pyenv) ? readdirSync(pyenv).map((name) => join(pyenv, name, "bin/python3")) : [];
  const versionOf = (python: string) =>
    spawnSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { encoding: "utf8" }).stdout?.trim();
  const found = [`python${version}`, "python3", ...installed].find((python) => versionOf(python) === version);
  if (found !== undefined) return found;
  throw new MissingTool(`${what} needs Python ${version}`, `Install it, or put python${version} on the PATH`);
}
