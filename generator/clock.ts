import { setTimeout as delay } from "node:timers/promises";

/** Time as the generator knows it: for pacing and waiting only, never for what a record says. */
export interface Clock {
  /** Milliseconds from a start of its own. */
  now(): number;
  /** Waits for so many milliseconds, or until the signal is given. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};
