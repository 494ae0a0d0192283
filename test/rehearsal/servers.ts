/** Servers on a leash, with their output in a file. */
import { once } from "node:events";
import { createConnection } from "node:net";
import { type OnALeash, startOnALeash } from "../support/emulators/process";

export interface Server extends OnALeash {
  /** `127.0.0.1:PORT` */
  readonly host: string;
}

/** Runs a command whose output, of both kinds, goes to a file. */
export function startLogged(log: string, command: readonly string[], env: NodeJS.ProcessEnv): OnALeash {
  return startOnALeash(["sh", "-c", 'log=$1; shift; exec "$@" > "$log" 2>&1', "logged", log, ...command], env);
}

/** Waits until it listens on its port of the loopback address. Throws, and ends it, where it does not. */
export async function listening(port: number, server: OnALeash): Promise<Server> {
  for (const end = performance.now() + 60_000; !(await accepts(port)); ) {
    if (server.hasEnded() || performance.now() > end) {
      await server.stop();
      throw new Error(`nothing listens on port ${port}: see its log`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return { ...server, host: `127.0.0.1:${port}` };
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function untilEnded({ hasEnded }: OnALeash): Promise<void> {
  while (!hasEnded()) await new Promise((done) => setTimeout(done, 50));
}
