/**
 * What was taken away works for the services until they have heard of it: a version that is disabled, a grant that is gone. What is given
 * back works at once. [Cloud KMS resource consistency]
 */
export class Lag {
  /** Of a version that was disabled. */
  versionsMs = 0;
  /** Of a policy of a key, a key ring or a project that was changed. */
  grantsMs = 0;
  private readonly until = new Map<string, { readonly ms: number; readonly was: unknown }>();

  /** `was` is what the services still see of `name`. */
  hold(name: string, ms: number, was: unknown): void {
    if (ms > 0 && this.held(name) === undefined) this.until.set(name, { ms: Date.now() + ms, was });
  }

  /** What is given back is known at once. */
  forget(name: string): void {
    this.until.delete(name);
  }

  /** What the services still see; undefined where they have heard. */
  held(name: string): unknown {
    const held = this.until.get(name);
    if (held === undefined) return undefined;
    if (Date.now() < held.ms) return held.was;
    this.until.delete(name);
    return undefined;
  }
}
