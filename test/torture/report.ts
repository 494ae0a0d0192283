/** What all runs came to, and how often each fault came to pass. */
import type { Outcome } from "./model/run";
import type { RealOutcome } from "./real/run";
import type { RealScenario } from "./real/scenario";

interface Side {
  runs: number;
  failed: number;
  published: number;
  fired: Record<string, number>;
  violations: Record<string, number>;
}

const side = (): Side => ({ runs: 0, failed: 0, published: 0, fired: {}, violations: {} });

export class Report {
  private readonly ofModel = side();
  private readonly ofReal = { ...side(), rows: 0, deadLetters: 0, starts: 0, bySink: {} as Record<string, number> };
  private readonly skipped: Record<string, number> = {};

  get failed(): number {
    return this.ofModel.failed + this.ofReal.failed;
  }

  /** Answers whether something is broken. */
  modelled(outcome: Outcome): boolean {
    return add(this.ofModel, outcome);
  }

  real({ sink }: RealScenario, outcome: RealOutcome): boolean {
    const { ofReal } = this;
    ofReal.rows += outcome.rows;
    ofReal.deadLetters += outcome.letters;
    ofReal.starts += outcome.starts;
    plus(ofReal.bySink, sink, 1);
    for (const what of outcome.skipped) plus(this.skipped, what, 1);
    return add(ofReal, outcome);
  }

  summary() {
    return { modelled: this.ofModel, real: this.ofReal, skipped: this.skipped };
  }

  text(): string {
    const { ofModel, ofReal } = this;
    const sinks = Object.entries(ofReal.bySink).map(([sink, runs]) => `${runs} to ${sink}`);
    return [
      `modelled   ${ofModel.runs} runs, ${ofModel.failed} failed, ${ofModel.published} messages`,
      ...table(ofModel.fired),
      `real       ${ofReal.runs} runs (${sinks.join(", ")}), ${ofReal.failed} failed, ${ofReal.starts} starts of the pipeline`,
      `           ${ofReal.published} published, ${ofReal.rows} rows, ${ofReal.deadLetters} dead letters`,
      ...table(ofReal.fired),
      ...["lost", "invented row", "invented dead letter", "doubled row"].map(
        (what) => `${what.padEnd(22)} ${(ofModel.violations[what] ?? 0) + (ofReal.violations[what] ?? 0)}`,
      ),
      ...Object.entries(this.skipped).map(([what, count]) => `SKIPPED ${count} times: ${what}`),
      "",
    ].join("\n");
  }
}

function add(side: Side, { broken, fired, published }: Pick<Outcome, "broken" | "fired" | "published">): boolean {
  const isBroken = Object.keys(broken).length > 0;
  side.runs += 1;
  side.failed += isBroken ? 1 : 0;
  side.published += published;
  for (const [what, count] of Object.entries(fired)) plus(side.fired, what, count);
  for (const [what, ids] of Object.entries(broken)) plus(side.violations, what, ids.length);
  return isBroken;
}

function plus(counts: Record<string, number>, what: string, count: number): void {
  counts[what] = (counts[what] ?? 0) + count;
}

const table = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `  ${String(count).padStart(7)}  ${what}`);
