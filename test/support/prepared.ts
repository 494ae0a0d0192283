import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes the folder `dir` once for a lock file: `make` fills it. The stamp comes last, so that a kill leaves nothing that looks ready.
 * Answers what was done.
 */
export function preparedOnce(dir: string, lock: string, make: (dir: string) => void): string {
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const stamp = join(dir, ".made-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return "is ready";
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  make(dir);
  writeFileSync(`${stamp}.new`, digest);
  renameSync(`${stamp}.new`, stamp);
  return "was installed";
}

/** Runs a command to its end; fails with what it said where it fails. */
export function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): string {
  const done = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env }, cwd });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(" ")} failed: ${done.error?.message ?? done.stderr.slice(-2000)}`);
}
