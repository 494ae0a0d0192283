import assert from "node:assert/strict";
import { protos } from "@google-cloud/pubsub";
import fc from "fast-check";
import {
  decodePullResponse,
  encodeAcknowledge,
  encodeModifyAckDeadline,
  encodePull,
} from "../../../pipeline/endpoints/pull-response";

const { PullResponse, AcknowledgeRequest, ModifyAckDeadlineRequest, PullRequest } = protos.google.pubsub.v1;

const message = fc.record({
  ackId: fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
  deliveryAttempt: fc.nat(),
  message: fc.record({
    data: fc.uint8Array({ maxLength: 400 }),
    attributes: fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary", maxLength: 200 })),
    messageId: fc.string({ unit: "grapheme" }),
    publishTime: fc.record({ seconds: fc.integer({ min: 0, max: 4102444800 }), nanos: fc.nat(999_999_999) }),
    orderingKey: fc.string(),
  }),
});

describe("the wire format of Pub/Sub", () => {
  it("is read as Google's own client reads it", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (receivedMessages) => {
        const bytes = PullResponse.encode(PullResponse.fromObject({ receivedMessages })).finish();
        const read = decodePullResponse(Buffer.from(bytes));
        const theirs = PullResponse.decode(bytes).receivedMessages ?? [];
        assert.equal(read.length, theirs.length);
        for (const [i, ours] of read.entries()) {
          const { message: google, ackId } = theirs[i]!;
          assert.deepEqual(Buffer.from(ours.data), Buffer.from(google!.data as Uint8Array));
          assert.deepEqual({ ...ours.attributes }, { ...google!.attributes });
          assert.equal(ours.messageId, google!.messageId);
          assert.equal(ours.orderingKey, google!.orderingKey);
          assert.equal(Buffer.from(ours.ackId).toString(), ackId);
          assert.equal(ours.publishSeconds, Number(google!.publishTime!.seconds));
          assert.equal(ours.publishNanos, google!.publishTime!.nanos);
        }
      }),
    );
  });

  it("is never read beyond its end: any bytes are messages or a RangeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodePullResponse(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });

  it("is written as Google's own client reads it", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.integer({ min: 0, max: 600 }), (received, seconds) => {
        const subscription = "projects/p-é/subscriptions/s";
        const bytes = PullResponse.encode(PullResponse.fromObject({ receivedMessages: received })).finish();
        const messages = decodePullResponse(Buffer.from(bytes));
        const ackIds = received.map(
          (one) => PullResponse.fromObject({ receivedMessages: [one] }).receivedMessages[0]!.ackId,
        );
        const texts = ackIds.map((ackId) => Buffer.from(ackId!).toString());
        assert.deepEqual(AcknowledgeRequest.decode(encodeAcknowledge(subscription, messages)).toJSON(), {
          subscription,
          ...(texts.length > 0 && { ackIds: texts }),
        });
        const modify = ModifyAckDeadlineRequest.decode(encodeModifyAckDeadline(subscription, messages, seconds));
        assert.equal(modify.ackDeadlineSeconds, seconds);
        assert.deepEqual(modify.ackIds, texts);
      }),
    );
    const pull = PullRequest.decode(encodePull("projects/p/subscriptions/s", 1000));
    assert.equal(pull.subscription, "projects/p/subscriptions/s");
    assert.equal(pull.maxMessages, 1000);
  });

  it("gives the publish time in RFC 3339, as precise as it came", () => {
    const at = (nanos: number) => {
      const publishTime = { seconds: 1709164800, nanos };
      const bytes = PullResponse.encode(PullResponse.fromObject({ receivedMessages: [{ message: { publishTime } }] }));
      return decodePullResponse(Buffer.from(bytes.finish()))[0]!.publishTime;
    };
    assert.equal(at(0), "2024-02-29T00:00:00Z");
    assert.equal(at(5_000_000), "2024-02-29T00:00:00.005Z");
    assert.equal(at(123_456_000), "2024-02-29T00:00:00.123456Z");
    assert.equal(at(1), "2024-02-29T00:00:00.000000001Z");
    assert.equal(at(100_000_000), "2024-02-29T00:00:00.100Z");
  });

  it("keeps an attribute that is called __proto__", () => {
    const bytes = PullResponse.encode({
      receivedMessages: [{ message: { attributes: JSON.parse('{"__proto__":"x"}') } }],
    });
    const [read] = decodePullResponse(Buffer.from(bytes.finish()));
    assert.deepEqual(Object.entries(read!.attributes), [["__proto__", "x"]]);
  });
});
