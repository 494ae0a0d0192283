import type { CallFault, On } from "./scenario";

/** Which call goes wrong, and what came to pass. */
export class Faults {
  readonly fired: Record<string, number> = {};
  private readonly calls: Partial<Record<On, number>> = {};

  constructor(private readonly planned: readonly CallFault[]) {}

  next(on: On): string | undefined {
    const call = this.calls[on] ?? 0;
    this.calls[on] = call + 1;
    const fault = this.planned.find((one) => one.on === on && call >= one.call && call < one.call + one.times);
    if (fault !== undefined) this.count(`${on}: ${fault.what}`);
    return fault?.what;
  }

  count(what: string): void {
    this.fired[what] = (this.fired[what] ?? 0) + 1;
  }
}
