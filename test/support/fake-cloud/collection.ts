import { Refused } from "./refused";

/** Things of one kind by their full name. What is missing, or there already, is said as its API says it. */
export class Collection<T extends object> {
  private readonly all = new Map<string, T>();

  constructor(
    private readonly missing: (name: string) => string,
    private readonly exists: (name: string) => string = (name) => `Resource already exists: ${name}`,
    /** The reason of the APIs that give one. */
    private readonly existsReason?: string,
  ) {}

  /** Throws Refused: ALREADY_EXISTS. */
  add(name: string, value: T): T {
    if (this.all.has(name)) {
      throw new Refused("ALREADY_EXISTS", this.exists(name), {
        ...(this.existsReason && { reason: this.existsReason }),
      });
    }
    return this.set(name, value);
  }

  /** A field that is undefined is one that was taken away. */
  set(name: string, value: T): T {
    const kept = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
    this.all.set(name, kept);
    return kept;
  }

  find(name: string): T | undefined {
    return this.all.get(name);
  }

  /** Throws Refused: NOT_FOUND. */
  get(name: string): T {
    const found = this.all.get(name);
    if (found === undefined) throw new Refused("NOT_FOUND", this.missing(name));
    return found;
  }

  /** Replaces fields of one that is there. Throws Refused: NOT_FOUND. */
  change(name: string, fields: Partial<T>): T {
    return this.set(name, { ...this.get(name), ...fields });
  }

  /** Throws Refused: NOT_FOUND. */
  remove(name: string): T {
    const found = this.get(name);
    this.all.delete(name);
    return found;
  }

  /** Those directly or further below `prefix`, by name. */
  below(prefix: string): T[] {
    return this.names()
      .filter((name) => name.startsWith(prefix))
      .map((name) => this.get(name));
  }

  names(): string[] {
    return [...this.all.keys()].sort();
  }
}
