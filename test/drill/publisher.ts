/** The generator as its own process, started again where the key's refusal ended it: what it was refused was never published. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Running, start } from "../support/commands";

export interface PublisherOptions {
  readonly folder: string;
  readonly project: string;
  readonly topic: string;
  readonly schema: string;
  readonly rate: number;
  /** Share of messages that can never become a row. */
  readonly invalid: number;
  readonly env: Readonly<Record<string, string>>;
}

/** What one process published. */
export interface Published {
  readonly ids: readonly string[];
  /** Messages that were refused. */
  readonly unconfirmed: number;
  /** Its last words, where it ended with an error. */
  readonly refused?: string;
}

export class Publisher {
  private readonly running: Running[] = [];
  private readonly done: Promise<Published>[] = [];
  private count = 0;

  constructor(private readonly options: PublisherOptions) {}

  /** Publishes so many messages, or until it is refused. */
  run(messages: number): Promise<Published> {
    const { folder, project, topic, schema, rate, invalid, env } = this.options;
    const seed = ++this.count;
    const [ids, summary] = [join(folder, `published-${seed}.txt`), join(folder, `generator-${seed}.json`)];
    const to = ["-d", "pubsub", "-p", project, "-t", topic, "--ids", ids, "--summary", summary];
    const what = ["-n", String(messages), "--rate", String(rate), "--invalid", String(invalid), "--seed", String(seed)];
    const running = start("generator/main.ts", [...to, ...what, "--schema", schema], env);
    this.running.push(running);
    const published = running.ended.then((code) => publishedOf(code, running.output.stderr, ids, summary));
    this.done.push(published);
    return published;
  }

  /** Of all that were run to their end. */
  async all(): Promise<{ readonly ids: readonly string[]; readonly unconfirmed: number }> {
    const all = await Promise.all(this.done);
    return { ids: all.flatMap(({ ids }) => ids), unconfirmed: all.reduce((sum, one) => sum + one.unconfirmed, 0) };
  }

  async stop(): Promise<void> {
    for (const { child } of this.running) child.kill("SIGKILL");
    await Promise.all(this.running.map(({ ended }) => ended));
  }
}

function publishedOf(code: number | NodeJS.Signals, stderr: string, ids: string, summary: string): Published {
  const lines = existsSync(ids) ? readFileSync(ids, "utf8").split("\n") : [];
  const told = existsSync(summary) ? (JSON.parse(readFileSync(summary, "utf8")) as { unconfirmed: number }) : undefined;
  const words = stderr.split("\n").find((line) => / refused to publish: /.test(line));
  return {
    ids: lines.filter((id) => id !== ""),
    unconfirmed: told?.unconfirmed ?? 0,
    ...(code !== 0 && { refused: words ?? `it ended with ${code}` }),
  };
}
