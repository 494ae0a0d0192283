/** A few short runs of the real process between the gates, on the emulators: what `make torture` does at length. */
import assert from "node:assert/strict";
import { isFirstNode } from "../../support/first-node";
import { orSkip } from "../../support/skip";
import { PLANTED } from "./bigquery-gate";
import { type RealOutcome, runReal } from "./run";
import { drawRealScenario, type RealScenario } from "./scenario";
import { type StandIns, startStandIns } from "./stand-ins";

const BASE: RealScenario = {
  ...{ seed: 1, sink: "bigquery", letters: "file", every: 100, publishedTwice: 3, processes: 1, calls: [], timed: [] },
  groups: Array.from({ length: 5 }, () => ["plain", "refused", "long attribute", "broken", "empty", "plain"]),
};
const once = (on: "insert" | "acknowledge" | "pull", what: string) => ({ on, what, call: 0, times: 1 });

const SCENARIOS: Record<string, RealScenario> = {
  killed: { ...BASE, sink: "duckdb", timed: [{ what: "SIGKILL", at: 300, ms: 0 }] },
  lost: {
    ...{ ...BASE, seed: 2, letters: "topic" },
    calls: [
      once("insert", "answer swallowed"),
      once("acknowledge", "answer swallowed"),
      once("pull", "delivered again"),
    ],
  },
  planted: { ...BASE, seed: 3, calls: [once("insert", PLANTED)] },
};

describe("the scenarios of real torture", () => {
  it("are the same of the same seed, and plain JSON", () => {
    assert.deepEqual(drawRealScenario(5), drawRealScenario(5));
    assert.deepEqual(JSON.parse(JSON.stringify(drawRealScenario(5))), drawRealScenario(5));
    assert.notDeepEqual(drawRealScenario(5), drawRealScenario(6));
  });

  it("come to every fault", () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => drawRealScenario(seed));
    const timed = new Set(drawn.flatMap((one) => one.timed.map(({ what }) => what)));
    const calls = new Set(drawn.flatMap((one) => one.calls.map(({ on, what }) => `${on}: ${what}`)));
    assert.equal(timed.size, 11);
    assert.equal(calls.size, 18);
    assert.ok(
      drawn.some((one) => one.groups.flat().includes("huge")) && drawn.some(({ processes }) => processes === 2),
    );
  });
});

if (isFirstNode) {
  describe("torture of the real process", function () {
    this.timeout(300_000);
    let standIns: StandIns | undefined;
    let outcomes: Record<string, RealOutcome>;

    before(async function () {
      standIns = await orSkip(this, () => startStandIns());
      // Side by side: they wait for leases more than they work.
      const runs = Object.entries(SCENARIOS).map(async ([name, one]) => [name, await runReal(one, standIns!)] as const);
      outcomes = Object.fromEntries(await Promise.all(runs));
    });
    after(async () => {
      await standIns?.stop();
    });

    it("loses and doubles nothing where the pipeline is killed", () => {
      const { broken, log, fired, starts, rows, letters } = outcomes.killed!;
      assert.deepEqual(broken, {}, log);
      assert.deepEqual([fired.SIGKILL, starts], [1, 2]);
      assert.deepEqual([rows, letters], [17, 16]);
    });

    it("nor where answers are lost after the write, and messages come again", () => {
      const { broken, log, fired } = outcomes.lost!;
      assert.deepEqual(broken, {}, log);
      assert.equal(fired["insert: answer swallowed"], 1);
    });

    it("finds a sink that writes twice", () => {
      assert.ok((outcomes.planted!.broken["doubled row"] ?? []).length > 0, JSON.stringify(outcomes.planted));
    });
  });
}
