/** The rounds of a comparison, one after the other, each on record as it ends. */
import { type Bench, type Limit, measure } from "./bench";
import type { Load } from "./measured";
import { orderOf } from "./order";
import { type Comparison, readComparison, resumed, type Setting, writeComparison } from "./record";
import { TITLES } from "./variants";

export interface Running {
  readonly folder: string;
  readonly rounds: number;
  readonly tell: (what: string) => void;
}

/** Throws CompareError. What was measured before it stopped stays on record. */
export async function runRounds(
  bench: Bench,
  setting: Setting,
  load: Load & Limit,
  { folder, rounds, tell }: Running,
): Promise<Comparison> {
  let comparison = resumed(readComparison(folder), setting, bench.now());
  const done = new Set(comparison.measured.map(({ round }) => round));
  if (done.size > 0) tell(`${done.size} rounds are on record: it goes on behind them`);
  if (comparison.torn.length > 0)
    tell(`${comparison.torn.length} measurements of torn rounds are held against nothing`);
  writeComparison(folder, comparison);
  for (let round = 1; round <= rounds; round++) {
    if (done.has(round)) continue;
    for (const variant of orderOf(round, setting.seed)) {
      const of = `round ${round} of ${rounds}, ${TITLES[variant]}`;
      const measured = await measure(bench, { variant, round }, load, (what) => tell(`${of}: ${what}`));
      comparison = { ...comparison, measured: [...comparison.measured, measured] };
      writeComparison(folder, comparison);
      const { p50, p95, p99 } = measured.steady.delays;
      const delays = [p50, p95, p99].map((seconds) => seconds.toFixed(2)).join(", ");
      tell(`${of}: ${measured.backlog.messagesPerSecond.toFixed(0)} messages/s; delay ${delays} s (p50, p95, p99)`);
    }
  }
  return comparison;
}
