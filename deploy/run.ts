/** Runs gcloud and bq: without a shell, some at once. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { writeOutput } from "./files/output";
import type { Command } from "./resources/command";
import { answersForBq } from "./run/for-bq";

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Run = (command: Command) => Promise<Answer>;

/** Starts one command and answers how it ended. Throws ToolMissing. */
export type Start = (command: Command, env: NodeJS.ProcessEnv) => Promise<Answer>;

/** gcloud or bq is not installed. */
export class ToolMissing extends Error {
  constructor(tool: string) {
    super(`${tool} is missing: https://cloud.google.com/sdk/docs/install`);
  }
}

/** Nobody answers a question, and nothing but the answer is asked for or written. What the caller sets wins. */
const QUIET = {
  CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
  CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
  CLOUDSDK_CORE_DISABLE_FILE_LOGGING: "1",
  CLOUDSDK_SURVEY_DISABLE_PROMPTS: "1",
  CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
};

/** Each computes for a second before it asks and waits little: more of them than cores stand in each other's way, a fifth of the time on two. */
const AT_ONCE = Math.min(Math.max(availableParallelism() + 1, 3), 9);

/** Some run at a time, by the cores; the others wait. Throws ToolMissing. */
export function runner(env: NodeJS.ProcessEnv = process.env, start: Start = spawned): Run {
  const waiting: (() => void)[] = [];
  let running = 0;
  const quiet = { ...QUIET, ...env };
  const forBq = answersForBq(quiet, (...args) => start({ tool: "gcloud", args }, quiet));
  return async (command) => {
    if (running >= AT_ONCE) await new Promise<void>((free) => waiting.push(free));
    running++;
    try {
      writeFiles(command);
      return await start(command, command.tool === "bq" ? { ...quiet, ...(await forBq()) } : quiet);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

/** The files that a command reads. */
export function writeFiles({ files = {} }: Pick<Command, "files">): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeOutput(path, content);
  }
}

/** In a process of its own. Throws ToolMissing. */
export function spawned({ tool, args }: Command, env: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new ToolMissing(tool) : error),
    );
    child.on("close", (code, signal) => {
      const ended = signal === null ? "" : `${tool} was ended by ${signal}\n`;
      resolve({ code: code ?? 1, stdout: output.stdout, stderr: output.stderr + ended });
    });
  });
}
