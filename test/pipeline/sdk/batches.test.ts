import assert from "node:assert/strict";
import { type BatchStep, inBatches } from "../../../pipeline/sdk/batches";
import { beam, type PCollection, requireForSerialization } from "../../../pipeline/sdk/beam";
import { outputOf } from "../../support/output";
import { decodeElements, describeStage, encodeElements } from "../../support/fn-api/stage";
import { Runner } from "../../support/fn-api/runner";
import { aggregateMetrics } from "apache-beam/worker/metrics";
import { Worker } from "apache-beam/worker/worker";

/** What the steps of a test did, in their order. */
let done: string[] = [];
let hold: Promise<void> | undefined;

interface Settings {
  readonly name: string;
  readonly seen: { increment(by?: number): void };
}

const fns = {
  /** Writes three at a time; what is divisible by five leaves, tenfold. */
  openThrees({ name, seen }: Settings): BatchStep<number, number> {
    done.push(`open ${name}`);
    return {
      most: { items: 3, bytes: 100 },
      sizeOf: (element) => element,
      async write(batch) {
        done.push(`begin ${batch}`);
        await (hold ?? new Promise((resolve) => setTimeout(resolve, 1)));
        if (batch.includes(13)) throw new RangeError("13");
        seen.increment(batch.length);
        done.push(`end ${batch}`);
        return batch.flatMap((value, index) => (value % 5 === 0 ? [{ index, value: value * 10 }] : []));
      },
      end: () => void done.push("over"),
    };
  },
};
requireForSerialization("test/pipeline/sdk/batches", fns);

describe("a step in batches", () => {
  let runner: Runner;
  let bundles = 0;
  beforeEach(async () => {
    done = [];
    hold = undefined;
    runner = await new Runner().start();
    new Worker("worker-1", { controlUrl: runner.url });
    const context = { name: "threes", seen: beam.counter("seen") } as never as Settings;
    const build = ([input]: PCollection<unknown>[]) => ({
      out: (input as PCollection<number>).apply(inBatches("threes", fns.openThrees, context)),
    });
    runner.descriptors.set("stage", describeStage("stage", runner.url, build));
  });
  afterEach(async () => {
    await outputOf(() => runner.end());
  });

  async function run(...elements: number[]) {
    const id = `batches${bundles++}`;
    const response = runner.processBundle(id, "stage");
    await runner.send(id, encodeElements(elements));
    await runner.send(id, new Uint8Array(), true);
    return { id, response: await response };
  }

  it("has written everything when the bundle ends, one batch after the other, and sends on what leaves", async () => {
    const { id, response } = await run(1, 2, 3, 4, 5, 6, 10);
    assert.equal(response.error, "");
    assert.deepEqual(done, [
      "open threes",
      ...["1,2,3", "4,5,6", "10"].flatMap((batch) => [`begin ${batch}`, `end ${batch}`]),
      "over",
    ]);
    assert.deepEqual(decodeElements(await runner.sentBy(id, "out")), [50, 100]);
  });

  it("keeps batches below their size; what is larger by itself is alone", async () => {
    await run(60, 41, 59, 101, 1);
    assert.deepEqual(
      done.filter((what) => what.startsWith("end")),
      ["end 60", "end 41,59", "end 101", "end 1"],
    );
  });

  it("counts, and is opened anew for each bundle", async () => {
    for (const elements of [[1, 2], [3]]) {
      const { response } = await run(...elements);
      assert.equal(response.response.oneofKind, "processBundle");
      const { monitoringInfos } = response.response.processBundle;
      assert.equal(aggregateMetrics(monitoringInfos, "beam:metric:user:sum_int64:v1").get("seen"), elements.length);
    }
    assert.equal(done.filter((what) => what === "open threes").length, 2);
  });

  it("does nothing in a bundle without elements", async () => {
    await run();
    assert.deepEqual(done, ["open threes", "over"]);
  });

  it("fails the bundle where a batch fails, by its class alone, writes none after it, and goes on", async () => {
    for (const elements of [
      [1, 2, 13, 4, 5, 6, 7, 8, 9, 10, 11],
      [1, 13],
    ]) {
      done = [];
      const { response } = await run(...elements);
      assert.match(response.error, /^RangeError\n {4}at /);
      assert.deepEqual(
        done.filter((what) => what.startsWith("end") || what === "over"),
        [],
      );
    }
    assert.equal((await run(1)).response.error, "");
  });

  it("holds no more than two batches while the first is written: the source waits", async () => {
    let release!: () => void;
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const id = "held";
    const response = runner.processBundle(id, "stage");
    for (let element = 1; element <= 12; element++) await runner.send(id, encodeElements([element]));
    await runner.send(id, new Uint8Array(), true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(done, ["open threes", "begin 1,2,3"]);
    release();
    await response;
    assert.equal(done.filter((what) => what.startsWith("end")).length, 4);
  });
});
