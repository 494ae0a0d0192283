/**
 * `make bench-worker`: our worker, from the folder of its image, beside Python's and beside the least that Node can do, on one stage. It
 * prints its tables as Markdown and keeps them in build/bench/worker.md. BENCH=throughput,small,memory,idle,two chooses some; ROUNDS,
 * COUNT (elements of a bundle) and IDLE (seconds) change how often, how much and how long. Processor time is the whole process'.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { type Spread, spread } from "../harness";
import { blockedSink, idling, nameOf, smallBundles, throughput, twoWorkers } from "./measures";
import { type Kind, PYTHON } from "./processes";
import { markdown } from "../markdown";
import { prepareNodes } from "../../support/nodes";

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const COUNT = Number(process.env.COUNT ?? 100_000);
const IDLE = Number(process.env.IDLE ?? 60);

const OURS: Kind[] = [
  { what: "ours", node: 20 },
  { what: "ours", node: 24 },
];
const LIMITS: Kind[] = [
  { what: "behind grpc-js", node: 20 },
  { what: "behind grpc-js", node: 24 },
];
const PYTHONS: Kind[] = existsSync(PYTHON) ? [{ what: "Python" }] : [];

const { say, row, table, text } = markdown();

const shown = ({ min, median, max }: Spread) => [min, median, max].map((value) => value.toFixed(2)).join(" / ");
/** Round by round: what a noisy minute did to both is left out. */
const ratio = (over: readonly number[], under: readonly number[]) => spread(over.map((value, i) => value / under[i]!));

const benches: Record<string, () => Promise<void>> = {
  async throughput() {
    const found = await throughput([...OURS, ...LIMITS, ...PYTHONS], COUNT, ROUNDS);
    table(`bundles of ${COUNT}: µs of processor time an element`, "min / median / max");
    for (const [name, values] of Object.entries(found)) row(name, shown(spread(values)));
    table("ratio, round by round", "goal", "min / median / max");
    for (const [node, goal] of [
      [20, "≤ 0.55"],
      [24, "≤ 0.40"],
    ] as const) {
      const ours = found[`ours, Node ${node}`]!;
      if (found.Python) row(`ours ÷ Python, Node ${node}`, goal, shown(ratio(ours, found.Python)));
      row(`behind grpc-js ÷ ours, Node ${node}`, "≥ 0.85", shown(ratio(found[`behind grpc-js, Node ${node}`]!, ours)));
    }
  },

  async small() {
    table(
      "bundles of",
      "worker",
      "CPU ms a bundle, min / median / max",
      "÷ Python",
      "median ms",
      "÷ Python (both ≤ 0.25)",
    );
    for (const size of [1, 10, 100]) {
      const found = await smallBundles([...OURS, ...PYTHONS], size, 500, ROUNDS);
      for (const [name, { cpu, latency }] of Object.entries(found)) {
        const took = spread(latency).median;
        const toCpu = found.Python ? (spread(cpu).median / spread(found.Python.cpu).median).toFixed(2) : "";
        const toLatency = found.Python ? (took / spread(found.Python.latency).median).toFixed(2) : "";
        row(size, name, shown(spread(cpu)), toCpu, took.toFixed(2), toLatency);
      }
    }
  },

  async memory() {
    table(`a bundle of ${10 * COUNT}, sink blocked for 6 s`, "MB while blocked", "MB at most (goal ≤ 200)");
    for (const kind of [...OURS, ...PYTHONS]) {
      const { blocked, most } = await blockedSink(kind, 10 * COUNT, 6);
      row(nameOf(kind), Math.round(blocked), Math.round(most));
    }
  },

  async idle() {
    const { before, after } = await idling(OURS, COUNT, ROUNDS, IDLE);
    table(`${IDLE} s idle: µs an element`, "before", "after", "medians, after ÷ before (goal ≤ 1.15)");
    for (const [name, values] of Object.entries(before)) {
      const [one, other] = [spread(values), spread(after[name]!)];
      row(name, shown(one), shown(other), (other.median / one.median).toFixed(2));
    }
  },

  async two() {
    table("two workers at once: µs an element", "one alone", "two", "medians, two ÷ one (goal ≤ 1.05)");
    for (const kind of OURS) {
      const { one, two } = await twoWorkers(kind, COUNT, ROUNDS);
      row(nameOf(kind), shown(spread(one)), shown(spread(two)), (spread(two).median / spread(one).median).toFixed(2));
    }
  },
};

async function main(): Promise<void> {
  prepareNodes();
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  say(
    `${new Date().toISOString()}: ${cpus().length} × ${cpus()[0]?.model}, ${gigabytes} GB, driver on Node ${process.version}`,
  );
  say(`ROUNDS=${ROUNDS} COUNT=${COUNT} IDLE=${IDLE}; load before: ${loadavg()[0]!.toFixed(1)}`);
  if (PYTHONS.length === 0) say("Python's Beam is not installed (make python): left out.");
  for (const name of process.env.BENCH?.split(",") ?? Object.keys(benches)) await benches[name]!();
  say();
  say(`Load after: ${loadavg()[0]!.toFixed(1)}.`);
  mkdirSync("build/bench", { recursive: true });
  writeFileSync("build/bench/worker.md", text());
}

main()
  .catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  })
  // Runners and workers of a bench that failed are left: they end with this process.
  .finally(() => process.exit());
