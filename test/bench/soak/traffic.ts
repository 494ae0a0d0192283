/** The pipeline in a process of its own, as in production, with messages at a steady rate from a Pub/Sub emulator, and what becomes of them. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { v1 } from "@google-cloud/pubsub";
import { Delays } from "./delays";
import { padded } from "./padded";
import { startTable } from "./table";
import { batches } from "../../../generator/batches";
import { realClock } from "../../../generator/clock";
import { publishAll } from "../../../generator/publish";
import { pubsubPublisher } from "../../../generator/pubsub";
import { compileGenerator } from "../../../generator/record";
import { pubsubClientOptions } from "../../../pipeline/endpoints/pubsub-client";
import type { Summary } from "../../../pipeline/summary";
import { loadTableSchema } from "../../../schemas/load";
import type { TableSchema } from "../../../schemas/schema";
import { type Running, start } from "../../support/commands";
import { startPubsubEmulator } from "../../support/emulators/pubsub";

const PROJECT = "projects/soak-project";
const SCHEMA = "schemas/cc_account_info.json";
/** A streaming insert's usual time. */
export const ANSWER_AFTER_MS = 50;
export const SINKS = ["stand-in", "duckdb"] as const;

export interface TrafficOptions {
  readonly folder: string;
  readonly sink: (typeof SINKS)[number];
  /** Share of messages that can never become a row. */
  readonly invalid: number;
  readonly seed: number;
  /** What each message has at least; as generated where it is not given. */
  readonly bytes?: number;
}

export interface Traffic {
  readonly pipeline: Running;
  readonly delays: Delays;
  /** Rows and dead letters so far, by the table; by the pipeline's own progress lines where the table is DuckDB. */
  written(): number;
  /** What V8 says of the pipeline's heap, at most 5 s ago; undefined before the first. */
  heap(): NodeJS.MemoryUsage | undefined;
  /** Publishes `rate` messages a second for so many seconds, or until the signal is given. Throws PublishError. */
  publish(rate: number, seconds: number, signal: AbortSignal): Promise<void>;
  /** Lets the pipeline write what it has, ends it, and answers what it says of its run. */
  finish(): Promise<Summary>;
  /** Ends everything at once. */
  stop(): Promise<void>;
}

/** Throws MissingTool where the Pub/Sub emulator is not installed. */
export async function startTraffic({ folder, sink, invalid, seed, bytes = 0 }: TrafficOptions): Promise<Traffic> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const emulator = await startPubsubEmulator();
  // The project's own clients look there.
  process.env.PUBSUB_EMULATOR_HOST = emulator.host;
  const schema = loadTableSchema(SCHEMA);
  const delays = new Delays();
  const table = await startTable(schema, ANSWER_AFTER_MS, (ids) => delays.onRows(ids, Date.now()));
  const letters = await startLetters((ids) => delays.onLetters(ids));
  const heapFile = resolve(folder, "heap.json");
  const env = {
    ...{ PUBSUB_EMULATOR_HOST: emulator.host, BIGQUERY_EMULATOR_HOST: table.host, SOAK_HEAP_FILE: heapFile },
    NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, "heap.js"))}`,
  };
  const to = sink === "duckdb" ? ["--duckdb", join(folder, "rows.duckdb")] : ["--table", "soak-project:soak.rows"];
  const ends = ["--pubsub_subscription", letters.subscription, "--dead_letter_topic", letters.topic, ...to];
  const summary = join(folder, "pipeline.json");
  const pipeline = start("pipeline/main.ts", ["--runner", "Direct", ...ends, "--summary", summary], env);
  return {
    ...{ pipeline, delays },
    written: () => (sink === "duckdb" ? writtenBy(pipeline.output.stderr) : delays.rows + delays.letters),
    heap: () => readJson<NodeJS.MemoryUsage>(heapFile),
    publish: (rate, seconds, signal) =>
      publish(schema, { rate, seconds, signal, invalid, seed, bytes }, delays, sink !== "duckdb"),
    async finish() {
      pipeline.child.kill("SIGTERM");
      const code = await pipeline.ended;
      const said = readJson<Summary>(summary);
      if (said === undefined)
        throw new Error(`the pipeline ended with ${code}:\n${pipeline.output.stderr.slice(-2000)}`);
      return said;
    },
    async stop() {
      pipeline.child.kill("SIGKILL");
      await pipeline.ended;
      await letters.stop();
      await table.stop();
      await emulator.stop();
    },
  };
}

interface Pace {
  readonly rate: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly invalid: number;
  readonly seed: number;
  readonly bytes: number;
}

/** Where the table's rows are not seen, no id is kept: they would never be taken out again. */
async function publish(schema: TableSchema, pace: Pace, delays: Delays, rowsAreSeen: boolean): Promise<void> {
  const { rate, seconds, signal, invalid, seed, bytes } = pace;
  const generator = compileGenerator(schema, { seed, locale: "en_GB", invalid });
  const inner = await pubsubPublisher(`${PROJECT}/topics/messages`);
  const publisher = {
    ...inner,
    async publish(messages: readonly Uint8Array[]) {
      const at = Date.now();
      const ids = await inner.publish(messages);
      if (rowsAreSeen) delays.onPublished(ids, at);
      else delays.published += ids.length;
      return ids;
    },
  };
  const drawn = batches(() => padded(generator.next(), bytes), {
    count: Math.round(rate * seconds),
    rate,
    clock: realClock,
    signal,
  });
  const options = { inFlight: 4, clock: realClock, signal, onConfirmed() {}, onRetry() {} };
  const { error } = await publishAll(drawn, publisher, options).finally(() => publisher.close());
  if (error !== undefined) throw error;
}

/** Topics and subscriptions, and a reader of dead letters, which empties theirs. */
async function startLetters(onLetters: (ids: readonly string[]) => void) {
  const [publisher, subscriber] = [
    new v1.PublisherClient(pubsubClientOptions(PROJECT)),
    new v1.SubscriberClient(pubsubClientOptions(PROJECT)),
  ];
  for (const id of ["messages", "letters"]) {
    await publisher.createTopic({ name: `${PROJECT}/topics/${id}` });
    const name = `${PROJECT}/subscriptions/${id}`;
    await subscriber.createSubscription({ name, topic: `${PROJECT}/topics/${id}`, ackDeadlineSeconds: 60 });
  }
  const subscription = `${PROJECT}/subscriptions/letters`;
  let stopped = false;
  const take = async () => {
    const asked = { subscription, maxMessages: 1000, returnImmediately: true };
    const [{ receivedMessages }] = await subscriber.pull(asked, { retry: null, timeout: 10_000 });
    const got = receivedMessages ?? [];
    onLetters(got.map(({ message }) => message?.attributes?.source_message_id ?? ""));
    const ackIds = got.flatMap(({ ackId }) => ackId ?? []);
    if (ackIds.length > 0) await subscriber.acknowledge({ subscription, ackIds }, { retry: null });
  };
  const loop = (async () => {
    while (!stopped) {
      // What was not pulled or acknowledged now is so the next time.
      await take().catch(() => {});
      await pause(1000);
    }
  })();
  return {
    subscription: `${PROJECT}/subscriptions/messages`,
    topic: `${PROJECT}/topics/letters`,
    async stop() {
      stopped = true;
      await loop;
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}

/** By the last of its progress lines. */
export function writtenBy(stderr: string): number {
  const [, rows = 0, letters = 0] = stderr.slice(-1000).match(/.*rows (\d+), dead letters (\d+)/s) ?? [];
  return Number(rows) + Number(letters);
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
