/** The way of a message: its links, in the order of the steps. */
import type { Told } from "./told";

/** The places that a byte comes through, in this order. */
export const STEPS = [
  "messages",
  "workers",
  "state",
  "images",
  "files",
  "rows",
  "dead letters",
  "logs",
  "copies",
] as const;
export type Step = (typeof STEPS)[number];

export interface Link {
  readonly step: Step;
  /** `topic str-pl-pubsub-topic` */
  readonly what: string;
  /** Regions, zones, or `global`; more than one where the data may lie in any of them. */
  readonly place: Told<readonly string[]>;
  readonly key: Told<KeyUsed>;
  /** What else is known of it, by name. */
  readonly more: Readonly<Record<string, string>>;
}

export interface KeyUsed {
  readonly name: string;
  readonly versions: Told<readonly string[]>;
}
