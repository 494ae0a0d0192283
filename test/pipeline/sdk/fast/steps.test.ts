import assert from "node:assert/strict";
import { beam, type PCollection, requireForSerialization, withName } from "../../../../pipeline/sdk/beam";
import { Runner } from "../../../support/fn-api/runner";
import { decodeElements, describeStage, encodeElements, Reader } from "../../../support/fn-api/stage";
import { outputOf } from "../../../support/output";
import { Context } from "apache-beam/coders/coders";
import {
  FullWindowedValueCoder,
  IntervalWindowCoder,
  PaneInfoCoder,
  VarIntCoder,
} from "apache-beam/coders/standard_coders";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { Worker } from "apache-beam/worker/worker";
import { windowParam } from "apache-beam/transforms/pardo";
import Long from "long";
import { FlatWriter } from "../../../../pipeline/sdk/fast/flat-writer";
import { IntervalWindow, type Window } from "apache-beam/values";

const fns = {
  one: (element: number) => [element + 1],
  none: () => undefined,
  many: (element: number) => new Set([element, element + 100]),
  map: (element: number) => element * 2,
  startOf: (_element: number, { window }: { window: { lookup(): Window } }) => [
    Number((window.lookup() as IntervalWindow).start),
  ],
  count: (element: number, { seen }: { seen: { increment(): void } }) => {
    seen.increment();
    return [element];
  },
};
requireForSerialization("test/pipeline/sdk/fast/steps", fns);

const flatMap = (fn: unknown, context?: unknown) => (input: PCollection<unknown>) =>
  input.flatMap(fn as never, context as never) as PCollection<unknown>;

describe("a step on a worker", () => {
  let runner: Runner;
  let worker: Worker;

  beforeEach(async () => {
    runner = await new Runner().start();
    worker = new Worker("worker-1", { controlUrl: runner.url });
  });
  afterEach(async () => {
    await outputOf(() => runner.end());
  });

  async function run(bundle: string, data: Uint8Array): Promise<readonly Uint8Array[]> {
    const response = runner.processBundle(bundle, "stage");
    // A stage that cannot be made answers without a data channel.
    await Promise.race([response, runner.send(bundle, data, true)]);
    assert.equal((await response).error, "");
    return runner.sentBy(bundle, "out");
  }

  it("gives one element, none or many, in their order", async () => {
    runner.descriptors.set(
      "stage",
      describeStage("stage", runner.url, ([input]) => ({
        out: (input!.apply(withName("one", flatMap(fns.one))).map(fns.map as never) as PCollection<unknown>).apply(
          withName("many", flatMap(fns.many)),
        ),
        none: input!.apply(withName("noneOf", flatMap(fns.none))),
      })),
    );
    assert.deepEqual(decodeElements(await run("a", encodeElements([1, 2]))), [4, 104, 6, 106]);
    assert.deepEqual(await runner.sentBy("a", "none"), []);
  });

  it("counts by its own counters, from bundle to bundle and apart from other steps", async () => {
    const context = { seen: beam.counter("seen") };
    runner.descriptors.set(
      "stage",
      describeStage("stage", runner.url, ([input]) => ({
        out: input!
          .apply(withName("first", flatMap(fns.count, context)))
          .apply(withName("second", flatMap(fns.count, context))),
      })),
    );
    for (const [bundle, size] of [
      ["a", 3],
      ["b", 2],
    ] as const) {
      const response = runner.processBundle(bundle, "stage");
      await runner.send(bundle, encodeElements(Array(size).fill(7)), true);
      const { response: ended } = await response;
      assert.equal(ended.oneofKind, "processBundle");
      const counts = ended.processBundle.monitoringInfos
        .filter(({ urn }) => urn === "beam:metric:user:sum_int64:v1")
        .map(({ labels, payload }) => [labels.NAME, new VarIntCoder().decode(new Reader(payload))]);
      assert.deepEqual(counts, [
        ["seen", size],
        ["seen", size],
      ]);
    }
    assert.equal(worker.activeBundleProcessors.size, 0);
  });

  it("is run for each window of an element that is in several, and keeps windows, pane and time", async () => {
    const described: ProcessBundleDescriptor = describeStage("stage", runner.url, ([input]) => ({
      out: input!.apply(withName("startOf", flatMap(fns.startOf, { window: windowParam() }))),
    }));
    for (const coder of Object.values(described.coders)) {
      if (coder.spec?.urn === "beam:coder:global_window:v1") coder.spec.urn = IntervalWindowCoder.URN;
    }
    runner.descriptors.set("stage", described);
    const coder = new FullWindowedValueCoder(new VarIntCoder(), IntervalWindowCoder.INSTANCE);
    const window = (start: number) => new IntervalWindow(Long.fromNumber(start), Long.fromNumber(start + 60_000));
    const writer = new FlatWriter();
    const element = { timestamp: Long.fromNumber(61_000), pane: PaneInfoCoder.ONE_AND_ONLY_FIRING };
    for (const windows of [[window(0), window(30_000)], [window(60_000)]]) {
      coder.encode({ ...element, value: 5, windows } as never, writer as never, Context.needsDelimiters);
    }
    const reader = new Reader(Buffer.concat(await run("a", writer.finish())));
    const found = [];
    while (reader.pos < reader.len) {
      const { value, windows, timestamp, pane } = coder.decode(reader, Context.needsDelimiters);
      assert.deepEqual(pane, PaneInfoCoder.ONE_AND_ONLY_FIRING);
      found.push([value, windows.map((one) => Number((one as IntervalWindow).start)), Number(timestamp)]);
    }
    assert.deepEqual(found, [
      [0, [0], 61_000],
      [30_000, [30_000], 61_000],
      [60_000, [60_000], 61_000],
    ]);
  });
});
