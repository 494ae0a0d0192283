import type { Given } from "./command-line";
import { rowOptions, type RowOptions } from "./rows";
import { bigQueryTable, exactlyOne, type PubsubSource, positive, pubsubSource, type Table, topic } from "./values";
import type { InputFormat } from "../endpoints/file-source";
import { UsageError } from "../usage-error";
import { type TableKey, tableKeyOf } from "../../deploy/files/table-key";

export interface DirectOptions extends RowOptions {
  readonly runner: "Direct";
  readonly source: PubsubSource | { readonly kind: "file"; readonly path: string; readonly format: InputFormat };
  readonly table:
    | { readonly kind: "duckdb"; readonly path: string; readonly key?: TableKey }
    | ({ readonly kind: "bigquery"; readonly method: "streaming_inserts" | "native" } & Table);
  readonly deadLetters:
    | { readonly kind: "topic"; readonly topic: string }
    | { readonly kind: "file"; readonly path: string };
  /** Seconds without a message, messages: what ends the run. Infinity where it is not given. */
  readonly idleTimeout: number;
  readonly maxMessages: number;
  readonly summary?: string;
  readonly publishedIds?: string;
}

/** Throws UsageError. */
export function directOptions(given: Given): DirectOptions {
  return {
    runner: "Direct",
    source: source(given),
    table: table(given),
    deadLetters: deadLetters(given),
    ...rowOptions(given),
    idleTimeout: limit("idle_timeout", given.idle_timeout, false),
    maxMessages: limit("max_messages", given.max_messages, true),
    ...(given.summary !== undefined && { summary: String(given.summary) }),
    ...(given.published_ids !== undefined && { publishedIds: String(given.published_ids) }),
  };
}

function source(given: Given): DirectOptions["source"] {
  const flag = exactlyOne(given, ["pubsub_subscription", "pubsub_topic", "input"], "where messages come from");
  if (flag === "input") {
    return { kind: "file", path: String(given.input), format: (given.input_format as InputFormat) ?? "messages" };
  }
  if (given.input_format !== undefined) throw new UsageError("--input_format goes with --input only");
  return pubsubSource(flag, given[flag]);
}

function table(given: Given): DirectOptions["table"] {
  const flag = exactlyOne(given, ["duckdb", "table"], "where rows go");
  const method = given.bigquery_write_method ?? "streaming_inserts";
  if (flag === "duckdb") {
    if (given.bigquery_write_method !== undefined) {
      throw new UsageError("--bigquery_write_method goes with --table only");
    }
    const key = tableKey(given);
    return { kind: "duckdb", path: String(given.duckdb), ...(key !== undefined && { key }) };
  }
  for (const name of ["duckdb_key_file", "duckdb_kms_key"])
    if (given[name] !== undefined) throw new UsageError(`--${name} goes with --duckdb only`);
  if (method !== "streaming_inserts" && method !== "native") {
    throw new UsageError(`--bigquery_write_method ${method} goes with --runner Dataflow or Portable only`);
  }
  return { kind: "bigquery", method, ...bigQueryTable(given.table) };
}

function tableKey(given: Given): TableKey | undefined {
  const [file, kms] = [given.duckdb_key_file, given.duckdb_kms_key] as readonly (string | undefined)[];
  const key = tableKeyOf(file, kms);
  if (typeof key === "string") throw new UsageError(`--duckdb_key_file, --duckdb_kms_key: ${key}`);
  return key;
}

function deadLetters(given: Given): DirectOptions["deadLetters"] {
  const flag = exactlyOne(given, ["dead_letters", "dead_letter_topic"], "where messages go that cannot become a row");
  if (flag === "dead_letters") return { kind: "file", path: String(given.dead_letters) };
  return { kind: "topic", topic: topic(flag, given.dead_letter_topic) };
}

const limit = (flag: string, value: unknown, whole: boolean) =>
  value === undefined ? Number.POSITIVE_INFINITY : positive(flag, value, whole);
