/**
 * The real gcloud and bq without the second that each takes to start: forks of processes that have loaded them (warm.py). What they
 * ask and answer is the same; that they are started as a user has them started is tested apart (deploy/run.test.ts).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "../../../../deploy/resources/command";
import { type Answer, type Run, runner, type Start, spawned } from "../../../../deploy/run";

type Tool = Command["tool"];

/** For one cloud's `env`: as deploy's own `runner`, in the environment of these tests. Throws ToolMissing. */
export const warmRunner = (env: NodeJS.ProcessEnv): Run => runner({ ...process.env, ...env }, warm);

/** Throws ToolMissing. */
export const warm: Start = async (command, env) => {
  const loaded = loadedOnce(command.tool);
  // Installed in some other way: slower, and the same.
  return loaded === undefined ? spawned(command, env) : loaded.run(command.args, env);
};

const all = new Map<Tool, Loaded | undefined>();

function loadedOnce(tool: Tool): Loaded | undefined {
  const found = all.get(tool);
  if (all.has(tool) && found?.isEnded !== true) return found;
  const root = rootOf(tool);
  const loaded = root === undefined ? undefined : new Loaded(tool, root);
  all.set(tool, loaded);
  return loaded;
}

/** Where the Google Cloud CLI is installed, with its own Python. */
function rootOf(tool: Tool): string | undefined {
  const on = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, tool));
  const found = on.find((path) => existsSync(path));
  const root = found && dirname(dirname(realpathSync(found)));
  return root && [pythonOf(root), join(root, "lib/gcloud.py")].every((path) => existsSync(path)) ? root : undefined;
}

const pythonOf = (root: string) => join(root, "platform/bundledpythonunix/bin/python3");

/** One process that has loaded a tool. It ends with this one, which does not wait for it. */
class Loaded {
  isEnded = false;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private last = 0;

  constructor(tool: Tool, root: string) {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CLOUDSDK_")));
    const env = { ...own, CLOUDSDK_PYTHON_SITEPACKAGES: "1", PYTHONIOENCODING: "UTF-8", ...NO_METADATA };
    const script = join(__dirname, "warm.py");
    this.child = spawn(pythonOf(root), [script, tool, root], { env, stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      const { id, ...answer } = JSON.parse(line);
      this.waiting.get(id)?.(answer);
      this.waiting.delete(id);
      this.hold();
    });
    const end = (why: unknown) => {
      this.isEnded = true;
      for (const answer of this.waiting.values()) answer({ code: 1, stdout: "", stderr: `warm.py ended: ${why}\n` });
    };
    this.child.on("error", end).on("exit", end);
    this.child.stdin!.on("error", () => {});
    this.hold();
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Answer> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.hold();
      this.child.stdin!.write(`${JSON.stringify({ id, args, env, cwd: process.cwd() })}\n`);
    });
  }

  /** This process waits for answers alone. */
  private hold(): void {
    const handles = [this.child, this.child.stdin, this.child.stdout] as unknown as { ref(): void; unref(): void }[];
    for (const handle of handles) this.waiting.size > 0 ? handle.ref() : handle.unref();
  }
}

/** Read as Google's libraries are loaded. */
const NO_METADATA = { GCE_METADATA_ROOT: "127.0.0.1:1", NO_GCE_CHECK: "true" };
