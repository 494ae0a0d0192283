/** The backlog is looked at whole, and everything is given back. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Subscriber, subscriptionStore } from "../../../deploy/operate/subscription-store";
import { OperateError } from "../../../deploy/operate/trouble";

const NAME = "projects/p/subscriptions/s";

/** Pub/Sub as far as it matters: what is leased is not delivered, what is given back is delivered anew. */
class Fake {
  readonly waiting: string[];
  readonly leased = new Map<string, string>();
  deliveries = 0;
  closed = false;
  policy: object | undefined;

  constructor(
    ids: readonly string[],
    private readonly given: () => number = () => 1000,
  ) {
    this.waiting = [...ids];
  }

  client(): Subscriber {
    const fake = {
      getSubscription: async () => [{ deadLetterPolicy: this.policy }],
      pull: async ({ maxMessages }: { maxMessages: number }) => {
        const some = this.waiting.splice(0, Math.min(maxMessages, this.given()));
        const receivedMessages = some.map((messageId) => {
          const ackId = `${messageId}#${++this.deliveries}`;
          this.leased.set(ackId, messageId);
          const attributes = { source_message_id: `source-${messageId}`, error_reason: "empty", error_stage: "decode" };
          return { ackId, message: { messageId, data: Buffer.from(""), attributes } };
        });
        return [{ receivedMessages }];
      },
      modifyAckDeadline: async ({ ackIds, ackDeadlineSeconds }: { ackIds: string[]; ackDeadlineSeconds: number }) => {
        assert.ok(ackIds.length > 0 && ackIds.length <= 1000);
        for (const ackId of ackDeadlineSeconds === 0 ? ackIds : []) this.takeBack(ackId);
      },
      acknowledge: async ({ ackIds }: { ackIds: string[] }) => {
        for (const ackId of ackIds) this.leased.delete(ackId);
      },
      close: async () => {
        this.closed = true;
      },
    };
    return fake as unknown as Subscriber;
  }

  /** As when a lease ends. */
  takeBack(ackId: string): void {
    const id = this.leased.get(ackId);
    if (id !== undefined) this.waiting.push(id);
    this.leased.delete(ackId);
  }
}

const wait = async () => {};

describe("dead letters in a subscription", () => {
  it("are all found, however few come at once, and are all there afterwards", async () => {
    const counts = fc.integer({ min: 0, max: 40 });
    // Five empty answers in a row are believed, four are not.
    const someAtOnce = fc.array(fc.integer({ min: 0, max: 3 })).filter((given) => !given.join().includes("0,0,0,0,0"));
    await fc.assert(
      fc.asyncProperty(counts, fc.integer({ min: 1, max: 50 }), someAtOnce, async (n, most, given) => {
        const ids = Array.from({ length: n }, (_, at) => String(at));
        const fake = new Fake(ids, () => given.shift() ?? 7);
        const store = await subscriptionStore(NAME, fake.client(), wait);
        const { letters, more } = await store.take(most);
        assert.equal(letters.length, Math.min(n, most));
        assert.equal(more, n > most);
        await store.close();
        assert.deepEqual([...fake.waiting].sort(), [...ids].sort());
        assert.equal(fake.leased.size, 0);
        assert.ok(fake.closed);
      }),
      { numRuns: 60 },
    );
  });

  it("go one by one where they are settled, by the last delivery", async () => {
    const fake = new Fake(["1", "2", "3"]);
    const store = await subscriptionStore(NAME, fake.client(), wait);
    const { letters } = await store.take(10);
    assert.deepEqual(
      letters.map(({ id }) => id),
      ["source-1", "source-2", "source-3"],
    );
    fake.takeBack("1#1");
    assert.equal((await store.take(10)).letters.length, 3, "one that comes again counts once");
    assert.deepEqual(await store.settle(letters.slice(0, 2)), []);
    await store.close();
    assert.deepEqual(fake.waiting, ["3"]);
  });

  it("are not looked at where looking would move them, or where they are not", async () => {
    const forwarding = new Fake(["1"]);
    forwarding.policy = { deadLetterTopic: "projects/p/topics/t" };
    await assert.rejects(subscriptionStore(NAME, forwarding.client(), wait), hasCode("FORWARDS"));
    assert.equal(forwarding.deliveries, 0);
    assert.equal(forwarding.closed, false, "who opened the client closes it");
    const absent = { ...new Fake([]).client(), getSubscription: () => Promise.reject({ code: 5 }) };
    await assert.rejects(subscriptionStore(NAME, absent as unknown as Subscriber, wait), hasCode("NOT_FOUND"));
  });

  const hasCode = (code: string) => (error: unknown) => error instanceof OperateError && error.code === code;
});
