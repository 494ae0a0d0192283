/** The pipeline as a real stream on one machine: Beam's DirectRunner, with endpoints that run in this process. */
import { existsSync, readFileSync } from "node:fs";
import { systemClock } from "./clock";
import { type Ending, Stream } from "./stream";
import { openBigQueryTable } from "../endpoints/bigquery-table";
import { openDeadLetterFile } from "../endpoints/dead-letter-file";
import { openDeadLetterTopic } from "../endpoints/dead-letter-topic";
import { openDuckDbTable } from "../endpoints/duckdb-table";
import type { DeadLetterWriter, MessageRow, MessageSource, RowWriter } from "../endpoints/endpoint";
import { openInputFile } from "../endpoints/file-source";
import { openSubscription, openTopic } from "../endpoints/pubsub-source";
import { openStorageWriteTable } from "../endpoints/storage-write";
import { buildGraph } from "../graph";
import { Ledger } from "../ledger";
import type { Log } from "../log";
import type { DirectOptions } from "../options";
import { rowSettings } from "../options/rows";
import { UsageError } from "../usage-error";
import { showProgress } from "../progress";
import { directRunner, type Root } from "../sdk/beam";
import { inProcess, inProcessSource } from "../sdk/in-process";
import { type RowSettings, tableSchema, versionOf } from "../steps";
import { type Summary, summarise } from "../summary";
import type { TableSchema } from "../../schemas/schema";
import type { DeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";

/** Runs until `stop` is aborted, or until a limit of the options is reached. Throws UsageError where a file that is named cannot be used. */
export async function runDirect(options: DirectOptions, log: Log, stop: AbortSignal): Promise<Summary> {
  const settings = rowSettings(options);
  const endpoints = await openEndpoints(options, settings);
  const { source, rows, deadLetters } = endpoints;
  try {
    const ledger = new Ledger(options.publishedIds !== undefined);
    const stream = new Stream({
      ...endpoints,
      ledger,
      log,
      clock: systemClock,
      schema: settings.schema,
      schemaVersion: versionOf(settings),
      idleMs: options.idleTimeout * 1000,
      maxMessages: options.maxMessages,
    });
    stop.addEventListener("abort", () => stream.stop());
    if (stop.aborted) stream.stop();
    log.info(`from ${source.name} to ${rows.name}, dead letters to ${deadLetters.name}`);
    log.info(`schema ${settings.schema}, version ${versionOf(settings)}`);

    const hideProgress = showProgress(ledger, log);
    const cpu = process.cpuUsage();
    const ended = await runGraph(stream, settings).finally(hideProgress);
    const { user, system } = process.cpuUsage(cpu);
    const times = { seconds: stream.activeMs / 1000, cpuSeconds: (user + system) / 1e6 };
    const published = options.publishedIds === undefined ? undefined : readLines(options.publishedIds);
    const schema = { name: settings.schema, version: versionOf(settings) };
    return await summarise({ ...endpoints, schema, ledger, published, ended, heldBy: stream.heldBy, ...times });
  } finally {
    for (const endpoint of [source, rows, deadLetters]) await endpoint.close();
  }
}

/** Builds the graph around a stream and runs it as the DirectRunner's one bundle. */
export async function runGraph(stream: Stream, settings: RowSettings): Promise<Ending> {
  let ended: Ending | undefined;
  const endpoints = {
    readMessages: inProcessSource<Message>("pull", async (emit) => {
      ended = await stream.run(emit);
    }),
    writeRows: inProcess<MessageRow, DeadLetter>("write", (emit) => {
      stream.emitRefused = emit;
      return { receive: stream.takeRow };
    }),
    writeDeadLetters: inProcess<DeadLetter, never>("write", () => ({ receive: stream.takeDeadLetter })),
  };
  await directRunner().run((root: Root) => buildGraph(root, endpoints, settings));
  return ended!;
}

async function openEndpoints(options: DirectOptions, settings: RowSettings) {
  const schema = tableSchema(settings);
  const source = await openSource(options);
  const rows = await openTable(options, schema, settings.schema);
  const deadLetters = await openDeadLetters(options);
  return { source, rows, deadLetters };
}

async function openSource({ source }: DirectOptions): Promise<MessageSource> {
  if (source.kind === "subscription") return openSubscription(source.subscription);
  if (source.kind === "topic") return openTopic(source.topic);
  if (!existsSync(source.path)) throw new UsageError(`--input ${source.path} is not there`);
  return openInputFile(source.path, source.format);
}

async function openTable({ table }: DirectOptions, schema: TableSchema, name: string): Promise<RowWriter> {
  if (table.kind === "duckdb") return openDuckDbTable(table.path, schema, name, table.key);
  return table.method === "native" ? openStorageWriteTable(table, schema) : openBigQueryTable(table, schema);
}

async function openDeadLetters({ deadLetters }: DirectOptions): Promise<DeadLetterWriter> {
  return deadLetters.kind === "file" ? openDeadLetterFile(deadLetters.path) : openDeadLetterTopic(deadLetters.topic);
}

function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--${flag} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function readLines(path: string): string[] {
  return readText(path, "published_ids")
    .split("\n")
    .filter((line) => line !== "");
}
