import type { Clock } from "./clock";

/** Pub/Sub takes 1,000 messages and 10 MB in one request; half of that leaves room for what the request adds. */
const MOST_MESSAGES = 1000;
const MOST_BYTES = 5_000_000;
/** How long a batch gathers where messages come at a rate. */
const GATHERING_SECONDS = 0.05;

export interface BatchOptions {
  /** Messages in all. */
  readonly count: number;
  /** Messages a second; Infinity for as many as can be. */
  readonly rate: number;
  readonly clock: Clock;
  /** Ends the batches early. */
  readonly signal: AbortSignal;
}

/** Draws messages in batches that fit into one publish request, none before it is due by the rate. */
export async function* batches(
  next: () => Uint8Array,
  { count, rate, clock, signal }: BatchOptions,
): AsyncGenerator<Uint8Array[]> {
  const start = clock.now();
  const size = Math.max(1, Math.min(MOST_MESSAGES, Math.ceil(rate * GATHERING_SECONDS)));
  let carried: Uint8Array | undefined;
  for (let drawn = 0; drawn < count; ) {
    const early = start + (drawn / rate) * 1000 - clock.now();
    if (early > 0) await clock.sleep(early, signal);
    if (signal.aborted) return;
    const batch: Uint8Array[] = [];
    for (let bytes = 0; batch.length < size && drawn < count; ) {
      const message: Uint8Array = carried ?? next();
      carried = undefined;
      bytes += message.length;
      if (bytes > MOST_BYTES && batch.length > 0) {
        carried = message;
        break;
      }
      batch.push(message);
      drawn++;
    }
    yield batch;
  }
}
