/** From a backlog in a subscription to rows: the pipeline through Beam beside the programs that a user might write or take instead. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v1 } from "@google-cloud/pubsub";
import type { Contestant, Score } from "./harness";
import { compileGenerator } from "../../generator/record";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";
import { loadTableSchema } from "../../schemas/load";
import { run } from "../support/commands";

const PROJECT = "projects/bench-project";
/** What one publish request takes. */
const REQUEST = 1000;

/** A backlog of `count` messages for each run; `consume` answers the seconds from the first message to the last acknowledgement. */
export class Backlog {
  private readonly publisher = new v1.PublisherClient(pubsubClientOptions(PROJECT));
  private readonly subscriber = new v1.SubscriberClient(pubsubClientOptions(PROJECT));
  private runs = 0;

  contestant(count: number, consume: (subscription: string, count: number) => Promise<number>): Contestant {
    return async (): Promise<Score> => {
      const id = `${process.pid}-${this.runs++}`;
      const [topic, subscription] = [`${PROJECT}/topics/bench-${id}`, `${PROJECT}/subscriptions/bench-${id}`];
      await this.publisher.createTopic({ name: topic });
      await this.subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds: 600 });
      await this.fill(topic, count);
      const seconds = await consume(subscription, count);
      await this.subscriber.deleteSubscription({ subscription });
      await this.publisher.deleteTopic({ topic });
      return { perSecond: count / seconds };
    };
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

/** The pipeline, to the end of its last acknowledgement, as it reports it. */
export async function pipeline(subscription: string, count: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  const ends = [
    "--duckdb",
    join(dir, "rows.duckdb"),
    "--dead_letters",
    join(dir, "dead"),
    "--summary",
    join(dir, "summary"),
  ];
  await run("pipeline/main.ts", [
    "--runner",
    "Direct",
    "--pubsub_subscription",
    subscription,
    "--max_messages",
    String(count),
    ...ends,
  ]);
  const { seconds, rows } = JSON.parse(readFileSync(join(dir, "summary"), "utf8"));
  rmSync(dir, { recursive: true });
  if (rows !== count) throw new Error(`${rows} rows of ${count}`);
  return seconds;
}

export async function plainNode(subscription: string, count: number): Promise<number> {
  const { output } = await run("test/bench/peers/plain-node.ts", [subscription, String(count)]);
  return Number(output.stdout);
}
