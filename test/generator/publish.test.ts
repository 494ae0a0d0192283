import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { batches } from "../../generator/batches";
import type { Clock } from "../../generator/clock";
import { publishAll } from "../../generator/publish";

/** A clock that stands still, but for who sleeps. */
class FakeClock implements Clock {
  time = 0;
  now() {
    return this.time;
  }
  async sleep(milliseconds: number) {
    this.time += milliseconds;
  }
}

const error = (code: status) => Object.assign(new Error("not taken"), { code });
const message = (name: string) => Buffer.from(name);

/** Three batches of two messages, and what became of them; `answer` is asked at every request. */
async function publish(answer: (batch: string[], request: number) => Promise<void>, { inFlight = 2, stopAt = 0 } = {}) {
  const controller = new AbortController();
  const clock = new FakeClock();
  const ids: string[] = [];
  const retries: string[] = [];
  let requests = 0;
  let now = 0;
  let most = 0;
  async function* drawn() {
    for (const names of PAIRS) if (!controller.signal.aborted) yield names.map(message);
  }
  const published = await publishAll(
    drawn(),
    {
      async publish(messages) {
        most = Math.max(most, ++now);
        if (++requests === stopAt) controller.abort();
        const names = messages.map((data) => Buffer.from(data).toString());
        try {
          await answer(names, requests);
        } finally {
          now--;
        }
        return names.map((name) => `id-${name}`);
      },
      async close() {},
    },
    {
      inFlight,
      clock,
      signal: controller.signal,
      onConfirmed: (confirmed) => void ids.push(...confirmed),
      onRetry: (why) => void retries.push(why),
    },
  );
  return { ...published, ids, requests, most, retries, waited: clock.time };
}

const PAIRS = [
  ["a", "b"],
  ["c", "d"],
  ["e", "f"],
];
const ALL = ["id-a", "id-b", "id-c", "id-d", "id-e", "id-f"];

describe("generator: publishing", () => {
  it("confirms every message, its ids in the order of drawing whatever is answered first", async () => {
    const later = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const outcome = await publish((batch) => (batch[0] === "a" ? later() : Promise.resolve()));
    assert.deepEqual(outcome.ids, ALL);
    assert.equal(outcome.confirmed, 6);
    assert.equal(outcome.unconfirmed, 0);
    assert.equal(outcome.error, undefined);
    assert.equal(outcome.most, 2);
  });

  for (const inFlight of [1, 3]) {
    it(`keeps ${inFlight} requests on their way`, async () => {
      assert.equal((await publish(() => new Promise((resolve) => setImmediate(resolve)), { inFlight })).most, inFlight);
    });
  }

  it("sends again what was not taken, counts it, and waits longer each time", async () => {
    let refusals = 4;
    const outcome = await publish(async (batch) => {
      if (batch[0] === "c" && refusals-- > 0) throw error(status.UNAVAILABLE);
    });
    assert.deepEqual(outcome.ids, ALL);
    assert.equal(outcome.retried, 4);
    assert.equal(outcome.requests, 7);
    assert.equal(outcome.retries.length, 4);
    assert.equal(outcome.waited, 100 + 200 + 400 + 800);
  });

  for (const [code, reason] of [
    [status.NOT_FOUND, "no_topic"],
    [status.PERMISSION_DENIED, "no_permission"],
    [status.INVALID_ARGUMENT, "refused"],
  ] as const) {
    it(`ends at what sending again does not mend: ${reason}`, async () => {
      const outcome = await publish(async (batch) => {
        if (batch[0] === "a") throw error(code);
      });
      assert.equal(outcome.error?.code, reason);
      assert.equal(outcome.retried, 0);
      assert.equal(outcome.unconfirmed, 2);
      assert.deepEqual(outcome.ids, ["id-c", "id-d"], "what was on its way is still counted");
    });
  }

  it("gives up what never passes, and says how many are unconfirmed", async () => {
    const outcome = await publish(async () => {
      throw error(status.UNAVAILABLE);
    });
    assert.equal(outcome.error?.code, "given_up");
    assert.equal(outcome.confirmed, 0);
    assert(outcome.unconfirmed >= 2);
    assert(outcome.waited >= 600_000);
  });

  it("waits for what is on its way when it is stopped, and does not send again", async () => {
    const outcome = await publish(
      async (batch) => {
        if (batch[0] === "c") throw error(status.UNAVAILABLE);
      },
      { stopAt: 2 },
    );
    assert.deepEqual(outcome.ids, ["id-a", "id-b"]);
    assert.equal(outcome.unconfirmed, 2);
    assert.equal(outcome.retried, 0);
  });
});

describe("generator: batches", () => {
  const never = new AbortController().signal;

  async function sizes(options: { count: number; rate?: number; bytes?: number; signal?: AbortSignal; clock?: Clock }) {
    const { count, rate = Number.POSITIVE_INFINITY, bytes = 10, signal = never, clock = new FakeClock() } = options;
    const drawn: { size: number; at: number }[] = [];
    for await (const batch of batches(() => new Uint8Array(bytes), { count, rate, clock, signal })) {
      drawn.push({ size: batch.length, at: clock.now() });
    }
    return drawn;
  }

  it("fit into one request by number", async () => {
    assert.deepEqual(
      await sizes({ count: 2500 }),
      [1000, 1000, 500].map((size) => ({ size, at: 0 })),
    );
  });

  it("fit into one request by size, and lose no message", async () => {
    const drawn = await sizes({ count: 13, bytes: 1_000_000 });
    assert.deepEqual(
      drawn.map(({ size }) => size),
      [5, 5, 3],
    );
  });

  it("hold a message that is too large for company", async () => {
    assert.deepEqual(
      (await sizes({ count: 2, bytes: 6_000_000 })).map(({ size }) => size),
      [1, 1],
    );
  });

  it("come at the rate", async () => {
    assert.deepEqual(
      await sizes({ count: 3, rate: 2 }),
      [0, 500, 1000].map((at) => ({ size: 1, at })),
    );
    const drawn = await sizes({ count: 1000, rate: 1000 });
    assert.equal(drawn.length, 20);
    assert.equal(drawn.at(-1)!.at, 950);
  });

  it("end when they are stopped", async () => {
    const controller = new AbortController();
    const clock = new FakeClock();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (milliseconds) => {
      await sleep(milliseconds);
      if (clock.time >= 2000) controller.abort();
    };
    assert.equal((await sizes({ count: 100, rate: 1, signal: controller.signal, clock })).length, 2);
  });
});
