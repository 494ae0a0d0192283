/** Starts the worker's folder as a runner would that starts processes. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { delimiter, join, resolve } from "node:path";
import { MissingTool } from "../../support/emulators/process";

export interface Boot {
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** What it and its workers said so far. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
  /** Waits until boot and all that it has started are gone. */
  gone(): Promise<void>;
}

/** On Node 24, which prepareNodes has installed, under the id `worker`. `within` goes before the command: it may take the network away. */
export function startBoot(folder: string, endpoint: string, within: readonly string[] = []): Boot {
  const node = resolve("build/nodes/node_modules/node-24/bin");
  const [program, ...args] = [...within, join(folder, "start"), "--id='worker'", `--provision_endpoint=${endpoint}`];
  const child = spawn(program!, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // No network's name or address, no home: what an image has.
    env: { PATH: [node, "/usr/bin", "/bin"].join(delimiter) },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
  return {
    ended: once(child, "exit").then(([code]) => code as number | null),
    said: () => said,
    kill: (signal) => child.kill(signal),
    gone: () => untilGroupIsEmpty(child),
  };
}

async function untilGroupIsEmpty({ pid }: ChildProcess): Promise<void> {
  while (isAlive(-pid!)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A command before another, which takes the network from it. Throws MissingTool where the machine forbids that. */
export function withoutNetwork(): readonly string[] {
  const unshare = ["unshare", "--map-root-user", "--net"];
  if (spawnSync(unshare[0]!, [...unshare.slice(1), "true"]).status === 0) return unshare;
  throw new MissingTool(
    "Processes may not be cut off from the network here",
    "Run the tests where unshare --net works",
  );
}
