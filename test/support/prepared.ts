import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MissingTool } from "./emulators/process";

/**
 * Makes the folder `dir` once for what these files say: `make` fills it. The stamp comes last, so that a kill leaves nothing that looks ready.
 * Of several that come at once, one makes it and the others wait. Answers what was done.
 */
export function preparedOnce(dir: string, from: readonly string[], make: (dir: string) => void): string {
  const digest = createHash("sha256")
    .update(Buffer.concat(from.map((file) => readFileSync(file))))
    .digest("hex");
  const stamp = join(dir, ".made-from");
  const isReady = () => existsSync(stamp) && readFileSync(stamp, "utf8") === digest;
  if (isReady()) return "is ready";
  mkdirSync(dirname(dir), { recursive: true });
  return alone(`${dir}.maker`, () => {
    if (isReady()) return "is ready";
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    make(dir);
    writeFileSync(`${stamp}.new`, digest);
    renameSync(`${stamp}.new`, stamp);
    return "was installed";
  });
}

/** Only one process at a time is inside, the one whose pid is in the file; one that has died there does not count. */
function alone<T>(file: string, work: () => T): T {
  while (!isOurs(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function isOurs(file: string): boolean {
  // It appears with its content, or not at all: a link is made in one step.
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch {
    if (!isAlive(Number(readIfThere(file)))) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(mine);
  }
}

/** 0 is nobody: the file has just gone. */
function isAlive(pid: number): boolean {
  if (pid === 0) return true;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** What is locked by hash here is locked for one platform. Throws MissingTool on any other. */
export function onlyOnLinuxX64(what: string): void {
  if (process.platform === "linux" && process.arch === "x64") return;
  throw new MissingTool(`${what} is set up for linux-x64 only`, "Run the tests there, in a container for instance");
}

/** Runs a command to its end; fails with what it said where it fails. */
export function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): string {
  const done = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env }, cwd });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(" ")} failed: ${done.error?.message ?? done.stderr.slice(-2000)}`);
}
