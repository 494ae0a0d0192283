/** The two runs of one rehearsal: the staged graph on Prism, and the DirectRunner. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { DIRECT, tableName } from "./places";
import { startLogged, untilEnded } from "./servers";
import type { JobService, StandIns } from "./stand-ins";
import type { Staged } from "./submission";

/** The replayed job. It is cancelled when we say so, and when we die of whatever. */
export class Replay {
  /** The job's last state: Beam's name of it. A state alone proves nothing. */
  state = "NOT_STARTED";
  /** Beam's counters, as the job service had them when the job was cancelled. */
  counters: Readonly<Record<string, number>> = {};
  readonly ended: Promise<unknown>;

  /** `log`: a file for the job's messages. */
  static start(staged: Staged, { python, jobEndpoint, workerPool, env }: JobService, log: string): Replay {
    const worker = resolve("build/worker/start");
    const java = resolve("test/rehearsal/java_worker.sh");
    const workers = ["--worker", worker, "--worker_pool", workerPool, "--java_worker", java];
    const where = ["--job_endpoint", jobEndpoint, ...workers];
    const modules = staged.modules.flatMap((name) => ["--module", name]);
    const file = openSync(log, "w");
    const child = spawn(
      python,
      ["test/rehearsal/replay.py", "--graph", staged.graph, ...where, ...modules],
      // In a group of its own: a Ctrl-C is ours to deal with.
      { stdio: ["pipe", "pipe", file], env: { ...process.env, ...env }, detached: true },
    );
    closeSync(file);
    return new Replay(child);
  }

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, "close");
    child.stdin!.on("error", () => {});
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const said = JSON.parse(line) as { state?: string; counters?: Record<string, number> };
      this.state = said.state ?? this.state;
      this.counters = said.counters ?? this.counters;
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Ends with the job. */
  async cancel(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }
}

/** Runs the DirectRunner until nothing more comes. Throws where it fails. */
export async function runDirect(schema: string, { env }: StandIns, logs: string): Promise<void> {
  const summary = join(logs, "direct.json");
  const from = ["--pubsub_subscription", DIRECT.subscription, "--idle_timeout", "2"];
  const to = ["--table", tableName(DIRECT), "--dead_letter_topic", DIRECT.deadLetterTopic, "--write_metadata"];
  const args = ["--runner", "Direct", "--schema", schema, ...from, ...to, "--summary", summary];
  const command = [process.execPath, "-r", "ts-node/register", "pipeline/main.ts", ...args];
  await untilEnded(startLogged(join(logs, "direct.log"), command, env));
  if (!existsSync(summary)) throw new Error(`the DirectRunner failed: see ${join(logs, "direct.log")}`);
}
