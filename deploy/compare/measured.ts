/** What is measured of one variant in one round. */
import type { Variant } from "./variants";

/** Of messages that waited before the job was started, or that came at a rate while it ran. */
export interface Counted {
  /** Message ids that Pub/Sub confirmed. */
  readonly published: number;
  /** Of them, by message id, in the table. */
  readonly rows: number;
  /** Rows beyond one a message id. */
  readonly duplicates: number;
}

export interface Delays {
  /** Seconds from a message's publish time to its row's time; the nearest rank. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Timings extends Omit<Counted, "published"> {
  /** Between the rows that were a tenth and nine tenths of all, by their time; undefined where they have the same time. */
  readonly messagesPerSecond?: number;
  readonly delays?: Delays;
  /** Rows without a time of their own. */
  readonly untimed: number;
}

export interface Measured {
  readonly round: number;
  readonly variant: Variant;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Of the job that was measured. */
  readonly job: string;
  readonly backlog: Counted & { readonly messagesPerSecond: number };
  readonly steady: Counted & { readonly delays: Delays };
}

/** What is the same in every round, and for every variant. */
export interface Load {
  /** Messages that wait before the job is started. */
  readonly backlog: number;
  /** Messages a second while it runs. */
  readonly rate: number;
  /** Seconds of that rate. */
  readonly steady: number;
  /** Of the first round's messages: each round has messages of its own, the same for every variant. */
  readonly seed: number;
}
