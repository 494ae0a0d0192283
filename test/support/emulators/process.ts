import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A stand-in that runs beside us. */
export interface Emulator {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

/** A tool that this machine lacks: what, and what would mend it. */
export class MissingTool extends Error {
  constructor(
    readonly what: string,
    readonly mend: string,
  ) {
    super(`${what}. ${mend}`);
  }
}

/**
 * Runs a server until it ends by itself, or until our end of the pipe closes: when we say so, and when we die of whatever. Then its
 * whole process group is killed outright: what it holds is thrown away.
 */
const LEASH = 'exec 3<&0; { cat <&3; kill -KILL 0; } & exec "$@" 3<&-';

export interface OnALeash {
  stop(): Promise<void>;
  readonly hasEnded: () => boolean;
}

/** Starts a server in a process group of its own, so that a Ctrl-C that is meant for us does not end it under our hands. */
export function startOnALeash(command: readonly string[], env: NodeJS.ProcessEnv = {}): OnALeash {
  const child = spawn("sh", ["-c", LEASH, "leash", ...command], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "exit");
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.stdin.destroy();
      await ended;
    },
  };
}

/** Waits until an HTTP GET answers, whatever it says. */
export async function untilItAnswers(url: string, server: OnALeash, seconds = 60): Promise<void> {
  for (const end = performance.now() + seconds * 1000; ; ) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    if (server.hasEnded() || performance.now() > end) throw new Error(`no answer from ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const TRIES = 3;

/**
 * Starts a server on a free port, and waits until it answers. A port that was free may be taken by somebody else before the server has it: one
 * that ends before it has answered is started again on another. `url`: what is asked there.
 */
export async function startServer(
  start: (port: number) => OnALeash | Promise<OnALeash>,
  url: (host: string) => string,
): Promise<Emulator> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const server = await start(port);
    try {
      await untilItAnswers(url(host), server);
      return { host, stop: () => server.stop() };
    } catch (error) {
      const hasEnded = server.hasEnded();
      await server.stop();
      if (!hasEnded || tries === TRIES) throw error;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
