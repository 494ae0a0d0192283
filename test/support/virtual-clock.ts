import type { Clock } from "../../pipeline/runners/clock";

/** A clock that stands still until everybody sleeps, and then goes to the next one who wakes. */
export class VirtualClock implements Clock {
  private time = 0;
  private sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  /** A millisecond at least, as by Node's timers: less may add nothing to a large time. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        this.sleepers = this.sleepers.filter((one) => one.wake !== wake);
        resolve();
      };
      signal?.addEventListener("abort", wake);
      this.sleepers.push({ at: this.time + (ms > 0 ? Math.max(ms, 1) : 0), wake });
    });
  }

  /** Lets `work` go on, turning the clock whenever nothing else can happen. Fails where all wait for ever. */
  async until<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const mark = () => {
      ended = true;
    };
    work.then(mark, mark);
    for (let idle = 0; !ended; ) {
      await new Promise((resolve) => setImmediate(resolve));
      if (ended) break;
      const next = this.sleepers.sort((a, b) => a.at - b.at)[0];
      if (next === undefined) {
        idle += 1;
        if (idle > 100) throw new Error("everything waits and nobody sleeps");
        continue;
      }
      idle = 0;
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
    return work;
  }
}
