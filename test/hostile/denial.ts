/**
 * `make denial`: what hostile messages cost, in time and memory. Fails where one takes more than 50 × the median time of its size, or keeps
 * more than 30 × its size. Times are of this machine and this minute: three rounds, the best of each counts.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expressions } from "./expressions";
import { growthOf, isLinear } from "./growth";
import { SHAPES } from "./shapes";
import { type Through, throughPipeline } from "./through";
import { loadTableSchema } from "../../schemas/load";

const SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const MOST_TIMES = 50;
const MOST_MEMORY = 30;
const ROUNDS = 3;
/** Together with others of its kind a small message is weighed, as in a batch: alone it is less than what V8 leaves lying. */
const WEIGHED_BYTES = 1_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

interface Cost {
  readonly shape: string;
  readonly bytes: number;
  readonly ms: number;
  readonly memory: number;
}

function costOf(shape: string, data: Buffer, run: (data: Buffer) => Through): Cost {
  let [ms, memory] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    collect();
    const from = process.cpuUsage();
    run(data);
    const { user, system } = process.cpuUsage(from);
    ms = Math.min(ms, (user + system) / 1000);
    memory = Math.min(memory, weight(data, run));
  }
  return { shape, bytes: data.length, ms, memory };
}

/**
 * How much higher the heap stands with what was made of one message: for a large one with all that was thrown away on the way, for a small one
 * without, which is what it keeps until it is written.
 */
function weight(data: Buffer, run: (data: Buffer) => Through): number {
  const count = Math.ceil(WEIGHED_BYTES / data.length);
  const made: unknown[] = [];
  collect();
  const before = process.memoryUsage();
  for (let i = 0; i < count; i++) made.push(run(data).made);
  if (count > 1) collect();
  const after = process.memoryUsage();
  return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / made.length;
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

function main(): void {
  let failed = 0;
  for (const file of ["schemas/cc_account_info.json", "test/schemas/every_type.json"]) {
    const schema = loadTableSchema(file);
    for (const bytes of SIZES) {
      const costs = Object.entries(SHAPES).map(([shape, make]) => costOf(shape, make(bytes), throughPipeline(schema)));
      const usual = Math.max(median(costs.map(({ ms }) => ms)), 0.05);
      const slowest = costs.reduce((a, b) => (a.ms > b.ms ? a : b));
      const largest = costs.reduce((a, b) => (a.memory / a.bytes > b.memory / b.bytes ? a : b));
      console.log(
        `${file} ${bytes} bytes: median ${usual.toFixed(2)} ms; ` +
          `${(slowest.ms / usual).toFixed(1)} × by ${slowest.shape}; ${(largest.memory / largest.bytes).toFixed(1)} × its size by ${largest.shape}`,
      );
      for (const { shape, ms, memory, bytes: size } of costs) {
        if (ms <= MOST_TIMES * usual && memory <= MOST_MEMORY * size) continue;
        failed += 1;
        console.error(`  too dear: ${shape}: ${ms.toFixed(1)} ms, ${(memory / size).toFixed(1)} × its size`);
      }
    }
  }
  failed += notLinear();
  if (failed > 0) process.exitCode = 1;
}

/** The rooms whose expressions see what a message holds. */
const MEETS_MESSAGES = /^(?:schemas|transforms|deploy\/operate)\//;

function notLinear(): number {
  const all = expressions().filter(({ at }) => MEETS_MESSAGES.test(at));
  const wrong = all.filter((one) => !isLinear(growthOf(one)));
  console.log(`${all.length} regular expressions meet messages, ${wrong.length} are not linear`);
  for (const { at, source } of wrong) console.error(`  not linear: ${at} /${source}/`);
  return wrong.length;
}

main();
