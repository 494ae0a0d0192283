import assert from "node:assert/strict";
import type { PCollection } from "../../../pipeline/sdk/beam";
import { Runner } from "../../support/fn-api/runner";
import { type Build, decodeElements, describeStage, encodeElements } from "../../support/fn-api/stage";
import { outputOf } from "../../support/output";
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

  async function passed(bundle: string, sink = "out0") {
    return decodeElements(await runner.sentBy(bundle, sink));
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
