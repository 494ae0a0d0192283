import assert from "node:assert/strict";
import type { PCollection } from "../../../pipeline/sdk/beam";
import { Runner } from "../../support/fn-api/runner";
import { type Build, decodeElements, describeStage, encodeElements, Reader } from "../../support/fn-api/stage";
import { outputOf } from "../../support/output";
import type { Coder } from "apache-beam/coders/coders";
import { BytesCoder, VarIntCoder } from "apache-beam/coders/standard_coders";
import { PTransformClass } from "apache-beam/transforms/transform";
import { type OperatorContext, type Receiver, registerOperator } from "apache-beam/worker/operators";
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import { Worker } from "apache-beam/worker/worker";

/** Awaited before each element passes. */
let gate: (element: unknown) => Promise<void>;

/** A step that is at work for a while with each element, as a write to a table is. */
class SlowOperator {
  private readonly receiver: Receiver;
  constructor(
    readonly transformId: string,
    { outputs }: PTransform,
    context: OperatorContext,
  ) {
    this.receiver = context.getReceiver(Object.values(outputs)[0]!);
  }
  async startBundle() {}
  async process(element: WindowedValue<unknown>) {
    await gate(element.value);
    await this.receiver.receive(element);
  }
  async finishBundle() {}
}
registerOperator("test:slow:v1", SlowOperator);

class Slow extends PTransformClass<PCollection<unknown>, PCollection<unknown>> {
  override expandInternal(
    ...[input, pipeline, proto]: Parameters<
      PTransformClass<PCollection<unknown>, PCollection<unknown>>["expandInternal"]
    >
  ) {
    proto.spec = { urn: "test:slow:v1", payload: new Uint8Array() };
    return pipeline.createPCollectionInternal<unknown>(pipeline.context.getPCollectionCoderId(input));
  }
}

const slowly: Build = (inputs) =>
  Object.fromEntries(inputs.map((input, index) => [`out${index}`, input.apply(new Slow(`slow${index}`))]));

const bytes = new BytesCoder() as Coder<unknown>;
const pause = (ms = 2) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const one = (element: number) => encodeElements([element]);

describe("the data channel of a worker", () => {
  let runner: Runner;
  let worker: Worker;
  /** Each would end the process of a worker. */
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);

  before(() => void process.on("unhandledRejection", note));
  after(() => void process.off("unhandledRejection", note));
  beforeEach(async () => {
    gate = () => pause();
    runner = await new Runner().start();
    worker = new Worker("worker-1", { controlUrl: runner.url });
    runner.descriptors.set("slow", describeStage("slow", runner.url, slowly));
    runner.descriptors.set("two", describeStage("two", runner.url, slowly, { sources: 2 }));
  });
  afterEach(async () => {
    await outputOf(() => runner.end());
    assert.deepEqual(unhandled.splice(0), []);
  });

  async function passed(bundle: string, sink = "out0", coder?: Coder<unknown>) {
    return decodeElements(await runner.sentBy(bundle, sink), coder);
  }

  it("ends a bundle when all of its messages are worked off, in their order", async () => {
    gate = (element) => pause(20 - Number(element));
    const response = runner.processBundle("a", "slow");
    for (let index = 0; index < 20; index++) await runner.send("a", one(index), index === 19);
    assert.equal((await response).error, "");
    assert.deepEqual(await passed("a"), [...Array(20).keys()]);
  });

  it("keeps the order within a bundle where one message carries several bundles", async () => {
    const responses = ["a", "b"].map((id) => runner.processBundle(id, "slow"));
    const part = (instructionId: string, element: number, isLast: boolean) => ({
      instructionId,
      transformId: "source0",
      data: one(element),
      isLast,
    });
    await runner.sendTogether([part("a", 1, true), part("b", 2, false), part("b", 3, false)]);
    await runner.sendTogether([part("b", 4, true)]);
    for (const response of await Promise.all(responses)) assert.equal(response.error, "");
    assert.deepEqual(await passed("b"), [2, 3, 4]);
  });

  it("keeps what comes before its bundle is asked for", async () => {
    const first = runner.processBundle("a", "slow");
    await runner.send("b", one(1));
    await runner.send("b", one(2), true);
    await runner.send("a", one(0), true);
    await first;
    assert.equal((await runner.processBundle("b", "slow")).error, "");
    assert.deepEqual(await passed("b"), [1, 2]);
  });

  it("fails a bundle by an error of an asynchronous step, and reads no more of it", async () => {
    const seen: unknown[] = [];
    gate = async (element) => {
      await pause();
      seen.push(element);
      if (element === 1) throw new Error("no");
    };
    const response = runner.processBundle("a", "slow");
    for (const element of [0, 1, 2, 3]) await runner.send("a", one(element), element === 3);
    assert.match((await response).error, /^Error\n {4}at /);
    assert.deepEqual(seen, [0, 1]);
  });

  for (const source of ["source0", "source1"]) {
    it(`fails a bundle of two sources when ${source} fails, without waiting for the other`, async () => {
      gate = async () => {
        throw new Error("no");
      };
      const response = runner.processBundle("a", "two");
      await runner.send("a", one(1), false, source);
      assert.match((await response).error, /^Error\n {4}at /);
    });
  }

  it("fails the bundles of a channel that breaks, and opens another for those to come", async () => {
    const idle = runner.processBundle("a", "slow");
    await runner.send("a", one(1), true);
    await idle;
    const [first, second] = [runner.processBundle("b", "slow"), runner.processBundle("c", "slow")];
    await runner.send("b", one(1));
    await runner.breakData();
    for (const { error } of await Promise.all([first, second])) assert.notEqual(error, "");
    const next = runner.processBundle("d", "slow");
    await runner.send("d", one(2), true);
    assert.equal((await next).error, "");
    assert.deepEqual(await passed("d"), [2]);
  });

  it("splits a bundle that is at work, and passes what is left to it", async () => {
    let atWork = () => {};
    const isAtWork = new Promise<void>((resolve) => {
      atWork = resolve;
    });
    let goOn = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    gate = async () => {
      atWork();
      await mayGoOn;
    };
    const response = runner.processBundle("a", "slow");
    await runner.send("a", encodeElements([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), true);
    await isAtWork;
    const desiredSplits = {
      source0: { fractionOfRemainder: 0.5, allowedSplitPoints: [], estimatedInputElements: 10n },
    };
    const { response: split } = await runner.request("s", {
      oneofKind: "processBundleSplit",
      processBundleSplit: { instructionId: "a", desiredSplits },
    });
    assert.equal(split.oneofKind, "processBundleSplit");
    const { firstResidualElement } = split.processBundleSplit.channelSplits[0]!;
    goOn();
    assert.equal((await response).error, "");
    assert.equal((await passed("a")).length, Number(firstResidualElement));
  });

  /** A message of a megabyte: ten elements that each leave as they came. */
  const MEGABYTE = encodeElements(Array(10).fill(Buffer.alloc(100_000, 7)), bytes);

  it("reads no more while its stage is at work, and takes no more from its stage while the runner takes nothing", async () => {
    gate = async () => {};
    runner.descriptors.set("wide", describeStage("wide", runner.url, slowly, { coder: bytes }));
    const response = runner.processBundle("a", "wide");
    await runner.send("a", MEGABYTE);
    await runner.holdData();
    let sent = 0;
    const all = (async () => {
      for (; sent < 60; sent++) await runner.send("a", MEGABYTE);
      await runner.send("a", new Uint8Array(), true);
    })();
    await pause(1000);
    // What it holds: what waits for the stage and for the runner, and what the streams of both sides keep for themselves.
    assert.ok(sent < 55, `${sent} messages were taken`);
    await runner.takeData();
    await all;
    assert.equal((await response).error, "");
    assert.equal((await passed("a", "out0", bytes)).length, 10 * 61);
  });

  it("fails the bundles of a runner that goes while the channel is held up on both sides", async () => {
    gate = async () => {};
    runner.descriptors.set("wide", describeStage("wide", runner.url, slowly, { coder: bytes }));
    void runner.processBundle("a", "wide");
    await runner.send("a", MEGABYTE);
    await runner.holdData();
    for (let index = 0; index < 9; index++) void runner.send("a", MEGABYTE);
    await pause(500);
    const [channel] = worker.dataChannels.values() as unknown as Iterable<{ failure?: Error; held: unknown[] }>;
    const warned = await outputOf(async () => {
      runner.stop();
      while (worker.activeBundleProcessors.size > 0) await pause();
    });
    assert.doesNotMatch(warned, /7777/);
    assert.notEqual(channel!.failure, undefined);
    assert.deepEqual(channel!.held, []);
    // What is ended behind each test must have begun.
    runner = await new Runner().start();
    worker = new Worker("worker-1", { controlUrl: runner.url });
    await runner.request("begun", { oneofKind: "finalizeBundle", finalizeBundle: { instructionId: "none" } });
  });

  it("runs bundles side by side, of one stage and of several, with sources that end in any order", async () => {
    const names = ["slow", "two", "slow", "two", "slow"];
    const responses = names.map((name, index) => runner.processBundle(`b${index}`, name));
    const parts = names.flatMap((name, bundle) =>
      (name === "two" ? ["source1", "source0"] : ["source0"]).flatMap((transformId, source) =>
        [0, 1, 2].map((part) => ({
          instructionId: `b${bundle}`,
          transformId,
          data: encodeElements([100 * bundle + 10 * source + part]),
          isLast: part === 2,
        })),
      ),
    );
    parts.sort((a, b) => Number(a.isLast) - Number(b.isLast));
    for (const part of parts) await runner.sendTogether([part]);
    for (const response of responses) assert.equal((await response).error, "");
    for (const [bundle, name] of names.entries()) {
      const base = 100 * bundle;
      if (name === "slow") assert.deepEqual(await passed(`b${bundle}`), [base, base + 1, base + 2]);
      else {
        assert.deepEqual(await passed(`b${bundle}`, "out1"), [base, base + 1, base + 2]);
        assert.deepEqual(await passed(`b${bundle}`, "out0"), [base + 10, base + 11, base + 12]);
      }
    }
  });

  it("splits and reports under load: every element is in the bundle or left to the runner, and counted as it is", async () => {
    gate = async () => {};
    const count = 20_000;
    for (const bundle of ["x", "y", "z"]) {
      const response = runner.processBundle(bundle, "slow");
      const sending = (async () => {
        for (let from = 0; from < count; from += 500) {
          await runner.send(bundle, encodeElements(Array.from({ length: 500 }, (_, index) => from + index)));
        }
        await runner.send(bundle, new Uint8Array(), true);
      })();
      let end = count;
      for (let ask = 0; ask < 8; ask++) {
        const progress = await runner.request(`p${bundle}${ask}`, {
          oneofKind: "processBundleProgress",
          processBundleProgress: { instructionId: bundle },
        });
        assert.equal(progress.error, "");
        const { response: split } = await runner.request(`s${bundle}${ask}`, {
          oneofKind: "processBundleSplit",
          processBundleSplit: {
            instructionId: bundle,
            desiredSplits: {
              source0: { fractionOfRemainder: 0.9, allowedSplitPoints: [], estimatedInputElements: BigInt(count) },
            },
          },
        });
        assert.equal(split.oneofKind, "processBundleSplit");
        for (const { firstResidualElement, lastPrimaryElement } of split.processBundleSplit.channelSplits) {
          assert.ok(Number(firstResidualElement) <= end);
          assert.equal(Number(lastPrimaryElement) + 1, Number(firstResidualElement));
          end = Number(firstResidualElement);
        }
      }
      await sending;
      const { error, response: ended } = await response;
      assert.equal(error, "");
      assert.deepEqual(await passed(bundle), [...Array(end).keys()]);
      assert.equal(ended.oneofKind, "processBundle");
      for (const { urn, payload } of ended.processBundle.monitoringInfos) {
        if (urn === "beam:metric:element_count:v1") assert.equal(new VarIntCoder().decode(new Reader(payload)), end);
      }
    }
  });

  it("forgets a bundle when it ends, and drops what still comes for one that failed", async () => {
    gate = async (element) => {
      if (element === 13) throw new Error("no");
    };
    for (const [bundle, element] of [
      ["a", 1],
      ["b", 13],
      ["c", 1],
    ] as const) {
      const response = runner.processBundle(bundle, "slow");
      await runner.send(bundle, one(element), true);
      await response;
      if (bundle === "b") await runner.send("b", one(1));
    }
    const [channel] = worker.dataChannels.values();
    assert.equal((channel as unknown as { inlets: Map<string, unknown> }).inlets.size, 0);
  });
});
