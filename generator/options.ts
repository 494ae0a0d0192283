/** The command line. What is unknown, contradictory or missing is refused in one line. */
import { randomInt } from "node:crypto";
import path from "node:path";
import yargs from "yargs";

/** A command line that cannot be run. */
export class UsageError extends Error {}

export type Destination =
  | { readonly kind: "pubsub"; readonly project: string; readonly topic: string; readonly ids?: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdout" };

export interface GeneratorCommand {
  readonly destination: Destination;
  readonly count: number;
  readonly seed: number;
  /** False where the seed was drawn. */
  readonly seedGiven: boolean;
  /** Messages a second; Infinity where it is not given. */
  readonly rate: number;
  /** 0 to 1. */
  readonly invalid: number;
  readonly schema: string;
  readonly locale: string;
  readonly summary?: string;
}

const SEEDS = 2 ** 32;
const DEFAULT_SCHEMA = path.join(__dirname, "..", "schemas", "cc_account_info.json");

const parser = (args: readonly string[]) =>
  yargs(args as string[])
    .scriptName("generator/main.ts")
    .usage("$0 -d pubsub -p PROJECT -t TOPIC -n 100000\n$0 -d file -o FILE -n 1000\n$0 -d stdout -n 10")
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .options({
      destination: { alias: "d", choices: ["pubsub", "file", "stdout"] as const, describe: "where messages go" },
      project: { alias: "p", string: true, describe: "pubsub: the topic's project" },
      topic: { alias: "t", string: true, describe: "pubsub: the topic's id" },
      ids: { string: true, describe: "pubsub: write the id of every confirmed message to this file, one a line" },
      output: { alias: "o", string: true, describe: "file: written anew, one message a line" },
      number: { alias: "n", string: true, describe: "messages in all" },
      seed: { string: true, describe: "0 to 4294967295: the same seed, the same messages [drawn]" },
      rate: { string: true, describe: "messages a second [as many as can be]" },
      invalid: { string: true, describe: "share of broken messages, 0 to 1; no empty ones in lines [0]" },
      schema: { string: true, describe: "the table's schema, BigQuery's JSON [schemas/cc_account_info.json]" },
      locale: { string: true, default: "en_GB", describe: "one of faker's: whose names, addresses and IBANs" },
      summary: { string: true, describe: "write the summary to this file, as JSON" },
    })
    .strict()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.split("\n").join(" "));
    });

/** The help text. */
export const help = (): Promise<string> => parser([]).getHelp();

/** Reads the command line. Throws UsageError with one line. */
export function parseOptions(args: readonly string[]): GeneratorCommand {
  const given = parser(args).parseSync();
  for (const [flag, value] of Object.entries(given)) {
    if (value === "") throw new UsageError(`--${flag} is empty`);
  }
  if (given._.length > 0) throw new UsageError(`unknown argument: ${given._[0]}`);
  const seed = optional(given.seed, (text) => integer("seed", text, 0, SEEDS - 1));
  return {
    destination: destination(given),
    count: integer("number", required(given, "number"), 1, Number.MAX_SAFE_INTEGER),
    seed: seed ?? randomInt(SEEDS),
    seedGiven: seed !== undefined,
    rate: optional(given.rate, (text) => decimal("rate", text, Number.MIN_VALUE, 1e9)) ?? Number.POSITIVE_INFINITY,
    invalid: optional(given.invalid, (text) => decimal("invalid", text, 0, 1)) ?? 0,
    schema: given.schema ?? DEFAULT_SCHEMA,
    locale: given.locale,
    ...(given.summary !== undefined && { summary: given.summary }),
  };
}

type Given = { readonly [flag: string]: unknown };

/** Which flags belong to which destination. */
const FLAGS_OF: Readonly<Record<Destination["kind"], readonly string[]>> = {
  pubsub: ["project", "topic", "ids"],
  file: ["output"],
  stdout: [],
};

function destination(given: Given): Destination {
  const kind = required(given, "destination") as Destination["kind"];
  for (const [other, flags] of Object.entries(FLAGS_OF)) {
    const stray = other === kind ? undefined : flags.find((flag) => given[flag] !== undefined);
    if (stray) throw new UsageError(`--${stray} goes with --destination ${other}, not with ${kind}`);
  }
  if (kind === "stdout") return { kind };
  if (kind === "file") return { kind, path: required(given, "output") };
  return {
    kind,
    project: matching("project", required(given, "project"), /^[^/\s]+$/, "a project's id, without a slash"),
    topic: matching(
      "topic",
      required(given, "topic"),
      /^[A-Za-z][\w.~+%-]{2,254}$/,
      "a topic's id, without its project",
    ),
    ...(given.ids !== undefined && { ids: String(given.ids) }),
  };
}

function required(given: Given, flag: string): string {
  if (given[flag] === undefined) throw new UsageError(`--${flag} is missing`);
  return String(given[flag]);
}

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

function matching(flag: string, value: string, form: RegExp, what: string): string {
  if (!form.test(value)) throw new UsageError(`--${flag} ${value} is not ${what}`);
  return value;
}

function integer(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${flag} ${text} is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function decimal(flag: string, text: string, least: number, most: number): number {
  const value = /^\d*[.]?\d+(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${flag} ${text} is not a number ${least === 0 ? "from 0" : "above 0"} to ${most}`);
  }
  return value;
}
