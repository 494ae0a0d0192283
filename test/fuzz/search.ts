/** The search of one target, on a thread of its own: what is found is told to whoever started it. */
import { parentPort, workerData } from "node:worker_threads";
import { Coverage } from "./coverage";
import { inputOfLine, lineOfInput } from "./corpus";
import { chanceOf, mutated } from "./mutate";
import { type Order, type Told, WINDOW_HEAD } from "./order";
import type { FuzzTarget } from "./target";
import { TARGETS } from "./targets";

/** So many mutants run before V8 is asked what they reached: asking takes longer than running. */
const AT_ONCE = 50;
/** An input of some kilobytes that takes longer is a way to stop a worker. */
const SLOW_MS = 1000;
const AGAIN = 5;
const MOST_FINDINGS = 10;

class Search {
  private readonly head: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly outcomes = new Set<string>();
  private readonly found = new Set<string>();
  private readonly corpus: Uint8Array[] = [];
  private executions = 0;

  constructor(
    private readonly target: FuzzTarget,
    private readonly coverage: Coverage,
    window: SharedArrayBuffer,
  ) {
    this.head = new Int32Array(window, 0, 2);
    this.bytes = new Uint8Array(window, WINDOW_HEAD);
  }

  async run({ corpus, seconds, seed }: Order): Promise<void> {
    const until = Date.now() + seconds * 1000;
    const chance = chanceOf(seed);
    for (const line of corpus) await this.look([inputOfLine(line)]);
    if (this.corpus.length === 0) this.corpus.push(new Uint8Array());
    const given = { corpus: this.corpus, words: this.target.words, most: this.target.most };
    while (Date.now() < until && this.found.size < MOST_FINDINGS) {
      const parent = () => this.corpus[Math.max(chance(this.corpus.length), chance(this.corpus.length))]!;
      await this.look(Array.from({ length: AT_ONCE }, () => mutated(parent(), given, chance)));
    }
    const { executions, coverage } = this;
    tell({ kind: "ended", executions, blocks: coverage.blocks, corpus: this.corpus.map(lineOfInput) });
  }

  /** Keeps those of the inputs that reach what none reached before; which ones these are is found out one by one. */
  private async look(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) if (await this.one(input)) this.corpus.push(input);
    const together = this.coverage.taken();
    if (!this.coverage.isNew(together, false)) return;
    for (const input of inputs) {
      await this.one(input);
      if (this.coverage.isNew(this.coverage.taken(), true) && !this.corpus.includes(input)) this.corpus.push(input);
    }
    this.coverage.isNew(together, true);
  }

  /** Whether its outcome is a new one. */
  private async one(input: Uint8Array): Promise<boolean> {
    this.executions += 1;
    this.bytes.set(input);
    this.head[0] = input.length;
    Atomics.store(this.head, 1, this.executions);
    try {
      const from = performance.now();
      const outcome = await this.target.run(input);
      if (performance.now() - from > SLOW_MS) await this.slow(input);
      if (this.outcomes.has(outcome)) return false;
      this.outcomes.add(outcome);
      return true;
    } catch (error) {
      this.broken(input, error as Error);
      return false;
    }
  }

  /** The quickest of some more, as others may have had the processor. */
  private async slow(input: Uint8Array): Promise<void> {
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < AGAIN && least > SLOW_MS; at++) {
      const from = performance.now();
      await this.target.run(input);
      least = Math.min(least, performance.now() - from);
    }
    if (least > SLOW_MS) this.broken(input, new Error(`it took ${Math.round(least)} ms`));
  }

  /** One finding for each place and text of an error. */
  private broken(input: Uint8Array, error: Error): void {
    const stack = String(error.stack ?? error);
    const place = `${error.message}${stack.split("\n").find((line) => line.includes("    at ")) ?? ""}`;
    if (this.found.has(place)) return;
    this.found.add(place);
    tell({ kind: "broken", input: lineOfInput(input), error: String(error), stack });
  }
}

const tell = (told: Told) => parentPort!.postMessage(told);

async function main(order: Order): Promise<void> {
  const target = TARGETS[order.target]!();
  const coverage = new Coverage(target.sources);
  await new Search(target, coverage, order.window).run(order);
  coverage.close();
}

void main(workerData as Order);
