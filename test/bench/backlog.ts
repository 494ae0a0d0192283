/** From a backlog in a subscription to rows: the pipeline through Beam beside the programs that a user might write or take instead. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v1 } from "@google-cloud/pubsub";
import type { Score } from "./harness";
import { compileGenerator } from "../../generator/record";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";
import { loadTableSchema } from "../../schemas/load";
import type { Summary } from "../../pipeline/summary";
import { run } from "../support/commands";

const PROJECT = "projects/bench-project";
/** What one publish request takes. */
const REQUEST = 1000;

/** Backlogs of generated bank messages, each in a topic of its own. */
export class Backlog {
  private readonly publisher = new v1.PublisherClient(pubsubClientOptions(PROJECT));
  private readonly subscriber = new v1.SubscriberClient(pubsubClientOptions(PROJECT));
  private runs = 0;

  /** A contestant that takes `count` messages; `consume` answers the seconds from the first to the last acknowledgement. */
  contestant(count: number, consume: (subscription: string, count: number) => Promise<number>): () => Promise<Score> {
    return async () => ({ perSecond: count / (await this.of(count, consume)) });
  }

  /** Fills a subscription with `count` messages and hands it to `work`. */
  async of<T>(count: number, work: (subscription: string, count: number) => Promise<T>): Promise<T> {
    const id = `${process.pid}-${this.runs++}`;
    const [topic, subscription] = [`${PROJECT}/topics/bench-${id}`, `${PROJECT}/subscriptions/bench-${id}`];
    await this.publisher.createTopic({ name: topic });
    await this.subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds: 600 });
    await this.fill(topic, count);
    const result = await work(subscription, count);
    await this.subscriber.deleteSubscription({ subscription });
    await this.publisher.deleteTopic({ topic });
    return result;
  }

  private async fill(topic: string, count: number): Promise<void> {
    const generator = compileGenerator(loadTableSchema("schemas/cc_account_info.json"), { seed: 1, locale: "en_GB" });
    for (let left = count; left > 0; left -= REQUEST) {
      const messages = Array.from({ length: Math.min(left, REQUEST) }, () => ({ data: generator.next() }));
      await this.publisher.publish({ topic, messages });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.publisher.close(), this.subscriber.close()]);
  }
}

/** What the pipeline says of a run of `count` messages into DuckDB. */
async function summaryOf(subscription: string, count: number): Promise<Summary> {
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  const ends = ["--duckdb", join(dir, "rows.duckdb"), "--dead_letters", join(dir, "dead")];
  const limits = ["--max_messages", String(count), "--summary", join(dir, "summary")];
  await run("pipeline/main.ts", ["--runner", "Direct", "--pubsub_subscription", subscription, ...ends, ...limits]);
  const summary: Summary = JSON.parse(readFileSync(join(dir, "summary"), "utf8"));
  rmSync(dir, { recursive: true });
  if (summary.rows !== count) throw new Error(`${summary.rows} rows of ${count}`);
  return summary;
}

/** Seconds to the end of the last acknowledgement. */
export async function pipeline(subscription: string, count: number): Promise<number> {
  return (await summaryOf(subscription, count)).seconds;
}

export async function plainNode(subscription: string, count: number): Promise<number> {
  return Number((await run("test/bench/peers/plain-node.ts", [subscription, String(count)])).output.stdout);
}

export async function toNowhere(subscription: string, count: number): Promise<number> {
  return Number((await run("test/bench/nowhere.ts", [subscription, String(count)])).output.stdout);
}

/** The pipeline's processor seconds for the first `taken` messages of a backlog. */
export const cpuOf = (taken: number) => async (subscription: string) =>
  (await summaryOf(subscription, taken)).cpuSeconds;

/** The pipeline's peak memory for the whole backlog, in bytes. */
export const peakMemory = async (subscription: string, count: number) =>
  (await summaryOf(subscription, count)).peakRssBytes;
