/**
 * `make run-direct`: generated messages through a real Pub/Sub (the emulator, where nothing else is given) and the pipeline into a
 * DuckDB table. It starts the very commands that a user would type, prints them, and ends what it started.
 */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { v1 } from "@google-cloud/pubsub";
import { MissingTool } from "./emulators/process";
import { startPubsubEmulator } from "./emulators/pubsub";
import { printRows } from "./print-rows";
import { keyOfEnvironment } from "./table-key";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";

const {
  MESSAGES = "10000",
  INVALID = "0",
  SEED = "1",
  RATE = "",
  SCHEMA = "",
  SUBSCRIPTION = "",
  OUT = "build/run-direct",
} = process.env;
const PROJECT = "local-project";
const TOPIC = "str-pl-pubsub-topic";

const KEY = keyOfEnvironment();

const PIPELINE_ENDS = [
  ["--runner", "Direct", "--schema", SCHEMA],
  ["--duckdb", `${OUT}/rows.duckdb`],
  KEY === undefined ? [] : KEY.kind === "file" ? ["--duckdb_key_file", KEY.path] : ["--duckdb_kms_key", KEY.name],
  ["--dead_letters", `${OUT}/dead-letters.ndjson`],
  ["--summary", `${OUT}/summary.json`],
].flat();
const GENERATOR = ["-n", MESSAGES, "--seed", SEED, "--invalid", INVALID, "--schema", SCHEMA];
const IDS = `${OUT}/published-ids.txt`;

async function main(): Promise<number> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const code = await run();
  if (code !== 0) return code;
  await printRows(`${OUT}/rows.duckdb`, SCHEMA, 3, KEY);
  process.stdout.write(`
The table:        ${OUT}/rows.duckdb       make query SQL="select count(*) from ${basename(SCHEMA, ".json")}"
The dead letters: ${OUT}/dead-letters.ndjson
The summary:      ${OUT}/summary.json
`);
  return 0;
}

async function run(): Promise<number> {
  if (SUBSCRIPTION !== "") return pipeline(["--pubsub_subscription", SUBSCRIPTION]);
  if (process.env.PUBSUB_EMULATOR_HOST) return throughPubsub();
  try {
    const emulator = await startPubsubEmulator();
    process.stdout.write(`Pub/Sub emulator on ${emulator.host}\n`);
    process.env.PUBSUB_EMULATOR_HOST = emulator.host;
    return await throughPubsub().finally(() => emulator.stop());
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    process.stdout.write(
      `No Pub/Sub emulator: ${error.what}. ${error.mend}\nThe same graph runs from a file instead.\n`,
    );
    return throughFile();
  }
}

/** A subscription of its own for this run; the topic is the article's. */
async function throughPubsub(): Promise<number> {
  const topic = `projects/${PROJECT}/topics/${TOPIC}`;
  const subscription = `projects/${PROJECT}/subscriptions/run-direct-${process.pid}`;
  const publisher = new v1.PublisherClient(pubsubClientOptions(topic));
  const subscriber = new v1.SubscriberClient(pubsubClientOptions(topic));
  await publisher.createTopic({ name: topic }).catch(ignoreExisting);
  await subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds: 60 });
  try {
    const generate = () =>
      generator(["-d", "pubsub", "-p", PROJECT, "-t", TOPIC, ...GENERATOR, "--ids", IDS, ...rate()]);
    const consume = (idle: string) =>
      pipeline(["--pubsub_subscription", subscription, "--published_ids", IDS, "--idle_timeout", idle]);
    // With a rate the two run side by side, as they would in earnest.
    if (RATE !== "") return worse(await Promise.all([generate(), consume("15")]));
    return (await generate()) || (await consume("2"));
  } finally {
    await subscriber.deleteSubscription({ subscription });
    await Promise.all([publisher.close(), subscriber.close()]);
  }
}

async function throughFile(): Promise<number> {
  const messages = `${OUT}/messages.ndjson`;
  return (await generator(["-d", "file", "-o", messages, ...GENERATOR])) || (await pipeline(["--input", messages]));
}

const rate = () => (RATE === "" ? [] : ["--rate", RATE]);
const worse = (codes: readonly number[]) => Math.max(...codes);
const generator = (args: readonly string[]) => command("generator/main.ts", args);
const pipeline = (args: readonly string[]) => command("pipeline/main.ts", [...args, ...PIPELINE_ENDS]);

function ignoreExisting(error: { code?: number }): void {
  const ALREADY_EXISTS = 6;
  if (error.code !== ALREADY_EXISTS) throw error;
}

/** Runs one of the project's own commands; a signal that we get is passed on. Answers its exit code. */
function command(script: string, args: readonly string[]): Promise<number> {
  process.stdout.write(`\n$ npx ts-node ${script} ${args.join(" ")}\n`);
  const child = spawn(process.execPath, ["-r", "ts-node/register", script, ...args], {
    stdio: "inherit",
    detached: false,
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGTERM", pass);
  // The terminal sends SIGINT to the child itself; we only have to outlive it.
  const outlive = () => {};
  process.on("SIGINT", outlive);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGTERM", pass);
      process.off("SIGINT", outlive);
      resolve(code ?? 1);
    });
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
