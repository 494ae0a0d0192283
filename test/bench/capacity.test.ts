/** What `make bench-capacity` makes of steps that are known: where delay bends, what a message costs by its size. */
import assert from "node:assert/strict";
import { costOf, isOver, kneeOf, oneCore, type Step } from "./capacity/knee";
import { bundleOf } from "./capacity/worker";
import { padded } from "./soak/padded";
import { compileGenerator } from "../../generator/record";
import { loadTableSchema } from "../../schemas/load";

const step = (rate: number, delayP50 = 100, growth = 0): Step => ({
  ...{
    rate,
    written: rate - growth,
    growth,
    delayP50,
    delayP99: 2 * delayP50,
    cpuMicros: 100,
    core: rate / 10_000,
    waited: 0,
  },
});

describe("the knee", () => {
  it("is where more waits than 2% of what is offered", () => {
    const { held, bent } = kneeOf([step(1000), step(2000, 120, 39), step(4000, 130, 81)]);
    assert.equal(held, 2000);
    assert.equal(bent!.rate, 4000);
    assert.match(bent!.why, /81 messages a second more/);
  });

  it("is where the middle delay is four times the lightest step's, and 50 ms above it", () => {
    assert.equal(kneeOf([step(1000, 100), step(2000, 400), step(4000, 401)]).bent!.rate, 4000);
    assert.equal(kneeOf([step(1000, 2), step(2000, 51)]).bent, undefined);
    assert.equal(kneeOf([step(1000, 2), step(2000, 53)]).bent!.rate, 2000);
  });

  it("is above whatever was held, though a noisy minute bent a lower rate", () => {
    assert.deepEqual(kneeOf([step(1000), step(2000, 900), step(4000)]), { held: 4000 });
    assert.equal(kneeOf([step(1000, 100, 500)]).held, undefined);
    assert.deepEqual(kneeOf([]), {});
  });

  it("is not told by a rate that was not held for want of a processor", () => {
    assert.deepEqual(kneeOf([step(1000), { ...step(2000, 900), waited: 0.4 }]), { held: 1000 });
    assert.equal(kneeOf([step(1000), { ...step(2000, 900), waited: 0.1 }]).bent!.rate, 2000);
  });

  it("is not looked for beyond two rates that were not held", () => {
    assert.equal(isOver([step(1000), step(2000, 900)]), false);
    assert.equal(isOver([step(1000), step(2000, 900), step(4000, 900)]), true);
    assert.equal(isOver([step(1000), step(2000, 900), step(4000)]), false);
  });
});

describe("the cost of a message", () => {
  it("is a line by its size", () => {
    const { micros, microsPerKilobyte } = costOf(
      [500, 2000, 8000].map((bytes) => ({ bytes, cpuMicros: 20 + bytes / 250 })),
    );
    assert.ok(Math.abs(micros - 20) < 1e-9 && Math.abs(microsPerKilobyte - 4) < 1e-9);
    assert.throws(
      () =>
        costOf([
          { bytes: 500, cpuMicros: 1 },
          { bytes: 500, cpuMicros: 2 },
        ]),
      RangeError,
    );
  });

  it("says what one core would hold", () => {
    assert.equal(oneCore(100), 10_000);
  });
});

describe("a message made longer", () => {
  const generator = compileGenerator(loadTableSchema("schemas/cc_account_info.json"), { seed: 1, locale: "en_GB" });

  it("has the size that was asked for, and is the same message but for its address", () => {
    const message = generator.next();
    const [before, after] = [message, padded(message, 4000)].map((data) => JSON.parse(Buffer.from(data).toString()));
    assert.equal(padded(message, 4000).length, 4000);
    assert.ok(after.address.endsWith(before.address));
    assert.deepEqual({ ...after, address: "" }, { ...before, address: "" });
    assert.equal(padded(message, 10), message);
    assert.throws(() => padded(Buffer.from("{}"), 100), RangeError);
  });

  it("fills a bundle", () => {
    const { data, messages, bytes } = bundleOf(700, 2000);
    assert.deepEqual([messages, bytes, data.length], [700, 2000, 2]);
    assert.equal(
      data.reduce((sum, part) => sum + part.length, 0),
      700 * (13 + 2 + 2000),
    );
  });
});
