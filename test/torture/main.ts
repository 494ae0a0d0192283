/**
 * `make torture`: for each seed some runs of the stream in a modelled world, on a virtual clock, and one of the product's own process between
 * gates that do harm. Exit 1 where anything is lost, invented, doubled or changed; what failed is printed with the command that does it again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { runIfMain, sayer, whole } from "./command";
import { type Outcome, runScenario } from "./model/run";
import { drawScenario } from "./model/scenario";
import { type RealOutcome, runReal } from "./real/run";
import { drawRealScenario } from "./real/scenario";
import { type StandIns, startStandIns } from "./real/stand-ins";
import { Report } from "./report";

const say = sayer("torture");
const OUT = "build/torture";

/** The seeds of the modelled scenarios that belong to a run. */
export const modelledSeeds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, at) => seed * 1000 + at);

async function main(): Promise<number> {
  const [runs, seed] = [whole("RUNS", 20, 1), whole("SEED", 1, 0)];
  const [modelled, real] = [whole("MODELLED", 50, 0), whole("REAL", 1, 0)];
  const sideBySide = whole("SIDE_BY_SIDE", 6, 1);
  const seeds = Array.from({ length: runs }, (_, at) => seed + at);
  const report = new Report();
  say(
    `seeds ${seed} to ${seed + runs - 1}: of each ${modelled} modelled scenarios and ${real > 0 ? "one real run" : "no real run"}`,
  );

  await allModelled(seeds, modelled, report);
  if (real > 0) {
    const standIns = await startStandIns();
    try {
      await allReal(seeds, standIns, sideBySide, report);
    } finally {
      await standIns.stop();
    }
  }
  mkdirSync(OUT, { recursive: true });
  writeFileSync(`${OUT}/summary.json`, `${JSON.stringify({ seed, runs, ...report.summary() }, null, 2)}\n`);
  process.stdout.write(report.text());
  return report.failed > 0 ? 1 : 0;
}

async function allModelled(seeds: readonly number[], count: number, report: Report): Promise<void> {
  for (const [at, seed] of seeds.entries()) {
    for (const one of modelledSeeds(seed, count)) {
      const scenario = drawScenario(one);
      const outcome = await runScenario(scenario);
      if (report.modelled(outcome)) failed(seed, `modelled-${one}`, { scenario, ...outcome });
    }
    if (at % 20 === 19) say(`modelled: ${at + 1} of ${seeds.length} seeds`);
  }
}

/** Some side by side: each waits for leases more than it works. */
async function allReal(
  seeds: readonly number[],
  standIns: StandIns,
  sideBySide: number,
  report: Report,
): Promise<void> {
  const left = [...seeds];
  let done = 0;
  const work = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const scenario = drawRealScenario(seed);
      const outcome = await runReal(scenario, standIns).catch(notRun);
      if (report.real(scenario, outcome)) failed(seed, `real-${seed}`, { scenario, ...outcome });
      done += 1;
      const { published, rows, letters, starts, seconds } = outcome;
      say(
        `real ${done} of ${seeds.length}: seed ${seed}, ${scenario.sink}, ${published} published, ${rows} rows, ${letters} dead letters, ` +
          `${starts} starts, ${seconds} s: ${Object.keys(outcome.fired).join(", ") || "no fault came to pass"}`,
      );
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
}

/** A defect of ours, or a stand-in that gave up: it fails its own run, and is seen. */
const notRun = (error: Error): RealOutcome => ({
  ...{ broken: { "the run failed": [error.stack ?? error.message] }, fired: {}, skipped: [] },
  ...{ published: 0, rows: 0, letters: 0, starts: 0, seconds: 0, log: "" },
});

/** `found`: without a value of a message, but for the generated ones' kinds. */
function failed(
  seed: number,
  name: string,
  found: { readonly scenario: object; readonly broken: Outcome["broken"] },
): void {
  mkdirSync(OUT, { recursive: true });
  const file = `${OUT}/${name}.json`;
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  const what = Object.entries(found.broken).map(([violation, ids]) => `${violation} (${ids.length})`);
  say(`FAILED ${name}: ${what.join(", ")}. Everything of it: ${file}. Again: make torture RUNS=1 SEED=${seed}`);
}

runIfMain(module, say, main);
