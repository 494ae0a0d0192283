/** The statistics of a comparison: against tables, against simulation, and as properties. */
import assert from "node:assert/strict";
import { drawsOf, shuffled } from "../../../deploy/compare/draws";
import {
  bootstrapMean,
  detectable,
  deviationOf,
  nearestRank,
  quantileOfT,
  roundsFor,
} from "../../../deploy/compare/statistics";

/** Normal values [Box and Muller]. */
function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

describe("the statistics of a comparison", () => {
  it("draw the same for the same seed, evenly", () => {
    const [a, b, other] = [drawsOf(7), drawsOf(7), drawsOf(8)];
    const drawn = Array.from({ length: 10_000 }, () => a());
    assert.deepEqual(
      drawn,
      Array.from({ length: 10_000 }, () => b()),
    );
    assert.notEqual(drawn[0], other());
    assert.ok(drawn.every((value) => value >= 0 && value < 1));
    const deciles = new Array(10).fill(0);
    for (const value of drawn) deciles[Math.floor(value * 10)]++;
    assert.ok(deciles.every((count) => Math.abs(count - 1000) < 150));
    assert.deepEqual([...shuffled([1, 2, 3, 4], a)].sort(), [1, 2, 3, 4]);
  });

  it("have Student's quantiles, as in the tables", () => {
    const table = [
      [0.975, 1, 12.706],
      [0.975, 2, 4.303],
      [0.975, 5, 2.571],
      [0.975, 10, 2.228],
      [0.995, 9, 3.25],
      [0.8, 4, 0.941],
      [0.975, 60, 2.0],
      [0.9995, 30, 3.646],
    ] as const;
    for (const [share, freedom, wanted] of table) {
      assert.ok(Math.abs(quantileOfT(share, freedom) - wanted) < 0.001, `${share} ${freedom}`);
    }
  });

  it("take a percentile that was measured", () => {
    const sorted = [1, 2, 3, 4];
    assert.deepEqual(
      [0, 0.25, 0.5, 0.51, 0.99, 1].map((share) => nearestRank(sorted, share)),
      [1, 1, 2, 3, 4, 4],
    );
  });

  it("give intervals that hold the mean, move with the values, and shrink with the level", () => {
    const draw = drawsOf(3);
    for (let once = 0; once < 50; once++) {
      const values = Array.from({ length: 3 + Math.floor(draw() * 12) }, () => normal(draw) * 0.1 + draw());
      const options = { level: 0.95, seed: once, resamples: 999 };
      const one = bootstrapMean(values, options);
      assert.ok(one.low <= one.mean && one.mean <= one.high);
      assert.deepEqual(bootstrapMean(values, options), one);
      const moved = bootstrapMean(
        values.map((value) => value + 5),
        options,
      );
      assert.ok(Math.abs(moved.low - one.low - 5) < 1e-9 && Math.abs(moved.high - one.high - 5) < 1e-9);
      const narrow = bootstrapMean(values, { ...options, level: 0.5 });
      assert.ok(narrow.low >= one.low && narrow.high <= one.high);
      // Turned round, it is the other way round, but for what is drawn.
      const turned = bootstrapMean(
        values.map((value) => -value),
        options,
      );
      assert.ok(Math.abs(turned.mean + one.mean) < 1e-12);
    }
    assert.deepEqual(bootstrapMean([2, 2, 2], { level: 0.95, seed: 1 }), { mean: 2, low: 2, high: 2 });
    assert.throws(() => bootstrapMean([1], { level: 0.95, seed: 1 }), RangeError);
  });

  for (const [name, value] of [
    ["normal", normal],
    ["skewed", (draw: () => number) => -Math.log(1 - draw()) - 1],
  ] as const) {
    it(`hold the truth about as often as they promise, of ${name} rounds`, () => {
      const draw = drawsOf(11);
      const EXPERIMENTS = 500;
      let held = 0;
      for (let once = 0; once < EXPERIMENTS; once++) {
        const values = Array.from({ length: 12 }, () => value(draw));
        const { low, high } = bootstrapMean(values, { level: 0.95, seed: once, resamples: 999 });
        if (low <= 0 && 0 <= high) held++;
      }
      const coverage = held / EXPERIMENTS;
      assert.ok(coverage > 0.92 && coverage < 0.985, `${coverage}`);
    });
  }

  it("say what a number of rounds can find, and find it that often", () => {
    const [rounds, level] = [12, 0.95];
    const difference = detectable(1, rounds, level);
    const draw = drawsOf(5);
    let found = 0;
    for (let once = 0; once < 400; once++) {
      const values = Array.from({ length: rounds }, () => normal(draw) + difference);
      if (bootstrapMean(values, { level, seed: once, resamples: 999 }).low > 0) found++;
    }
    assert.ok(found / 400 > 0.72 && found / 400 < 0.9, `${found / 400}`);
    assert.ok(detectable(1, 24, level) < difference && detectable(2, rounds, level) > difference);
  });

  it("say how many rounds would", () => {
    const wanted = roundsFor(0.05, 0.04, 0.95, 6)!;
    assert.ok(detectable(0.04, wanted, 0.95) <= 0.05);
    assert.ok(wanted === 6 || detectable(0.04, wanted - 1, 0.95) > 0.05);
    assert.equal(roundsFor(0.05, 0.0001, 0.95, 6), 6);
    assert.equal(roundsFor(0.001, 100, 0.95, 6), undefined);
    assert.ok(Number.isNaN(deviationOf([1])));
  });
});
