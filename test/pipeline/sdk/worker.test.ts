import assert from "node:assert/strict";
import {
  beam,
  flatten,
  P,
  type PCollection,
  requireForSerialization,
  split,
  withName,
} from "../../../pipeline/sdk/beam";
import {
  type Build,
  decodeElements,
  describeStage,
  encodeElements,
  type StageOptions,
} from "../../support/fn-api/stage";
import { outputOf } from "../../support/output";
import { Runner } from "../../support/fn-api/runner";
import type { InstructionResponse } from "apache-beam/proto/beam_fn_api";
import { BytesCoder } from "apache-beam/coders/standard_coders";
import { aggregateMetrics } from "apache-beam/worker/metrics";
import { Worker } from "apache-beam/worker/worker";

/** Looks like a value of a message. No log line and no error may have it. */
const SECRET = "4111111111111111";

const settingsSeen = new Set<object>();

const fns = {
  *scale(element: number, { factor }: { factor: number }) {
    yield element * factor;
  },
  *spread(element: number) {
    for (let index = 0; index < element; index++) yield index;
  },
  *evenOrOdd(element: number) {
    yield element % 2 === 0 ? { even: element } : { odd: element };
  },
  *measure(
    element: number,
    { seen, sizes }: { seen: { increment(by?: number): void }; sizes: { update(value: number): void } },
  ) {
    seen.increment();
    sizes.update(element);
    yield element;
  },
  *remember(element: number, settings: object) {
    settingsSeen.add(settings);
    yield element;
  },
  *throwing(element: number) {
    if (element === 13) JSON.parse(`${SECRET}x`);
    yield element;
  },
  *doubleBoth(element: Uint8Array) {
    yield element;
    yield element;
  },
};
requireForSerialization("test/pipeline/sdk/worker", fns);

const flatMap =
  (fn: (element: never, context: never) => Iterable<unknown>, context?: unknown) => (input: PCollection<unknown>) =>
    input.flatMap(fn as never, context as never) as PCollection<unknown>;

describe("a worker of the SDK", () => {
  let runner: Runner;
  let worker: Worker;
  let bundles = 0;

  beforeEach(async () => {
    runner = await new Runner().start();
    worker = new Worker("worker-1", { controlUrl: runner.url });
  });
  afterEach(async () => {
    await outputOf(() => runner.end());
  });

  function stage(build: Build, options?: StageOptions): string {
    const id = `stage${runner.descriptors.size}`;
    runner.descriptors.set(id, describeStage(id, runner.url, build, options));
    return id;
  }

  /** Runs one bundle over some data messages. */
  async function run(
    stageId: string,
    ...messages: Uint8Array[]
  ): Promise<{ id: string; response: InstructionResponse }> {
    const id = `bundle${bundles++}`;
    const response = runner.processBundle(id, stageId);
    for (const message of messages) await runner.send(id, message);
    await runner.send(id, new Uint8Array(), true);
    return { id, response: await response };
  }

  function metricsOf({ response }: InstructionResponse) {
    assert.equal(response.oneofKind, "processBundle");
    return response.processBundle.monitoringInfos;
  }

  it("says who it is when it asks for a descriptor", async () => {
    await run(stage(([input]) => ({ out: input! })));
    assert.deepEqual(runner.askedBy, ["worker-1"]);
  });

  it("answers with an error for a bundle whose descriptor is not to be had, and goes on", async () => {
    const { response } = await run2("nowhere");
    assert.match(response.error, /NOT_FOUND/);
    const { id } = await run(
      stage(([input]) => ({ out: input! })),
      encodeElements([1]),
    );
    assert.deepEqual(decodeElements(await runner.sentBy(id, "out")), [1]);
  });

  /** A bundle whose data channel is never opened. */
  async function run2(stageId: string) {
    return { response: await runner.processBundle(`bundle${bundles++}`, stageId) };
  }

  it("runs steps with settings, tagged outputs and a flatten", async () => {
    const id = stage(([input]) => {
      const scaled = input!.apply(withName("scale", flatMap(fns.scale, { factor: 3 })));
      const tagged = scaled
        .apply(withName("tag", flatMap(fns.evenOrOdd)))
        .apply(withName("split", split(["even", "odd"], { exclusive: true })));
      return { odd: tagged.odd, all: P([tagged.even, tagged.odd]).apply(withName("flatten", flatten())) };
    });
    const { id: bundle, response } = await run(id, encodeElements([1, 2]), encodeElements([3, 4]));
    assert.equal(response.error, "");
    assert.deepEqual(decodeElements(await runner.sentBy(bundle, "odd")), [3, 9]);
    assert.deepEqual(decodeElements(await runner.sentBy(bundle, "all")), [3, 6, 9, 12]);
  });

  it("hands a step the same settings in every bundle, so that it can keep what it makes of them", async () => {
    settingsSeen.clear();
    const settings = { factor: 1 };
    const id = stage(([input]) => ({ out: input!.apply(withName("remember", flatMap(fns.remember, settings))) }));
    await run(id, encodeElements([1]));
    await run(id, encodeElements([1]));
    assert.equal(settingsSeen.size, 1);
  });

  it("reports the counters and distributions of this bundle alone", async () => {
    const context = { seen: beam.counter("seen"), sizes: beam.distribution("sizes") };
    const id = stage(([input]) => ({ out: input!.apply(withName("measure", flatMap(fns.measure, context))) }));
    for (const [elements, sum] of [
      [[5, 7], 12],
      [[1], 1],
    ] as const) {
      const { response } = await run(id, encodeElements(elements));
      const metrics = metricsOf(response);
      assert.equal(aggregateMetrics(metrics, "beam:metric:user:sum_int64:v1").get("seen"), elements.length);
      assert.equal(aggregateMetrics(metrics, "beam:metric:user:distribution_int64:v1").get("sizes").sum, sum);
      const counts = metrics
        .filter(({ urn }) => urn === "beam:metric:element_count:v1")
        .map(({ payload }) => [...payload]);
      assert.deepEqual(counts, [[elements.length], [elements.length]]);
    }
  });

  it("reports a sum beyond the safe integers, and an update that is no whole number, as near as it comes", async () => {
    const context = { seen: beam.counter("seen"), sizes: beam.distribution("sizes") };
    const id = stage(([input]) => ({ out: input!.apply(withName("measure", flatMap(fns.measure, context))) }));
    const big = 2 ** 53 - 1;
    const { response } = await run(id, encodeElements([big, big, big]));
    assert.equal(response.error, "");
    const { sum } = aggregateMetrics(metricsOf(response), "beam:metric:user:distribution_int64:v1").get("sizes");
    assert.equal(Number(sum), 3 * big);
  });

  it("sends nothing twice where one element becomes many that fill the sink's buffer", async () => {
    const id = stage(([input]) => ({ out: input!.apply(withName("both", flatMap(fns.doubleBoth))) }), {
      coder: new BytesCoder(),
    });
    const element = new Uint8Array(1_100_000).fill(7);
    const bytes = new BytesCoder();
    const { id: bundle } = await run(id, encodeElements([element, element], bytes));
    assert.equal(decodeElements(await runner.sentBy(bundle, "out"), bytes).length, 4);
  });

  it("takes and sends data messages above 4 MiB", async () => {
    const bytes = new BytesCoder();
    const id = stage(([input]) => ({ out: input! }), { coder: bytes });
    const { id: bundle, response } = await run(id, encodeElements([new Uint8Array(10_000_000)], bytes));
    assert.equal(response.error, "");
    const [element] = decodeElements(await runner.sentBy(bundle, "out"), bytes) as Uint8Array[];
    assert.equal(element!.length, 10_000_000);
  });

  it("takes a descriptor above 4 MiB", async () => {
    const context = { factor: 1, text: "x".repeat(5_000_000) };
    const id = stage(([input]) => ({ out: input!.apply(withName("scale", flatMap(fns.scale, context))) }));
    assert.equal((await run(id)).response.error, "");
  });

  it("fails the bundle of a step that throws, without a value, and goes on", async () => {
    const id = stage(([input]) => ({ out: input!.apply(withName("throwing", flatMap(fns.throwing))) }));
    const said = await outputOf(async () => {
      const { response } = await run(id, encodeElements([1, 13, 2]), encodeElements([3]));
      assert.match(response.error, /^SyntaxError\n {4}at .+:\d+:\d+/);
      assert.match(response.error, /worker\.test\.ts/);
      assert.doesNotMatch(response.error, new RegExp(SECRET));
    });
    assert.doesNotMatch(said, new RegExp(SECRET));
    const { id: bundle } = await run(id, encodeElements([1, 2]));
    assert.deepEqual(decodeElements(await runner.sentBy(bundle, "out")), [1, 2]);
  });

  it("fails the bundle of an element that no coder can write", async () => {
    const id = stage(([input]) => ({ out: input!.apply(withName("scale", flatMap(fns.scale, { factor: 0.5 }))) }));
    const { response } = await run(id, encodeElements([1]));
    assert.match(response.error, /^CoderError not_a_whole_number\n {4}at /);
  });

  const BUNDLE = { instructionId: "nowhere" };
  const emptySplit = { primaryRoots: [], residualRoots: [], channelSplits: [] };
  const answers: [Parameters<Runner["request"]>[1], InstructionResponse["response"]][] = [
    [
      { oneofKind: "processBundleProgress", processBundleProgress: BUNDLE },
      { oneofKind: "processBundleProgress", processBundleProgress: { monitoringInfos: [], monitoringData: {} } },
    ],
    [
      { oneofKind: "processBundleSplit", processBundleSplit: { ...BUNDLE, desiredSplits: {} } },
      { oneofKind: "processBundleSplit", processBundleSplit: emptySplit },
    ],
    [
      { oneofKind: "finalizeBundle", finalizeBundle: BUNDLE },
      { oneofKind: "finalizeBundle", finalizeBundle: {} },
    ],
    [
      { oneofKind: "monitoringInfos", monitoringInfos: { monitoringInfoId: ["m99"] } },
      { oneofKind: "monitoringInfos", monitoringInfos: { monitoringInfo: {} } },
    ],
    [
      { oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: {} },
      { oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: { monitoringData: {} } },
    ],
  ];
  for (const [request, response] of answers) {
    it(`answers ${request.oneofKind} for a bundle that it does not have`, async () => {
      assert.deepEqual(await runner.request("ask", request), { instructionId: "ask", error: "", response });
    });
  }

  it("tells what stands behind the short ids of its metrics", async () => {
    const { response } = await run(
      stage(([input]) => ({ out: input! })),
      encodeElements([1]),
    );
    assert.equal(response.response.oneofKind, "processBundle");
    const [id] = Object.keys(response.response.processBundle.monitoringData);
    const answer = await runner.request("ask", {
      oneofKind: "monitoringInfos",
      monitoringInfos: { monitoringInfoId: [id!] },
    });
    assert.equal(answer.response.oneofKind, "monitoringInfos");
    assert.equal(answer.response.monitoringInfos.monitoringInfo[id!]!.urn, "beam:metric:element_count:v1");
  });

  it("answers a request that it does not know with an error", async () => {
    const { error } = await runner.request("ask", { oneofKind: "register", register: { processBundleDescriptor: [] } });
    assert.match(error, /register/);
  });

  it("prints nothing of its requests and bundles", async () => {
    const id = stage(([input]) => ({ out: input! }));
    const said = await outputOf(async () => {
      await run(id, encodeElements([1]));
      await runner.request("ask", {
        oneofKind: "processBundleSplit",
        processBundleSplit: { ...BUNDLE, desiredSplits: {} },
      });
    });
    assert.equal(said, "");
  });

  it("keeps nothing of a bundle that has ended", async () => {
    const ok = stage(([input]) => ({ out: input! }));
    const failing = stage(([input]) => ({ out: input!.apply(withName("throwing", flatMap(fns.throwing))) }));
    await run(ok, encodeElements([1]));
    const { id } = await run(failing, encodeElements([13]));
    await runner.send(id, encodeElements([1]));
    await run(ok, encodeElements([1]));
    assert.equal(worker.activeBundleProcessors.size, 0);
    const [channel] = worker.dataChannels.values();
    assert.equal((channel as unknown as { inlets: Map<string, unknown> }).inlets.size, 0);
    assert.equal(worker.bundleProcessors.get(ok)!.length, 1);
    assert.equal(worker.bundleProcessors.get(failing)!.length, 0);
  });
});
