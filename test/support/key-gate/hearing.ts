/**
 * What a service has heard of a key: it goes by what was so `delayMs` ago. Cloud KMS publishes no bound: a disabled version "usually" stops
 * within a minute, exceptionally within hours [Cloud KMS resource consistency].
 */
import type { Refused } from "../fake-cloud/refused";

/** Undefined: the key may be used. */
export type Verdict = Refused | undefined;

export interface HearingOptions {
  readonly delayMs: number;
  readonly now?: () => number;
}

interface Heard {
  verdict: Verdict;
  /** What has been so for a while, and is not yet heard. */
  coming?: { readonly verdict: Verdict; readonly since: number };
}

export class Hearing {
  private readonly heard = new Map<string, Heard>();
  private readonly listeners = new Set<() => void>();

  /** `truth`: whether the service may use what lies under the key of this resource now. */
  constructor(
    private readonly truth: (resource: string) => Verdict,
    private readonly options: HearingOptions,
  ) {}

  /** What the service goes by. */
  of(resource: string): Verdict {
    const now = (this.options.now ?? Date.now)();
    const verdict = this.truth(resource);
    const known = this.heard.get(resource);
    if (known === undefined) {
      this.heard.set(resource, { verdict });
      return verdict;
    }
    if (isSame(verdict, known.verdict)) delete known.coming;
    else if (known.coming === undefined || !isSame(known.coming.verdict, verdict))
      known.coming = { verdict, since: now };
    if (known.coming !== undefined && now - known.coming.since >= this.options.delayMs) {
      known.verdict = known.coming.verdict;
      delete known.coming;
    }
    return known.verdict;
  }

  /** Calls `listener` at each `listen` until the answer of this is called. */
  onListen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Looks at every key that was asked for: to be called often. */
  listen(): void {
    for (const resource of this.heard.keys()) this.of(resource);
    for (const listener of [...this.listeners]) listener();
  }
}

const isSame = (a: Verdict, b: Verdict) => a?.message === b?.message && a?.status === b?.status;
