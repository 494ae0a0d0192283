/** What single flags mean. All of it throws UsageError, in one line. */
import type { Given } from "./command-line";
import { UsageError } from "../usage-error";

export const TOPIC = /^projects\/[^/]+\/topics\/[^/]+$/;
const SUBSCRIPTION = /^projects\/[^/]+\/subscriptions\/[^/]+$/;
/** BigQuery's table in Beam's notation; a project may have a domain: `example.com:project`. */
const TABLE = /^(?<project>(?:[^:./]+[.][^:/]+:)?[^:./]+)[:.](?<dataset>\w+)[.](?<table>[^./:]+)$/;

export interface Table {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export type PubsubSource =
  | { readonly kind: "subscription"; readonly subscription: string }
  | { readonly kind: "topic"; readonly topic: string };

export function topic(flag: string, value: unknown): string {
  return matching(flag, String(value), TOPIC, "projects/P/topics/T");
}

export function pubsubSource(flag: "pubsub_topic" | "pubsub_subscription", value: unknown): PubsubSource {
  if (flag === "pubsub_topic") return { kind: "topic", topic: topic(flag, value) };
  const form = "projects/P/subscriptions/S";
  return { kind: "subscription", subscription: matching(flag, String(value), SUBSCRIPTION, form) };
}

export function bigQueryTable(value: unknown): Table {
  const name = matching("table", String(value), TABLE, "PROJECT:DATASET.TABLE");
  const { project, dataset, table } = TABLE.exec(name)!.groups!;
  return { project: project!, dataset: dataset!, table: table! };
}

/** The one flag of these that is given; undefined where none is and none must be. */
export function atMostOne<F extends string>(given: Given, flags: readonly F[], what: string): F | undefined {
  const found = flags.filter((flag) => given[flag] !== undefined);
  if (found.length <= 1) return found[0];
  throw new UsageError(
    `${found.map((flag) => `--${flag}`).join(" and ")} contradict each other: ${what} is one of ${named(flags)}`,
  );
}

export function exactlyOne<F extends string>(given: Given, flags: readonly F[], what: string): F {
  const found = atMostOne(given, flags, what);
  if (found === undefined) throw new UsageError(`missing ${what}: give ${named(flags)}`);
  return found;
}

const named = (flags: readonly string[]) => flags.map((flag) => `--${flag}`).join(" or ");

export function matching(flag: string, value: string, form: RegExp, example: string): string {
  if (!form.test(value)) throw new UsageError(`--${flag} ${value} is not of the form ${example}`);
  return value;
}

export function positive(flag: string, text: unknown, whole: boolean): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)) || (whole && !Number.isSafeInteger(value))) {
    throw new UsageError(`--${flag} ${text} is not a ${whole ? "whole " : ""}number above 0`);
  }
  return value;
}
