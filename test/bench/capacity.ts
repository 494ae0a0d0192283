/**
 * `make bench-capacity`: what rate one core holds, and where delay bends: the DirectRunner's process, and one SDK worker. The offered rate doubles
 * until it is no longer held. Then what a row costs each of our writers. HOLD is the seconds of each rate, BUNDLE messages of a worker's bundle.
 * Prints Markdown and keeps it in build/bench/capacity.md. The first figure is processor time a message, by /proc: other programs move it least.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { type Cost, costOf, isOver, kneeOf, oneCore, type Step } from "./capacity/knee";
import { directStep, started } from "./capacity/direct";
import { bundleOf, workerStep } from "./capacity/worker";
import { writers } from "./capacity/writers";
import { numberOf, SettingError } from "./soak/settings";
import { median } from "./soak/statistics";
import { ANSWER_AFTER_MS, startTraffic } from "./soak/traffic";
import { markdown } from "./markdown";
import { type Kind, WorkerProcess } from "./worker/processes";
import { MissingTool } from "../support/emulators/process";
import { prepareNodes } from "../support/nodes";
import { loadTableSchema } from "../../schemas/load";

const FOLDER = "build/bench/capacity";
const SIZES = [0, 2000, 8000];
const DIRECT = { from: 500, to: 32_000, costAt: 500 };
const WORKER = { from: 5000, to: 640_000, sizeBundle: 1000, sizeRounds: 5 };
const WRITES = { batches: [10, 100, 500], rounds: 3 };
const SCHEMA = "schemas/cc_account_info.json";
const KIND: Kind = { what: "ours", node: 24 };

const { say, row, table, text } = markdown();
const whole = (value: number) => Math.round(value).toLocaleString("en");

async function main(): Promise<void> {
  const [seconds, bundle] = [numberOf("HOLD", 8), numberOf("BUNDLE", 100)];
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  say(
    `${new Date().toISOString()}: ${cpus().length} × ${cpus()[0]?.model}, ${gigabytes} GB; HOLD=${seconds} BUNDLE=${bundle}`,
  );
  say(`Load before: ${loadavg()[0]!.toFixed(1)}.`);
  await direct(seconds);
  await worker(seconds, bundle);
  await write();
  say();
  say(`Load after: ${loadavg()[0]!.toFixed(1)}.`);
  writeFileSync(`${FOLDER}.md`, text());
}

async function direct(seconds: number): Promise<void> {
  say();
  say(`## DirectRunner, Node ${process.version}, insertAll to a stand-in that answers after ${ANSWER_AFTER_MS} ms`);
  const holding = { seconds, warmUp: 4 };
  const steps = await withTraffic(0, async (traffic) => {
    return await ladder(DIRECT.from, DIRECT.to, (rate) => directStep(traffic, rate, holding));
  });
  tellSteps(steps);
  table("bytes a message, at least", `µs of processor time a message, at ${DIRECT.costAt}/s`);
  const points = [];
  for (const bytes of SIZES) {
    const { cpuMicros } = await withTraffic(bytes, (traffic) => directStep(traffic, DIRECT.costAt, holding));
    points.push({ bytes: bytes || GENERATED, cpuMicros });
    row(bytes || `${GENERATED}, as generated`, whole(cpuMicros));
  }
  tellCost(costOf(points));
}

/** The generator's, on average. */
const GENERATED = bundleOf(1000, 0).bytes;

const withTraffic = async <T>(
  bytes: number,
  work: (traffic: Awaited<ReturnType<typeof startTraffic>>) => Promise<T>,
) => {
  const traffic = await startTraffic({ folder: FOLDER, sink: "stand-in", invalid: 0, seed: 1, bytes });
  return await started(traffic)
    .then(() => work(traffic))
    .finally(() => traffic.stop());
};

async function worker(seconds: number, size: number): Promise<void> {
  say();
  say(`## One SDK worker, Node 24: message to row, bundles of ${size} one by one; reading and writing are others'`);
  prepareNodes();
  const process = await WorkerProcess.start(KIND);
  const bundles = bundleOf(size, 0);
  for (let warm = 0; warm < 300; warm++) await process.bundle(bundles.data);
  tellSteps(await ladder(WORKER.from, WORKER.to, (rate) => workerStep(process, bundles, rate, seconds)));
  table("bytes a message", `µs of processor time a message, bundles of ${WORKER.sizeBundle}`);
  const points = SIZES.map((bytes) => ({ ...bundleOf(WORKER.sizeBundle, bytes), taken: [] as number[] }));
  // In turns: a noisy minute hits all of them.
  for (let round = -1; round < WORKER.sizeRounds; round++) {
    for (const { data, messages, taken } of points) {
      const before = process.cpuSeconds;
      for (let time = 0; time < 20; time++) await process.bundle(data);
      if (round >= 0) taken.push(((process.cpuSeconds - before) * 1e6) / (20 * messages));
    }
  }
  await process.stop();
  const costs = points.map(({ bytes, taken }) => ({ bytes, cpuMicros: median(taken) }));
  for (const { bytes, cpuMicros } of costs) row(whole(bytes), cpuMicros.toFixed(1));
  tellCost(costOf(costs));
}

async function write(): Promise<void> {
  say();
  say("## A row written, Node 24: our writers alone, to stand-ins that keep nothing");
  table("writer", "rows of a batch", "µs of processor time a row, of each round");
  for (const { way, batch, micros } of await writers(loadTableSchema(SCHEMA), WRITES.batches, WRITES.rounds)) {
    row(way, batch, micros.map((one) => one.toFixed(1)).join(", "));
  }
}

async function ladder(from: number, to: number, take: (rate: number) => Promise<Step>): Promise<Step[]> {
  const steps: Step[] = [];
  for (let rate = from; rate <= to && !isOver(steps); rate *= 2) steps.push(await take(rate));
  return steps;
}

function tellSteps(steps: readonly Step[]): void {
  table(
    "offered /s",
    "written /s",
    "more waiting /s",
    "delay p50 / p99, ms",
    "core used",
    "waited for one",
    "µs a message",
    "one whole core, by that, /s",
  );
  for (const { rate, written, growth, delayP50, delayP99, core, waited, cpuMicros } of steps) {
    const delays = `${delayP50.toFixed(1)} / ${delayP99.toFixed(1)}`;
    const cost = [core.toFixed(2), waited.toFixed(2), cpuMicros.toFixed(1), whole(oneCore(cpuMicros))];
    row(whole(rate), whole(written), whole(growth), delays, ...cost);
  }
  const { held, bent } = kneeOf(steps);
  say();
  say(
    `Held: ${held === undefined ? "none of these" : `${whole(held)}/s`}. ${bent ? `Bent at ${whole(bent.rate)}/s: ${bent.why}.` : above(steps, held)}`,
  );
}

const above = (steps: readonly Step[], held = 0) =>
  steps.at(-1)!.rate > held
    ? "What was not held above it tells of the machine: the process waited for a processor."
    : "Nothing bent.";

function tellCost({ micros, microsPerKilobyte }: Cost): void {
  say();
  say(`A message: ${micros.toFixed(1)} µs, and ${microsPerKilobyte.toFixed(2)} µs for each kilobyte.`);
}

mkdirSync(FOLDER, { recursive: true });
main().then(
  () => process.exit(0),
  (error: Error) => {
    const isSaid = error instanceof SettingError || error instanceof MissingTool;
    process.stderr.write(`${isSaid ? error.message : error.stack}\n`);
    process.exit(error instanceof SettingError ? 2 : 1);
  },
);
