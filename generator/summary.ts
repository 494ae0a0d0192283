import type { Destination } from "./options";

/** What is left of a run; `--summary` writes it as JSON, the screen shows a line of it. */
export interface Summary {
  readonly destination: Destination["kind"] | "pubsub-emulator";
  readonly requested: number;
  /** Messages with an id from Pub/Sub, or written to the file. */
  readonly confirmed: number;
  readonly unconfirmed: number;
  /** Publish requests that were sent again. */
  readonly retried: number;
  /** Broken messages that were drawn, by kind. */
  readonly broken: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly locale: string;
  readonly seconds: number;
  readonly messagesPerSecond: number;
}

/** For the screen. */
export function inOneLine(summary: Summary): string {
  const broken = Object.values(summary.broken).reduce((sum, count) => sum + count, 0);
  const verb = summary.destination.startsWith("pubsub") ? "confirmed" : "written";
  return [
    `${summary.confirmed} of ${summary.requested} messages ${verb} (${summary.destination})`,
    `${summary.seconds} s, ${summary.messagesPerSecond} messages/s`,
    `${broken} drawn broken`,
    `${summary.retried} requests sent again`,
    ...(summary.unconfirmed > 0 ? [`${summary.unconfirmed} NOT confirmed`] : []),
    `seed ${summary.seed}`,
  ].join(", ");
}
