/** Starts the project's own commands as a user would, and ends them by pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Running {
  readonly child: ChildProcess;
  /** Everything that it has printed so far, by stream. */
  readonly output: { stdout: string; stderr: string };
  /** Ends with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** `script`: `pipeline/main.ts` or `generator/main.ts`; `node`: which Node runs it. */
export function start(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  node = process.execPath,
): Running {
  const child = spawn(node, ["-r", "ts-node/register", script, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  // A test that fails half-way must not leave it behind.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const ended = once(child, "close").then(([code, signal]) => {
    process.off("exit", end);
    return (code as number | null) ?? (signal as NodeJS.Signals);
  });
  return { child, output, ended };
}

/** Runs it to its end; fails where that is not exit 0. */
export async function run(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  node?: string,
): Promise<Running> {
  const running = start(script, args, env, node);
  const code = await running.ended;
  if (code !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${code}:\n${running.output.stderr}`);
  return running;
}

/** Waits until `holds` does, looking every 20 ms; fails after `seconds`. */
export async function waitUntil(holds: () => boolean, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !holds(); ) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
