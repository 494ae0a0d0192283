import assert from "node:assert/strict";
import { protos } from "@google-cloud/pubsub";
import fc from "fast-check";
import { graphOf, PLACES, stepNames, steps } from "./graphs";
import { messageFromProto } from "../../../pipeline/composites/read-native";
import { findPython, PythonService } from "../../../pipeline/runners/python";
import { messageFromWire, micros } from "../../../pipeline/wire";
import { needsPython } from "../python/support";

const { PubsubMessage } = protos.google.pubsub.v1;

const counting = () => {
  const counter = {
    count: 0,
    increment(by = 1) {
      this.count += by;
    },
  };
  return counter as never as { count: number } & Parameters<typeof messageFromProto>[1]["received"];
};
const counters = () => ({ received: counting(), bytes: counting() });

describe("the service's own read", () => {
  it("gives what was published, and counts it", () => {
    const bytes = PubsubMessage.encode({
      data: Buffer.from([0, 255]),
      attributes: { source: "é" },
      messageId: "17",
      publishTime: { seconds: 1700000000, nanos: 123456789 },
      orderingKey: "k",
    }).finish();
    const counted = counters();
    const message = messageFromProto(bytes, counted);
    assert.deepEqual(
      { ...message, attributes: Object.entries(message.attributes) },
      {
        data: Buffer.from([0, 255]),
        attributes: [["source", "é"]],
        messageId: "17",
        publishTime: "2023-11-14T22:13:20.123456Z",
        orderingKey: "k",
      },
    );
    assert.deepEqual([counted.received.count, counted.bytes.count], [1, 2]);
  });

  it("is exactly what Python's read gives of any message", () => {
    const text = fc.string({ unit: "binary" });
    const message = fc.record({
      data: fc.uint8Array({ maxLength: 300 }),
      attributes: fc.dictionary(text, text, { noNullPrototype: true }),
      messageId: fc.stringMatching(/^\d{1,19}$/),
      seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
      nanos: fc.integer({ min: 0, max: 999_999_999 }),
      orderingKey: text,
    });
    fc.assert(
      fc.property(message, ({ seconds, nanos, ...rest }) => {
        const bytes = PubsubMessage.encode({ ...rest, publishTime: { seconds, nanos } }).finish();
        const given = messageFromProto(bytes, counters());
        const wire = {
          data: rest.data,
          attributes: JSON.stringify(rest.attributes),
          message_id: rest.messageId,
          ordering_key: rest.orderingKey,
          publish_time_micros: seconds * 1e6 + Math.floor(nanos / 1000),
        };
        const byPython = messageFromWire(wire, counters());
        assert.deepEqual([...given.data], [...byPython.data]);
        assert.deepEqual({ ...given.attributes }, { ...byPython.attributes });
        assert.deepEqual({ ...given, data: 0, attributes: 0 }, { ...byPython, data: 0, attributes: 0 });
        assert.equal(micros(given.publishTime), wire.publish_time_micros);
      }),
    );
  });

  describe("in a graph", () => {
    let python: PythonService;
    before(async function () {
      needsPython(this);
      python = await PythonService.start(findPython(), "error");
    });
    after(() => python?.stop());

    it("is the service's primitive, has attributes, and has no end", async () => {
      const methods = { read: "native", write: "streaming_inserts" } as const;
      const proto = await graphOf(methods, python.expansionService);
      const names = stepNames(proto).filter((name) => name.startsWith("readMessages/"));
      assert.deepEqual(names, ["readMessages/map(toMessage)", "readMessages/read"]);
      const read = steps(proto).find(({ uniqueName }) => uniqueName === "readMessages/read")!;
      assert.equal(read.spec!.urn, "beam:transform:pubsub_read:v1");
      // subscription = 2, with_attributes = 5 [beam_runner_api.proto, PubSubReadPayload].
      const name = Buffer.from("projects/proj-1/subscriptions/s");
      assert.deepEqual(
        Buffer.from(read.spec!.payload),
        Buffer.concat([Buffer.from([0x12, name.length]), name, Buffer.from([0x28, 1])]),
      );
      assert.notEqual(read.environmentId, "");
      const { pcollections, coders } = proto.components!;
      assert.equal(coders[pcollections[Object.values(read.outputs)[0]!]!.coderId]!.spec!.urn, "beam:coder:bytes:v1");
      const UNBOUNDED = 1;
      for (const { isBounded } of Object.values(pcollections)) assert.equal(isBounded, UNBOUNDED);
    });

    it("reads a topic as well", async () => {
      const places = { ...PLACES, source: { kind: "topic", topic: "projects/proj-1/topics/t" } } as const;
      const proto = await graphOf({ read: "native", write: "streaming_inserts" }, python.expansionService, places);
      const read = steps(proto).find(({ spec }) => spec?.urn === "beam:transform:pubsub_read:v1");
      assert.match(Buffer.from(read!.spec!.payload).toString(), /projects\/proj-1\/topics\/t/);
    });
  });
});
