/** The order of a comparison, killed and resumed, and what it says of pipelines whose truth is known. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure, timingsOf } from "../../../deploy/compare/bench";
import { finish } from "../../../deploy/compare/finish";
import { BLOCK, orderOf } from "../../../deploy/compare/order";
import { readComparison, recordPath, type Setting } from "../../../deploy/compare/record";
import { runRounds } from "../../../deploy/compare/rounds";
import { CompareError } from "../../../deploy/compare/safety";
import { drawsOf } from "../../../deploy/compare/draws";
import type { Measured } from "../../../deploy/compare/measured";
import { nearestRank } from "../../../deploy/compare/statistics";
import type { Summary } from "../../../deploy/compare/summary";
import { BASE, type Variant, VARIANTS } from "../../../deploy/compare/variants";
import { LEAST_ROUNDS, MEASURES, verdictsOf } from "../../../deploy/compare/verdict";
import { type Simulating, SimulatedBench } from "./simulated-bench";

const LOAD = { backlog: 600, rate: 100, steady: 4, seed: 1 };
const SETTING: Setting = {
  ...{ ...LOAD, deployment: "keys", project: "bank-project", zone: "europe-west2-b", machineType: "n2-standard-2" },
  ...{ workers: 1, jobFlags: "", version: "0.1.0", standIn: "a simulation in virtual time" },
};
const stops = (code: string) => (error: unknown) => error instanceof CompareError && error.code === code;

describe("the rounds of a comparison", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compare-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (bench: SimulatedBench, rounds: number, setting = SETTING, told: string[] = []) =>
    runRounds(bench, setting, { ...LOAD, drain: 60 }, { folder, rounds, tell: (text) => void told.push(text) });

  async function said(simulating: Simulating, rounds: number, detect = 5): Promise<Summary> {
    const comparison = await run(new SimulatedBench(simulating), rounds);
    const ask = () => assert.fail("nobody is asked what stand-ins cost");
    return finish(comparison, { folder, detect, ask, tell: () => {} });
  }

  it("have each variant equally often at each place, and behind each other", () => {
    for (const seed of [1, 2, 3]) {
      const orders = Array.from({ length: BLOCK * 2 }, (_, index) => orderOf(index + 1, seed));
      for (const variant of VARIANTS) {
        for (const place of [0, 1, 2])
          assert.equal(orders.filter((order) => order[place] === variant).length, (BLOCK * 2) / VARIANTS.length);
        for (const other of VARIANTS.filter((one) => one !== variant))
          assert.equal(orders.filter((order) => order[order.indexOf(variant) + 1] === other).length, 4);
      }
      assert.deepEqual(orderOf(5, seed), orderOf(5, seed));
    }
    const first = (seed: number) => JSON.stringify([1, 2, 3, 4, 5, 6].map((round) => orderOf(round, seed)));
    assert.notEqual(first(1), first(2));
  });

  it("measure each variant with the same messages, no two at once, and end every job", async () => {
    const bench = new SimulatedBench({ scatter: 0, seed: 1 });
    const { measured } = await run(bench, 2);
    assert.deepEqual(
      measured.map(({ variant }) => variant),
      [...orderOf(1, 1), ...orderOf(2, 1)],
    );
    assert.deepEqual(bench.seeds.google, bench.seeds.hsm);
    assert.deepEqual(bench.seeds.google, bench.seeds.software);
    assert.equal(new Set(bench.seeds.google).size, 4);
    const [one] = orderOf(1, 1);
    assert.deepEqual(bench.steps.slice(0, 5), [
      ...[`clear ${one}`, `publish ${one} backlog 1`, `start ${one} 1`, `publish ${one} steady 1`, `stop ${one} 1`],
    ]);
    for (const { backlog, steady } of measured) {
      assert.deepEqual([backlog.published, backlog.rows, backlog.duplicates], [600, 600, 0]);
      assert.deepEqual([steady.published, steady.rows], [400, 400]);
      assert.ok(Math.abs(backlog.messagesPerSecond - 1000) < 1);
      assert.ok(steady.delays.p50 < steady.delays.p95 && steady.delays.p95 <= steady.delays.p99);
    }
  });

  it("go on where they were killed, and hold the torn round's against nothing", async () => {
    const whole = new SimulatedBench({ scatter: 0.05, seed: 4 });
    await run(whole, 3);
    const wanted = readComparison(folder)!.measured.map(({ round, variant }) => [round, variant]);
    for (let kill = 0; kill < whole.steps.length; kill += 4) {
      rmSync(recordPath(folder));
      let steps = 0;
      const before = () => {
        if (steps++ === kill) throw new Error("killed");
      };
      await assert.rejects(run(new SimulatedBench({ scatter: 0.05, seed: 4, before }), 3), /killed/);
      const kept = readComparison(folder)!.measured.length;
      const told: string[] = [];
      const { measured, torn } = await run(new SimulatedBench({ scatter: 0.05, seed: 5 }), 3, SETTING, told);
      assert.deepEqual(
        measured.map(({ round, variant }) => [round, variant]),
        wanted,
      );
      assert.equal(torn.length, kept % VARIANTS.length);
      assert.equal(
        told.some((line) => /on record/.test(line)),
        kept >= VARIANTS.length,
      );
    }
  });

  it("take more rounds, and none of another comparison", async () => {
    await run(new SimulatedBench({ scatter: 0, seed: 1 }), 1);
    const bench = new SimulatedBench({ scatter: 0, seed: 1 });
    assert.equal((await run(bench, 2)).measured.length, 6);
    assert.ok(bench.steps.every((step) => !/ 1$/.test(step)));
    for (const other of [
      { machineType: "n2-standard-4" },
      { backlog: 601 },
      { standIn: null },
      { zone: "europe-west2-c" },
    ])
      await assert.rejects(run(bench, 2, { ...SETTING, ...other }), stops("OTHER_RECORD"));
    writeFileSync(recordPath(folder), "{}");
    await assert.rejects(run(bench, 2), /is no record of a comparison/);
  });

  it("stop where messages are lost, and end the job all the same", async () => {
    const bench = new SimulatedBench({ scatter: 0, seed: 1 });
    bench.rows = async () => 599;
    await assert.rejects(run(bench, 1), stops("STOPPED"));
    assert.equal(bench.running, undefined);
    assert.equal(readComparison(folder)!.measured.length, 0);
    const unsure = new SimulatedBench({ scatter: 0, seed: 1 });
    unsure.publish = async () => 3;
    await assert.rejects(run(unsure, 1), stops("STOPPED"));
    const untimed = new SimulatedBench({ scatter: 0, seed: 1 });
    untimed.timings = async () => ({ rows: 1, duplicates: 0, untimed: 1 });
    await assert.rejects(
      measure(untimed, { variant: BASE, round: 1 }, { ...LOAD, drain: 1 }, () => {}),
      stops("STOPPED"),
    );
  });

  it("find a built-in 20 %, and how much it is, where everything gets slower meanwhile", async () => {
    const summary = await said({ slower: { hsm: 1.2 }, scatter: 0.03, drift: 1.01, seed: 9 }, 12);
    for (const { variant, sentence, outcome, slower, measure } of summary.verdicts) {
      if (variant === "hsm") {
        assert.equal(outcome, "slower", sentence);
        // The tail of a few hundred delays is noise of its own.
        if (measure !== "delay_p99") assert.ok(slower!.low < 20 && 20 < slower!.high, sentence);
        assert.match(sentence, /^HSM CMEK, .*: slower by \d+\.\d to \d+\.\d %$/);
      } else assert.notEqual(outcome, "slower", sentence);
    }
  });

  it("find nothing where there is nothing, and say how little", async () => {
    const summary = await said({ scatter: 0.02, seed: 12 }, 18, 10);
    for (const { outcome, sentence, measure } of summary.verdicts) {
      if (measure === "delay_p99") assert.ok(outcome === "no difference" || outcome === "too few rounds", sentence);
      else {
        assert.equal(outcome, "no difference", sentence);
        assert.match(sentence, /: no difference larger than \d\.\d % was found$/);
      }
    }
  });

  it("find a difference where there is none about as seldom as they promise", () => {
    const draw = drawsOf(77);
    const speed = () => Math.exp(0.1 * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()));
    let wrong = 0;
    for (let once = 0; once < 40; once++) {
      const measured = Array.from({ length: 10 }, (_, at) => at + 1).flatMap((round) =>
        VARIANTS.map((variant): Measured => {
          const delays = { p50: speed(), p95: speed(), p99: speed() };
          const counted = { published: 1, rows: 1, duplicates: 0 };
          const times = { startedAt: "", endedAt: "", job: "" };
          const drift = 1.1 ** round;
          return {
            ...{ round, variant, ...times },
            backlog: { ...counted, messagesPerSecond: 1000 * speed() * drift },
            steady: { ...counted, delays },
          };
        }),
      );
      const verdicts = verdictsOf(measured, { detect: 5, seed: once });
      if (verdicts.some(({ outcome }) => outcome === "slower" || outcome === "faster")) wrong++;
    }
    // 5 % is promised for all eight together: more than 6 of 40 would come once in 300 times.
    assert.ok(wrong <= 6, `${wrong} of 40`);
  });

  it("conclude nothing from too few, and say how many would do", async () => {
    const few = await said({ slower: { hsm: 3 }, scatter: 0.01, seed: 2 }, LEAST_ROUNDS - 1);
    assert.ok(few.verdicts.every(({ outcome }) => outcome === "too few rounds"));
    assert.match(few.conclusion.join("\n"), /5 rounds are too few for any conclusion: 6 at least/);
    rmSync(recordPath(folder));
    const noisy = await said({ scatter: 0.4, seed: 2 }, 7);
    const [verdict] = noisy.verdicts;
    assert.equal(verdict!.outcome, "too few rounds");
    assert.ok(verdict!.roundsNeeded! > 7 && verdict!.detectable! > 5);
    assert.match(verdict!.sentence, /too few rounds to conclude: .* rounds would find 5 %/);
    // One round that is far from all others takes the conclusion away.
    const delays = { p50: 1, p95: 1, p99: 1 };
    const times = { startedAt: "", endedAt: "", job: "" };
    const counted = { published: 1, rows: 1, duplicates: 0 };
    const stray = Array.from({ length: 9 }, (_, at) => at + 1).flatMap((round) =>
      VARIANTS.map((variant): Measured => {
        const speed = variant === BASE ? 1 : round === 9 ? 0.93 : 1 + round / 5000;
        const backlog = { ...counted, messagesPerSecond: 1000 * speed };
        return { ...{ round, variant, ...times, backlog }, steady: { ...counted, delays } };
      }),
    );
    const [odd, , same] = verdictsOf(stray, { detect: 5, seed: 1 });
    assert.equal(odd!.outcome, "too few rounds", odd!.sentence);
    assert.ok(odd!.detectable! <= 5 && odd!.slower!.high > 10, odd!.sentence);
    assert.equal(same!.outcome, "no difference");
    rmSync(recordPath(folder));
    const one = await said({ scatter: 0.4, seed: 2 }, 1);
    assert.match(one.verdicts[0]!.sentence, /too few rounds to conclude anything: 1, of 6 at least/);
    assert.equal(one.verdicts[0]!.slower, undefined);
  });

  it("are summed up in files that say what stood in", async () => {
    const summary = await said({ scatter: 0.02, seed: 3 }, 2);
    assert.equal(summary.measures.length, MEASURES.length);
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")),
      JSON.parse(JSON.stringify(summary)),
    );
    for (const file of ["report.html", "report.md", "plot.svg"])
      assert.match(readFileSync(join(folder, file), "utf8"), /STAND-INS, NOT GOOGLE CLOUD/, file);
    assert.deepEqual([summary.lost, summary.duplicates, summary.published], [0, 0, 2 * 3 * 1000]);
    assert.match(summary.conclusion.at(-1)!, /^cost: not asked/);
  });
});

describe("the times of rows", () => {
  it("are by message id, of its first row, at the nearest rank", () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({ id: `${at}`, published: 0, written: 1000 + at * 10 }));
    const { delays, messagesPerSecond, ...counts } = timingsOf([...rows, { id: "3", published: 0, written: 9000 }]);
    assert.deepEqual(counts, { rows: 100, duplicates: 1, untimed: 0 });
    assert.deepEqual(delays, { p50: 1.49, p95: 1.94, p99: 1.98 });
    assert.equal(Math.round(messagesPerSecond!), 100);
    const delaysSorted = rows.map(({ written }) => written / 1000);
    assert.equal(nearestRank(delaysSorted, 0.95), 1.94);
  });

  it("are not made up where there are none", () => {
    assert.deepEqual(timingsOf([]), { rows: 0, duplicates: 0, untimed: 0 });
    const unknown = { id: "1", published: 0, written: undefined };
    assert.deepEqual(timingsOf([unknown]), { rows: 1, duplicates: 0, untimed: 1 });
    const once = timingsOf([0, 1, 2].map((at) => ({ id: `${at}`, published: 0, written: 500 })));
    assert.equal(once.messagesPerSecond, undefined);
    assert.equal(once.delays!.p99, 0.5);
  });

  it("are the same whatever the order of the rows", () => {
    const variants: readonly Variant[] = VARIANTS;
    assert.equal(variants.length, 3);
    const rows = Array.from({ length: 50 }, (_, at) => ({
      id: `${at % 40}`,
      published: at,
      written: 1000 + ((at * 37) % 91),
    }));
    assert.deepEqual(timingsOf(rows), timingsOf([...rows].reverse()));
  });
});
