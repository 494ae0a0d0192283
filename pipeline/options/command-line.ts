/** Every flag of the command line, in Beam's own snake_case: what it takes, and which runners use it. */
import yargs from "yargs";
import { READ_METHODS, WRITE_METHODS } from "../composites/methods";
import { FLAGS } from "../dataflow/flags";
import { LEVELS, type Level } from "../log";
import { UsageError } from "../usage-error";

export type Runner = "Direct" | "Dataflow" | "Portable";
/** What was given, by flag. */
export type Given = { readonly [flag: string]: unknown };

const text = (group: string, describe: string) => ({ string: true as const, group, describe });
const flag = (group: string, describe: string) => ({ boolean: true as const, group, describe });
const several = (group: string, describe: string) => ({ string: true as const, array: true as const, group, describe });

const COMMON = {
  runner: { string: true as const, demandOption: true as const, describe: "Direct, Dataflow or Portable" },
  pubsub_subscription: text("Source:", "projects/P/subscriptions/S"),
  pubsub_topic: text("Source:", "projects/P/topics/T, by a subscription of the run's own"),
  table: text("Table:", "PROJECT:DATASET.TABLE of BigQuery"),
  bigquery_write_method: {
    choices: WRITE_METHODS,
    group: "Table:",
    describe: "how rows come into BigQuery, docs/choosing.md [streaming_inserts]",
  },
  dead_letter_topic: text("Dead letters:", "projects/P/topics/T"),
  schema: text("Rows:", "the table's schema, BigQuery's JSON [schemas/cc_account_info.json]"),
  unknown_columns: { choices: ["refuse", "drop"], group: "Rows:", describe: "names that the schema lacks [refuse]" },
  write_metadata: flag("Rows:", "add message_id, publish_time and attributes"),
  schema_version_column: text("Rows:", "a STRING column of the table that takes the schema's version [none]"),
  log_level: { choices: LEVELS, default: "info" as Level, describe: "the least level that is logged" },
};

const DIRECT = {
  input: text("Source:", "a file, one message a line"),
  input_format: {
    choices: ["messages", "pubsub"],
    group: "Source:",
    describe: "with --input: what a line is; pubsub: a PubsubMessage's JSON, as in dead letter files [messages]",
  },
  duckdb: text("Table:", "a DuckDB file"),
  duckdb_key_file: text(
    "Table:",
    "with --duckdb: encrypt it with the key in this file, 32 bytes as base64 [not encrypted]",
  ),
  duckdb_kms_key: text(
    "Table:",
    "with --duckdb: encrypt it with a key that projects/P/locations/L/keyRings/R/cryptoKeys/K wraps",
  ),
  dead_letters: text("Dead letters:", "a file, one PubsubMessage's JSON a line"),
  idle_timeout: text("Direct:", "end after so many seconds without a message"),
  max_messages: text("Direct:", "end after so many messages"),
  summary: text("Direct:", "write the summary to this file, as JSON"),
  published_ids: text("Direct:", "the message ids that were published, one a line: what is lost is told by them"),
};

/** Of every runner with workers. */
const ON_WORKERS = {
  pubsub_read: {
    choices: READ_METHODS,
    group: "Source:",
    describe: "by Beam's Python, or by the service alone, docs/choosing.md [python]",
  },
  num_storage_write_api_streams: text("Table:", "storage_write_exactly_once: how many streams [as the load asks for]"),
  storage_write_api_triggering_frequency_sec: text(
    "Table:",
    "storage_write_exactly_once: rows are committed after so many seconds [5]",
  ),
};

const ON_DATAFLOW = "Dataflow:";
const DATAFLOW = {
  profile: text(ON_DATAFLOW, "london (all in europe-west2) or article: the names of what is not given [london]"),
  project_name: text(ON_DATAFLOW, "the project, by its old name"),
  zone: text(ON_DATAFLOW, "the zone of the workers, by its old name"),
  no_use_public_ips: flag(ON_DATAFLOW, "workers without public addresses: the default"),
  key_project: text(ON_DATAFLOW, "the project of the key, where it is another"),
  accept: several(ON_DATAFLOW, "take this broken rule knowingly: LOC-1; the job carries it as a label"),
  dry_run: flag(ON_DATAFLOW, "write the job and the graph to the job folder, send nothing"),
  job_folder: text(ON_DATAFLOW, "where job.json, request.json and pipeline.pb are left [build/dataflow]"),
  drain: flag(ON_DATAFLOW, "end the running job of this name when everything that it has read is written"),
  wait: flag(ON_DATAFLOW, "stay until the job has ended, and pass on its messages"),
  keep_on_mismatch: flag(ON_DATAFLOW, "leave a job that is not what was asked for running"),
  ...Object.fromEntries(
    Object.entries(FLAGS).map(([name, { kind, describe }]) => {
      if (kind === "switch") return [name, flag(ON_DATAFLOW, describe)];
      if (kind === "list" || kind === "labels") return [name, several(ON_DATAFLOW, `${describe}; may be repeated`)];
      return [name, text(ON_DATAFLOW, describe)];
    }),
  ),
};

const ON_ANY = "Portable:";
const PORTABLE = {
  job_endpoint: text(ON_ANY, "HOST:PORT of a Beam job service"),
  environment_type: text(ON_ANY, "what the TypeScript worker is: DOCKER, PROCESS or EXTERNAL [DOCKER]"),
  environment_config: text(ON_ANY, "its command (PROCESS) or HOST:PORT (EXTERNAL)"),
  python_environment_type: text(ON_ANY, "what the Python worker is: DOCKER, PROCESS or EXTERNAL [DOCKER]"),
  python_environment_config: text(ON_ANY, "its command (PROCESS) or HOST:PORT (EXTERNAL)"),
  java_environment_type: text(ON_ANY, "what the Java worker of Storage Write is: DOCKER, PROCESS or EXTERNAL [DOCKER]"),
  java_environment_config: text(ON_ANY, "its command (PROCESS) or HOST:PORT (EXTERNAL)"),
};

/** Flags that a runner uses beside the common ones. */
const USED_BY: Readonly<Record<Runner, ReadonlySet<string>>> = {
  Direct: new Set(Object.keys(DIRECT)),
  Dataflow: new Set(Object.keys({ ...ON_WORKERS, ...DATAFLOW })),
  Portable: new Set([
    ...Object.keys({ ...ON_WORKERS, ...PORTABLE }),
    "sdk_container_image",
    "python_sdk_container_image",
    "java_sdk_container_image",
    "job_name",
    "wait",
  ]),
};

const parser = (argv: readonly string[]) =>
  yargs(argv as string[])
    .scriptName("pipeline/main.ts")
    .usage("$0 --runner RUNNER SOURCE TABLE DEAD_LETTERS [options]")
    .parserConfiguration({
      "camel-case-expansion": false,
      "boolean-negation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
    })
    .options({ ...COMMON, ...DIRECT, ...ON_WORKERS, ...DATAFLOW, ...PORTABLE })
    .strict()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
    });

/** Prints what there is, by `console.log`. */
export function showHelp(): void {
  parser([]).showHelp("log");
}

/** The runner and the flags that are given. Throws UsageError where one is unknown, empty, given twice, or of another runner. */
export function readCommandLine(argv: readonly string[]): { readonly runner: Runner; readonly given: Given } {
  // It would break the one line in which an error repeats what was given, and names of jobs and files.
  const broken = argv.findIndex((word) => /\p{Cc}/u.test(word));
  if (broken >= 0)
    throw new UsageError(`argument ${broken + 1} has a line feed or another control character: leave it out`);
  const parsed = parser(argv).parseSync() as Given & { readonly _: readonly unknown[] };
  if (parsed._.length > 0) throw new UsageError(`unknown argument: ${parsed._[0]}`);
  const given = Object.fromEntries(Object.entries(parsed).filter(([name]) => name !== "_" && name !== "$0"));
  const runner = runnerNamed(given.runner);
  for (const [name, value] of Object.entries(given)) checkGiven(runner, name, value);
  return { runner, given };
}

function runnerNamed(name: unknown): Runner {
  const runner = String(name).replace(/Runner$/, "");
  if (Object.hasOwn(USED_BY, runner)) return runner as Runner;
  throw new UsageError(`--runner ${name} is not known: give Direct, Dataflow or Portable`);
}

function checkGiven(runner: Runner, name: string, value: unknown): void {
  const isList = name in DATAFLOW && (DATAFLOW as Record<string, { array?: boolean }>)[name]!.array === true;
  if (Array.isArray(value) && !isList) throw new UsageError(`--${name} is given twice`);
  if (value === "" || (Array.isArray(value) && value.includes(""))) throw new UsageError(`--${name} is empty`);
  if (name in COMMON || USED_BY[runner].has(name)) return;
  const users = (Object.keys(USED_BY) as Runner[]).filter((one) => USED_BY[one].has(name));
  throw new UsageError(`--${name} goes with --runner ${users.join(" or ")} only`);
}
