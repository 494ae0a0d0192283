/** Contestants run one after the other, round after round, so that a noisy minute hits all of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** Does a fixed amount of work; answers units a second, or the number of units, which are divided by its wall time. */
export type Contestant = () => Promise<Score> | Score | number | Promise<number>;
export interface Score {
  readonly perSecond: number;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Result {
  readonly name: string;
  readonly perSecond: Spread;
  /** To the reference, round by round. */
  readonly ratio: Spread;
}

/** `rounds` rounds after one that does not count. The ratios are to the contestant `reference`. */
export async function interleave(
  contestants: Readonly<Record<string, Contestant>>,
  { rounds, reference, warmUp = 1 }: { rounds: number; reference: string; warmUp?: number },
): Promise<Result[]> {
  const scores: Record<string, number[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      const score = await scoreOf(contestant);
      if (round >= 0) scores[name]!.push(score);
    }
  }
  return Object.entries(scores).map(([name, list]) => ({
    name,
    perSecond: spread(list),
    ratio: spread(list.map((score, i) => score / scores[reference]![i]!)),
  }));
}

async function scoreOf(contestant: Contestant): Promise<number> {
  const from = performance.now();
  const result = await contestant();
  return typeof result === "number" ? (result * 1000) / (performance.now() - from) : result.perSecond;
}

/** Of figures of several rounds. */
export function spread(list: readonly number[]): Spread {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)]!;
  return { min: at(0), median: at(0.5), max: at(1) };
}

/** Prints a table and keeps it as `build/bench/<name>.json`, with the machine that it was measured on. */
export function report(name: string, unit: string, results: readonly Result[]): void {
  process.stdout.write(`\n${name} (${unit}; ratios to ${results[0]!.name}, min / median / max of the rounds)\n`);
  for (const { name: contestant, perSecond, ratio } of results) {
    const ratios = [ratio.min, ratio.median, ratio.max].map((value) => value.toFixed(2)).join(" / ");
    const rate = Math.round(perSecond.median).toLocaleString("en");
    process.stdout.write(`  ${contestant.padEnd(44)} ${rate.padStart(11)}/s   ${ratios}\n`);
  }
  mkdirSync("build/bench", { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem(), node: process.version };
  const file = `build/bench/${name.replaceAll(/\W+/g, "-")}.json`;
  writeFileSync(file, `${JSON.stringify({ name, unit, at: new Date().toISOString(), machine, results }, null, 2)}\n`);
}
