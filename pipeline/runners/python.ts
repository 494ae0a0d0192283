/** The Python that a submission needs: which one it is, and the process that expands composites and submits (pipeline/python/service.py). */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Level } from "../log";
import { UsageError } from "../usage-error";

const HOME = resolve(__dirname, "../..");
const SERVICE = join(HOME, "pipeline/python/service.py");
/** The version that the graph's composites and the Python image are made for: pipeline/python/requirements.txt. */
const BEAM = "2.77.0";

/** What Python's side answers to a submission. */
export interface Submitted {
  /** Null where no job was created: a template, or a dry run. */
  readonly jobId: string | null;
}

export interface Submission {
  /** A file with the pipeline proto. */
  readonly graph: string;
  /** In the words of Beam's Python SDK: `--region=europe-west2`. */
  readonly flags: readonly string[];
  /** Where `pipeline.pb` and `request.json` are left, as they are sent. */
  readonly folder: string;
  readonly dry_run: boolean;
}

/** Beam's Python SDK, or Google, would not take the submission. `type` is the exception's name. */
export class SubmissionError extends Error {
  constructor(
    readonly type: string,
    text: string,
  ) {
    super(text);
  }
}

/**
 * The interpreter: that of `make setup`, or `python:*` of BEAM_SERVICE_OVERRIDES, Beam's own variable for it. Throws UsageError where it is
 * not there, is too old, or has another Beam.
 */
export function findPython(env: NodeJS.ProcessEnv = process.env): string {
  const python = overridden(env.BEAM_SERVICE_OVERRIDES) ?? join(HOME, "build/python/bin/python");
  const mend = "Run `make setup`, which installs it into build/python";
  if (python.includes("/") && !existsSync(python)) throw new UsageError(`Python for Beam is not at ${python}. ${mend}`);
  const program = "import importlib.metadata as m; print(m.version('apache-beam'))";
  const asked = spawnSync(python, ["-c", program], { encoding: "utf8" });
  const version = asked.stdout?.trim();
  if (asked.error !== undefined) throw new UsageError(`${python} cannot be run: ${asked.error.message}. ${mend}`);
  if (asked.status !== 0) throw new UsageError(`${python} has no apache-beam. ${mend}`);
  if (version !== BEAM) throw new UsageError(`${python} has apache-beam ${version}, but ${BEAM} is needed. ${mend}`);
  return python;
}

function overridden(overrides: string | undefined): string | undefined {
  if (!overrides) return undefined;
  try {
    return (JSON.parse(overrides) as Record<string, string>)["python:*"];
  } catch {
    throw new UsageError("BEAM_SERVICE_OVERRIDES is no JSON object");
  }
}

/** Beam's Python tells at INFO what only its developers need. */
const PYTHON_LEVELS: Readonly<Record<Level, string>> = {
  debug: "INFO",
  info: "WARNING",
  warn: "WARNING",
  error: "ERROR",
};

/** The running process. It never outlives this one: it ends when its standard input does. */
export class PythonService {
  /** Waits for as long as it takes. Throws SubmissionError where it ends before it is ready. */
  static async start(python: string, logLevel: Level): Promise<PythonService> {
    // In a group of its own: a Ctrl-C is the driver's to deal with.
    const child = spawn(python, [SERVICE], {
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, LOG_LEVEL: PYTHON_LEVELS[logLevel], PYTHONHASHSEED: "0" },
    });
    const service = new PythonService(child);
    service.#address = (await service.#reply()).expansionService as string;
    return service;
  }

  #address = "";
  readonly #replies: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    // A write to one that has died is told by the missing reply.
    child.stdin.on("error", () => {});
  }

  /** `127.0.0.1:PORT` of Beam's expansion service. */
  get expansionService(): string {
    return this.#address;
  }

  /** Stages the graph and creates its job. Throws SubmissionError. */
  async submit(submission: Submission): Promise<Submitted> {
    this.child.stdin.write(`${JSON.stringify(submission)}\n`);
    const reply = await this.#reply();
    const error = reply.error as { type: string; text: string } | undefined;
    if (error !== undefined) throw new SubmissionError(error.type, error.text);
    return reply.done as Submitted;
  }

  stop(): void {
    this.child.stdin.destroy();
    this.child.kill("SIGKILL");
  }

  async #reply(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#replies.next();
    if (done) throw new SubmissionError("Ended", "the Python service has ended; its last words stand above");
    return JSON.parse(value) as Record<string, unknown>;
  }
}
