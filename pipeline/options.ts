/** The command line, in Beam's own snake_case. Settings that are unknown, contradictory or missing are refused in one line. */
import yargs from "yargs";
import type { InputFormat } from "./endpoints/file-source";
import { LEVELS, type Level } from "./log";
import { UsageError } from "./usage-error";

export interface DirectOptions {
  readonly source:
    | { readonly kind: "subscription"; readonly subscription: string }
    | { readonly kind: "topic"; readonly topic: string }
    | { readonly kind: "file"; readonly path: string; readonly format: InputFormat };
  readonly table:
    | { readonly kind: "duckdb"; readonly path: string }
    | { readonly kind: "bigquery"; readonly project: string; readonly dataset: string; readonly table: string };
  readonly deadLetters:
    | { readonly kind: "topic"; readonly topic: string }
    | { readonly kind: "file"; readonly path: string };
  readonly schema: string;
  readonly unknownColumns: "refuse" | "drop";
  readonly writeMetadata: boolean;
  /** Seconds without a message, messages: what ends the run. Infinity where it is not given. */
  readonly idleTimeout: number;
  readonly maxMessages: number;
  readonly summary?: string;
  readonly publishedIds?: string;
  readonly logLevel: Level;
}

const TOPIC = /^projects\/[^/]+\/topics\/[^/]+$/;
const SUBSCRIPTION = /^projects\/[^/]+\/subscriptions\/[^/]+$/;
/** BigQuery's table in Beam's notation; a project may have a domain: `example.com:project`. */
const TABLE = /^(?<project>(?:[^:./]+[.][^:/]+:)?[^:./]+)[:.](?<dataset>\w+)[.](?<table>[^./:]+)$/;

const parser = (argv: readonly string[]) =>
  yargs(argv as string[])
    .scriptName("pipeline/main.ts")
    .usage("$0 --runner Direct SOURCE TABLE DEAD_LETTERS [options]")
    .parserConfiguration({ "camel-case-expansion": false, "duplicate-arguments-array": false, "parse-numbers": false })
    .options({
      runner: { choices: ["Direct", "DirectRunner"], demandOption: true, describe: "where the pipeline runs" },
      pubsub_subscription: { string: true, group: "Source:", describe: "projects/P/subscriptions/S" },
      pubsub_topic: {
        string: true,
        group: "Source:",
        describe: "projects/P/topics/T, by a subscription of the run's own",
      },
      input: { string: true, group: "Source:", describe: "a file, one message a line" },
      input_format: {
        choices: ["messages", "pubsub"],
        group: "Source:",
        describe: "with --input: what a line is; pubsub: a PubsubMessage's JSON, as in dead letter files [messages]",
      },
      duckdb: { string: true, group: "Table:", describe: "a DuckDB file" },
      table: { string: true, group: "Table:", describe: "PROJECT:DATASET.TABLE of BigQuery" },
      dead_letters: { string: true, group: "Dead letters:", describe: "a file, one PubsubMessage's JSON a line" },
      dead_letter_topic: { string: true, group: "Dead letters:", describe: "projects/P/topics/T" },
      schema: {
        string: true,
        default: "schemas/cc_account_info.json",
        describe: "the table's schema, BigQuery's JSON",
      },
      unknown_columns: { choices: ["refuse", "drop"], default: "refuse", describe: "names that the schema lacks" },
      write_metadata: { boolean: true, default: false, describe: "add message_id, publish_time and attributes" },
      idle_timeout: { string: true, describe: "end after so many seconds without a message" },
      max_messages: { string: true, describe: "end after so many messages" },
      summary: { string: true, describe: "write the summary to this file, as JSON" },
      published_ids: {
        string: true,
        describe: "the message ids that were published, one a line: what is lost is told by them",
      },
      log_level: { choices: LEVELS, default: "info" as Level, describe: "the least level that is logged" },
    })
    .strict()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
    });

/** Reads the command line. Throws UsageError with one line; answers undefined where only help was asked for, which is printed. */
export function parseOptions(argv: readonly string[]): DirectOptions | undefined {
  if (argv.includes("--help")) {
    parser([]).showHelp("log");
    return undefined;
  }
  const given = parser(argv).parseSync();
  for (const [flag, value] of Object.entries(given)) {
    if (value === "") throw new UsageError(`--${flag} is empty`);
  }
  if (given._.length > 0) throw new UsageError(`unknown argument: ${given._[0]}`);
  return {
    source: source(given),
    table: table(given),
    deadLetters: deadLetters(given),
    schema: given.schema,
    unknownColumns: given.unknown_columns as DirectOptions["unknownColumns"],
    writeMetadata: given.write_metadata,
    idleTimeout: positive("idle_timeout", given.idle_timeout, false),
    maxMessages: positive("max_messages", given.max_messages, true),
    logLevel: given.log_level,
    ...(given.summary !== undefined && { summary: given.summary }),
    ...(given.published_ids !== undefined && { publishedIds: given.published_ids }),
  };
}

type Given = { readonly [flag: string]: unknown };

function source(given: Given): DirectOptions["source"] {
  const flag = exactlyOne(given, ["pubsub_subscription", "pubsub_topic", "input"], "where messages come from");
  const value = String(given[flag]);
  if (flag === "input") {
    return { kind: "file", path: value, format: (given.input_format as InputFormat | undefined) ?? "messages" };
  }
  if (given.input_format !== undefined) throw new UsageError("--input_format goes with --input only");
  if (flag === "pubsub_topic") return { kind: "topic", topic: matching(flag, value, TOPIC, "projects/P/topics/T") };
  return { kind: "subscription", subscription: matching(flag, value, SUBSCRIPTION, "projects/P/subscriptions/S") };
}

function table(given: Given): DirectOptions["table"] {
  const flag = exactlyOne(given, ["duckdb", "table"], "where rows go");
  const value = String(given[flag]);
  if (flag === "duckdb") return { kind: "duckdb", path: value };
  const parts = TABLE.exec(matching(flag, value, TABLE, "PROJECT:DATASET.TABLE"))!.groups!;
  return { kind: "bigquery", project: parts.project!, dataset: parts.dataset!, table: parts.table! };
}

function deadLetters(given: Given): DirectOptions["deadLetters"] {
  const flag = exactlyOne(given, ["dead_letters", "dead_letter_topic"], "where messages go that cannot become a row");
  const value = String(given[flag]);
  if (flag === "dead_letters") return { kind: "file", path: value };
  return { kind: "topic", topic: matching(flag, value, TOPIC, "projects/P/topics/T") };
}

function exactlyOne(given: Given, flags: readonly string[], what: string): string {
  const found = flags.filter((flag) => given[flag] !== undefined);
  if (found.length === 1) return found[0]!;
  const names = flags.map((flag) => `--${flag}`).join(" or ");
  if (found.length === 0) throw new UsageError(`missing ${what}: give ${names}`);
  throw new UsageError(
    `${found.map((flag) => `--${flag}`).join(" and ")} contradict each other: ${what} is one of ${names}`,
  );
}

function matching(flag: string, value: string, form: RegExp, example: string): string {
  if (!form.test(value)) throw new UsageError(`--${flag} ${value} is not of the form ${example}`);
  return value;
}

function positive(flag: string, text: string | undefined, whole: boolean): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)) || (whole && !Number.isSafeInteger(value))) {
    throw new UsageError(`--${flag} ${text} is not a ${whole ? "whole " : ""}number above 0`);
  }
  return value;
}
