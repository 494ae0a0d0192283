/** The Python that the composites run in; `make setup` installs it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "mocha";
import { MissingTool } from "../../support/emulators/process";
import { skipFor } from "../../support/skip";

export const PYTHON = "build/python/bin/python";
export const HERE = "test/pipeline/python";

/** For a `before` hook: skips the suite where there is no Python. */
export function needsPython(test: Context): void {
  if (existsSync(PYTHON)) return;
  skipFor(test, new MissingTool("Python for Beam is not installed in build/python", "Run `make setup`"));
}

/** Runs a script of this folder to its end. Answers what it printed, line by line; throws its standard error where it fails. */
export async function python(script: string, args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}) {
  const child = spawn(PYTHON, ["-B", join(HERE, script), ...args], { env: { ...process.env, ...env } });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  process.off("exit", end);
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${err}`);
  return out.split("\n").filter((line) => line !== "");
}
