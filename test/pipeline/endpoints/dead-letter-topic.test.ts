import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { conforms } from "./conformance";
import { FakePublisher } from "./fake-publisher";
import { deadLetter } from "./samples";
import { openDeadLetterTopic } from "../../../pipeline/endpoints/dead-letter-topic";
import type { DeadLetterWriter, WriteResult } from "../../../pipeline/endpoints/endpoint";
import type { DeadLetter } from "../../../transforms/dead-letter";
import { withPubsub } from "../../support/with-pubsub";

describe("the dead letter topic", function () {
  const pubsub = withPubsub(this);

  /** What is published, until as many came as are expected, and then none for a while. */
  async function received(subscription: string, count: number) {
    const messages: { data: Buffer; attributes: Record<string, string>; orderingKey: string }[] = [];
    for (let empty = 0; messages.length < count || empty < 1; ) {
      const options = messages.length < count ? { timeout: 20_000 } : { timeout: 500 };
      const [{ receivedMessages }] = await pubsub.subscriber
        .pull({ subscription, maxMessages: 1000 }, { ...options, retry: null })
        .catch((error: { code?: number }) => {
          if (error.code !== 4) throw error;
          return [{ receivedMessages: [] }];
        });
      const taken = receivedMessages ?? [];
      if (taken.length === 0) empty += 1;
      else await pubsub.subscriber.acknowledge({ subscription, ackIds: taken.map(({ ackId }) => ackId!) });
      messages.push(...taken.map(({ message }) => message as (typeof messages)[number]));
      if (empty > 3) break;
    }
    return messages;
  }

  const codeOf = (result: WriteResult) => ("trouble" in result ? `${result.kind} ${result.trouble.code}` : result.kind);

  describe("as every endpoint", () => {
    conforms<DeadLetter>(false, deadLetter, async () => {
      const { topic, subscription } = await pubsub.subscription();
      let expected = 0;
      const writerOf = (writer: DeadLetterWriter): DeadLetterWriter => ({
        ...writer,
        async write(letters) {
          const result = await writer.write(letters);
          if (result.kind === "written") expected += letters.length;
          return result;
        },
      });
      return {
        open: async () => writerOf(await openDeadLetterTopic(topic)),
        ids: async () =>
          (await received(subscription, expected)).map(({ attributes }) => attributes.source_message_id!),
        hinder: async () => {
          await pubsub.subscriber.deleteSubscription({ subscription });
          await pubsub.publisher.deleteTopic({ topic });
        },
        mend: async () => {
          await pubsub.publisher.createTopic({ name: topic });
          await pubsub.subscriber.createSubscription({ name: subscription, topic });
        },
        code: "PUBSUB_NOT_FOUND",
      };
    });
  });

  describe("what it publishes", () => {
    let writer: DeadLetterWriter;
    let at: Awaited<ReturnType<typeof pubsub.subscription>>;
    beforeEach(async () => {
      at = await pubsub.subscription();
      writer = await openDeadLetterTopic(at.topic);
    });
    afterEach(() => writer.close());

    it("is the original bytes with the reason; the ordering key is an attribute", async () => {
      const bytes = Buffer.from([0, 255, 10, 13, 34, 92]);
      const letter = deadLetter("7", bytes, "a key");
      assert.equal(codeOf(await writer.write([letter])), "written");
      const [message] = await received(at.subscription, 1);
      assert.deepEqual(Buffer.from(message!.data), bytes);
      assert.deepEqual({ ...message!.attributes }, { ...letter.attributes, original_ordering_key: "a key" });
      assert.equal(message!.orderingKey, "");
    });

    it("keeps within a hundred attributes", async () => {
      const full = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`original_${i}`, "x"]));
      const letter = { ...deadLetter("7"), attributes: { ...full, source_message_id: "7" }, orderingKey: "a key" };
      assert.equal(codeOf(await writer.write([letter])), "written");
      assert.equal(Object.keys((await received(at.subscription, 1))[0]!.attributes).length, 100);
    });

    it("goes in requests that Pub/Sub takes", async () => {
      const letters = Array.from({ length: 6 }, (_, id) => deadLetter(String(id), Buffer.alloc(3_000_000)));
      assert.equal(codeOf(await writer.write(letters)), "written");
      assert.equal((await received(at.subscription, 6)).length, 6);
    });
  });
});

describe("what the dead letter topic makes of Pub/Sub's answers", () => {
  const given = process.env.PUBSUB_EMULATOR_HOST;
  let fake: FakePublisher;
  let writer: DeadLetterWriter;
  beforeEach(async () => {
    fake = await FakePublisher.start();
    process.env.PUBSUB_EMULATOR_HOST = fake.host;
    writer = await openDeadLetterTopic("projects/test-project/topics/dead");
  });
  afterEach(async () => {
    if (given === undefined) delete process.env.PUBSUB_EMULATOR_HOST;
    else process.env.PUBSUB_EMULATOR_HOST = given;
    await writer.close();
    fake.stop();
  });

  const letters = (count: number) => Array.from({ length: count }, (_, id) => deadLetter(String(id)));
  function codeOf(result: WriteResult): string {
    assert.ok(!JSON.stringify(result).includes("Ada"), "no value is passed on");
    return "trouble" in result ? `${result.kind} ${result.trouble.code}` : result.kind;
  }

  for (const [code, expected] of [
    [status.NOT_FOUND, "setUpError PUBSUB_NOT_FOUND"],
    [status.PERMISSION_DENIED, "setUpError PUBSUB_PERMISSION_DENIED"],
    [status.FAILED_PRECONDITION, "setUpError PUBSUB_FAILED_PRECONDITION"],
    [status.UNAUTHENTICATED, "setUpError PUBSUB_UNAUTHENTICATED"],
    [status.UNAVAILABLE, "transientError PUBSUB_UNAVAILABLE"],
    [status.DEADLINE_EXCEEDED, "transientError PUBSUB_DEADLINE_EXCEEDED"],
    [status.RESOURCE_EXHAUSTED, "transientError PUBSUB_RESOURCE_EXHAUSTED"],
    [status.INTERNAL, "transientError PUBSUB_INTERNAL"],
    [status.ABORTED, "transientError PUBSUB_ABORTED"],
  ] as const) {
    it(`${expected}: the request is sent once, and asking again helps`, async () => {
      fake.statusOf = () => code;
      assert.equal(codeOf(await writer.write(letters(2))), expected);
      assert.deepEqual(fake.asked, [2], "the stream's backoff rules, not the client's");
      fake.statusOf = () => status.OK;
      assert.equal(codeOf(await writer.write(letters(2))), "written");
      assert.deepEqual(fake.taken, ["0", "1"]);
    });
  }

  it("holds for a letter that Pub/Sub refuses, names its message, and publishes the others once", async () => {
    fake.statusOf = (ids) => (ids.includes("3") ? status.INVALID_ARGUMENT : status.OK);
    for (const _ of [1, 2, 3]) {
      const result = await writer.write(letters(6));
      assert.equal(codeOf(result), "setUpError PUBSUB_DEAD_LETTER_REFUSED");
      assert.ok("trouble" in result && result.trouble.text.includes("message 3"));
    }
    assert.deepEqual(fake.taken, ["0", "1", "2", "4", "5"]);
    fake.statusOf = () => status.OK;
    assert.equal(codeOf(await writer.write(letters(6))), "written");
    assert.deepEqual(fake.taken, ["0", "1", "2", "4", "5", "3"]);
  });

  it("does not publish again what was confirmed before a request failed, and forgets it with the batch", async () => {
    fake.statusOf = (ids) => (ids.includes("1500") ? status.UNAVAILABLE : status.OK);
    assert.equal(codeOf(await writer.write(letters(1600))), "transientError PUBSUB_UNAVAILABLE");
    fake.statusOf = () => status.OK;
    assert.equal(codeOf(await writer.write(letters(1600))), "written");
    assert.equal(codeOf(await writer.write(letters(1))), "written");
    assert.deepEqual(fake.asked, [1000, 600, 600, 1]);
  });

  it("waits where nobody answers", async () => {
    fake.stop();
    assert.equal(codeOf(await writer.write(letters(1))), "transientError PUBSUB_UNAVAILABLE");
  });
});
