import { status } from "@grpc/grpc-js";
import type { Clock } from "./clock";
import type { Publisher } from "./pubsub";

/** Why messages could not be published. */
export type PublishErrorCode =
  /** The topic does not exist. */
  | "no_topic"
  /** The publisher may not. */
  | "no_permission"
  /** What passes by itself did not pass for ten minutes, or not before the run was stopped. */
  | "given_up"
  /** Refused for another reason, which sending it again will not mend. */
  | "refused";

export class PublishError extends Error {
  constructor(
    readonly code: PublishErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface PublishOptions {
  /** Requests on their way at once. */
  readonly inFlight: number;
  readonly clock: Clock;
  /** Ends the run: what is on its way is waited for, and not sent again where it fails. */
  readonly signal: AbortSignal;
  /** Is told the ids of each batch, in the order in which the messages were drawn. */
  readonly onConfirmed: (ids: readonly string[]) => Promise<void> | void;
  /** Is told before a request is sent again. */
  readonly onRetry: (why: string) => void;
}

export interface Published {
  /** Messages to which Pub/Sub gave an id. */
  confirmed: number;
  /** Messages that were sent, but never confirmed: 0 unless `error` says why. */
  unconfirmed: number;
  /** Requests that were sent again. */
  retried: number;
  error?: PublishError;
}

/** What Google's own client sends again (publisher_client_config.json). */
const TRANSIENT: ReadonlySet<unknown> = new Set([
  status.CANCELLED,
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.INTERNAL,
  status.UNAVAILABLE,
]);
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
const GIVE_UP_MS = 600_000;

/**
 * Publishes batches, several requests at once, and each again until it is confirmed. Never throws for what Pub/Sub says:
 * the answer tells it. A request that failed may have arrived all the same, so that sending again can make duplicates.
 */
export async function publishAll(
  batches: AsyncIterable<readonly Uint8Array[]>,
  publisher: Publisher,
  options: PublishOptions,
): Promise<Published> {
  const published: Published = { confirmed: 0, unconfirmed: 0, retried: 0 };
  const onTheirWay: Promise<Outcome>[] = [];

  const settleOldest = async () => {
    const outcome = await onTheirWay.shift()!;
    if ("error" in outcome) {
      published.unconfirmed += outcome.messages;
      published.error ??= outcome.error;
    } else {
      published.confirmed += outcome.ids.length;
      await options.onConfirmed(outcome.ids);
    }
  };

  for await (const batch of batches) {
    onTheirWay.push(publishOne(batch, publisher, options, published));
    if (onTheirWay.length >= options.inFlight) await settleOldest();
    if (published.error) break;
  }
  while (onTheirWay.length > 0) await settleOldest();
  return published;
}

type Outcome = { readonly ids: readonly string[] } | { readonly error: PublishError; readonly messages: number };

async function publishOne(
  batch: readonly Uint8Array[],
  publisher: Publisher,
  { clock, signal, onRetry }: PublishOptions,
  counts: { retried: number },
): Promise<Outcome> {
  const start = clock.now();
  const mayGoOn = () => !signal.aborted && clock.now() - start < GIVE_UP_MS;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return { ids: await publisher.publish(batch) };
    } catch (thrown) {
      const error = publishError(thrown);
      if (error.code !== "given_up" || !mayGoOn()) return { error, messages: batch.length };
      onRetry(error.message);
      await clock.sleep(wait, signal);
      if (!mayGoOn()) return { error, messages: batch.length };
      counts.retried++;
    }
  }
}

function publishError(error: unknown): PublishError {
  const { code, details, message } = error as { code?: number; details?: string; message?: string };
  const text = (details || message || String(error)).split("\n")[0]!;
  if (code === status.NOT_FOUND) return new PublishError("no_topic", text);
  if (code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED) {
    return new PublishError("no_permission", text);
  }
  return new PublishError(TRANSIENT.has(code) ? "given_up" : "refused", text);
}
