/**
 * `make torture-prism`: for each seed one run of the staged graph on Beam's Prism, in which a worker is killed, and before them a run of each
 * graph in which none is. Exit 1 where anything is invented, changed or there more often than is promised, a job that lacks messages is said
 * to be done, or a run with nothing killed is not whole. What Prism loses, and of which jobs it never says that they have ended, is counted.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Methods } from "../../../pipeline/composites/methods";
import { runIfMain, sayer, whole } from "../command";
import { type StandIns, startStandIns } from "../real/stand-ins";
import { line, text } from "./report";
import { type PrismOutcome, runPrism } from "./run";
import { controlOf, drawPrismScenario, type PrismScenario, WAYS } from "./scenario";

const say = sayer("torture-prism");
const OUT = "build/torture/prism";

/** Those that READ and METHOD leave. */
function ways(): readonly Methods[] {
  const { READ, METHOD } = process.env;
  const left = WAYS.filter(({ read, write }) => (!READ || read === READ) && (!METHOD || write === METHOD));
  if (left.length > 0) return left;
  const known = WAYS.map(({ read, write }) => `READ=${read} METHOD=${write}`);
  throw new Error(`READ=${READ ?? ""} METHOD=${METHOD ?? ""}: give one of ${known.join("; ")}`);
}

/** First a control of each graph that is among them. */
export function planned(drawn: readonly PrismScenario[]): PrismScenario[] {
  const firsts = drawn.filter(
    (one, at) => at === drawn.findIndex(({ methods }) => methods.write === one.methods.write),
  );
  return [...firsts.map(controlOf), ...drawn];
}

async function main(): Promise<number> {
  const [runs, seed, messages] = [whole("RUNS", 10, 1), whole("SEED", 1, 0), whole("MESSAGES", 2000, 10)];
  const given = ways();
  const scenarios = planned(Array.from({ length: runs }, (_, at) => drawPrismScenario(seed + at, messages, given)));
  // What a stand-in keeps in files goes with the next torture, where this one was killed.
  rmSync(OUT, { recursive: true, force: true });
  process.env.TMPDIR = resolve(OUT, "tmp");
  mkdirSync(process.env.TMPDIR, { recursive: true });
  const standIns = await startStandIns();
  const done: [PrismScenario, PrismOutcome][] = [];
  let failed = 0;
  try {
    for (const scenario of scenarios) {
      const outcome = await attempted(scenario, standIns);
      if (outcome === undefined) failed += 1;
      else done.push([scenario, outcome]);
    }
  } finally {
    await standIns.stop();
    rmSync(process.env.TMPDIR, { recursive: true });
  }
  const all = done.map(([scenario, outcome]) => ({ scenario, ...outcome }));
  writeFileSync(`${OUT}/summary.json`, `${JSON.stringify(all, null, 2)}\n`);
  process.stdout.write(text(done));
  return failed > 0 || done.some(([, { broken }]) => Object.keys(broken).length > 0) ? 1 : 0;
}

/** Undefined where it could not be run: a defect of ours, or a stand-in that gave up. It is seen, and fails the torture. */
async function attempted(scenario: PrismScenario, standIns: StandIns): Promise<PrismOutcome | undefined> {
  const { seed, kill, methods, messages } = scenario;
  const logs = `${OUT}/${kill === undefined ? `control-${methods.write}` : `seed-${seed}`}`;
  const { READ = "", METHOD = "" } = process.env;
  const again = `make torture-prism RUNS=1 SEED=${seed} MESSAGES=${messages} READ=${READ} METHOD=${METHOD}`;
  try {
    const outcome = await runPrism(scenario, standIns, logs);
    say(line(scenario, outcome));
    const broken = Object.entries(outcome.broken).map(([what, ids]) => `${what} (${ids.length})`);
    if (broken.length > 0) say(`FAILED: ${broken.join(", ")}. Logs: ${logs}. Again: ${again}`);
    return outcome;
  } catch (error) {
    say(`FAILED, seed ${seed}: ${(error as Error).message}. Logs: ${logs}. Again: ${again}`);
    return undefined;
  }
}

runIfMain(module, say, main);
