/** What is drawn and what is counted of Prism, and one killed run of what `make torture-prism` does at length. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../../generator/random";
import { prepare } from "../../rehearsal/prepare";
import { isFirstNode } from "../../support/first-node";
import { orSkip } from "../../support/skip";
import type { Found, Promised, Published } from "../check";
import { draw, type Kind } from "../messages";
import { startStandIns } from "../real/stand-ins";
import { type End, endedAs, weigh } from "./counts";
import { planned } from "./main";
import { text } from "./report";
import { runPrism } from "./run";
import { drawPrismScenario, kindsOf, named, type PrismScenario, VICTIMS, WAYS } from "./scenario";

const many = Array.from({ length: 300 }, (_, seed) => drawPrismScenario(seed, 2000));

describe("the scenarios of torture on Prism", () => {
  it("are the same of the same seed, and plain JSON", () => {
    assert.deepEqual(drawPrismScenario(5, 2000), drawPrismScenario(5, 2000));
    assert.deepEqual(JSON.parse(JSON.stringify(many[5])), many[5]);
    assert.notDeepEqual({ ...many[5], seed: 6 }, many[6]);
    assert.deepEqual([...kindsOf(many[5]!)], [...kindsOf(many[5]!)]);
  });

  it("come to every process, every moment and every graph", () => {
    const [victims, moments] = [new Set<string>(), new Set<string>()];
    for (const { kill } of many) {
      victims.add(kill!.victim);
      moments.add(kill!.moment.after);
    }
    assert.deepEqual([...victims].sort(), [...VICTIMS].sort());
    assert.deepEqual([...moments].sort(), ["rows", "the first row", "the job's start"]);
    assert.equal(new Set(many.map(({ methods }) => methods.write)).size, WAYS.length);
    assert.ok(many.some(({ every }) => every === 0) && many.some(({ every }) => every > 0));
    assert.ok(many.every(({ methods }) => WAYS.includes(methods)));
  });

  it("wait for no more rows than there are", () => {
    for (const one of many) {
      const { moment } = one.kill!;
      const good = [...kindsOf(one)].filter((kind) => kind === "plain" || kind === "long attribute").length;
      assert.ok(moment.after !== "rows" || (moment.rows > 0 && moment.rows < good), named(one));
    }
  });

  it("give the table no row to refuse where it cannot", () => {
    const refused = (write: string) =>
      many
        .filter(({ methods }) => methods.write === write)
        .flatMap((one) => [...kindsOf(one)])
        .includes("refused");
    assert.deepEqual([refused("streaming_inserts"), refused("native")], [true, false]);
  });

  it("begin with one of each graph in which nothing is killed", () => {
    const all = planned(many.slice(0, 20));
    const controls = all.filter(({ kill }) => kill === undefined);
    assert.deepEqual(all.slice(0, 2), controls);
    assert.equal(all.length, 22);
    assert.deepEqual(new Set(controls.map(({ methods }) => methods.write)), new Set(["native", "streaming_inserts"]));
    assert.equal(named(controls[0]!), "nothing killed");
  });
});

const KINDS: readonly Kind[] = ["plain", "plain", "broken", "plain", "empty"];
const published: readonly Published[] = KINDS.map((kind, at) => ({
  ...{ id: String(at), drawn: draw(new Random(3, at), kind, `t${at}`) },
}));
const row = (at: number) => ({ id: String(at), hash: published[at]!.drawn.row! });
const letter = (at: number) => {
  const { data, reason } = published[at]!.drawn;
  return { id: String(at), data, reason: reason! };
};
const WHOLE: Found = { rows: [row(0), row(1), row(3)], letters: [letter(2), letter(4)] };
/** 3 is in the subscription, 4 is nowhere, 0 comes again. */
const TORN: Found = { rows: [row(0), row(1)], letters: [letter(2)] };
const WAITING = new Set(["0", "3"]);
const FAILED: End = { state: "FAILED", ended: true, prismEnded: false };
const RUNNING: End = { state: "RUNNING", ended: false, prismEnded: false };
const ONCE: Promised = { rows: "once", letters: "at least once" };

const killed = (found: Found, end = FAILED, promised = ONCE) => weigh(published, found, WAITING, promised, end, true);
const control = (found: Found, end = RUNNING) => weigh(published, found, new Set(), ONCE, end, false);

describe("the counts of torture on Prism", () => {
  it("tell what is lost from what is still in the subscription", () => {
    const { counts, broken } = killed(TORN);
    assert.deepEqual(broken, {});
    assert.deepEqual(counts, {
      ...{ published: 5, rows: 2, letters: 1, twice: 0, invented: 0, changed: 0 },
      ...{ notWritten: 2, waiting: 2, waitingWritten: 1, lost: 1, stalled: 0 },
    });
  });

  it("count a job that nobody says has ended, and not one that lacks nothing", () => {
    assert.equal(killed(TORN, RUNNING).counts.stalled, 1);
    assert.equal(killed(WHOLE, RUNNING).counts.stalled, 0);
  });

  it("have nothing to say of a control that is whole", () => {
    assert.deepEqual(control(WHOLE).broken, {});
  });

  const violations: Record<string, [() => ReturnType<typeof weigh>, object]> = {
    "a control that lacks messages": [() => control(TORN), { "not written although nothing was killed": ["3", "4"] }],
    "a control that ends": [() => control(WHOLE, FAILED), { "ended by itself: FAILED": [] }],
    "a job that is done and lacks messages": [
      () => killed(TORN, { ...FAILED, state: "DONE" }),
      { "ended as DONE while messages are missing": ["3", "4"] },
    ],
    "a row that nobody published": [
      () => killed({ ...TORN, rows: [...TORN.rows, { id: "9", hash: "" }] }),
      { "invented row": ["9"] },
    ],
    "a row of another content": [
      () => killed({ ...TORN, rows: [row(0), { ...row(0), id: "1" }] }),
      { "changed row": ["1"] },
    ],
    "a row twice where it is promised once": [
      () => killed({ ...TORN, rows: [...TORN.rows, row(0)] }),
      { "doubled row": ["0"] },
    ],
  };
  for (const [what, [weighed, expected]] of Object.entries(violations)) {
    it(`find ${what}`, () => assert.deepEqual(weighed().broken, expected));
  }

  it("take a row twice where it may be, and say how many", () => {
    const twice = { ...TORN, rows: [...TORN.rows, row(0)] };
    const { counts, broken } = killed(twice, FAILED, { rows: "at least once", letters: "at least once" });
    assert.deepEqual([counts.twice, broken], [1, {}]);
  });

  it("are summed by what was killed and how the job ended", () => {
    const outcome = { ...killed(TORN), end: FAILED, seconds: 1 };
    const all = text([
      [many[0]!, outcome],
      [many[0]!, outcome],
      [
        { ...many[0]!, kill: undefined },
        { ...control(WHOLE), end: RUNNING, seconds: 1 },
      ],
    ]);
    assert.match(all, new RegExp(`^${many[0]!.kill!.victim}: FAILED, 2 runs\n +10  published\n`));
    assert.match(all, /^nothing: still RUNNING, 1 run$/m);
    assert.match(all, /\n3 runs, 0 failed\n$/);
    assert.equal(endedAs({ ...FAILED, prismEnded: true }), "Prism ended");
  });
});

if (isFirstNode) {
  describe("the staged graph on Prism, killed", function () {
    this.timeout(15 * 60_000);
    let logs: string;
    let standIns: Awaited<ReturnType<typeof startStandIns>> | undefined;

    before(async function () {
      orSkip(this, prepare);
      logs = mkdtempSync(join(tmpdir(), "torture-prism-"));
      standIns = await orSkip(this, () => startStandIns());
    });
    after(async () => {
      await standIns?.stop();
      if (logs !== undefined) rmSync(logs, { recursive: true, force: true });
    });

    it("invents, changes and doubles nothing when its TypeScript worker is killed", async () => {
      const kill = { victim: "TypeScript worker", moment: { after: "rows", rows: 1 } } as const;
      const scenario: PrismScenario = { seed: 1, methods: WAYS[0]!, messages: 1000, every: 0, kill };
      const { broken, counts, rowsAtKill } = await runPrism(scenario, standIns!, join(logs, "run"));
      assert.deepEqual(broken, {});
      assert.ok(rowsAtKill! > 0);
      assert.equal(counts.published, 1000);
      assert.equal(counts.notWritten, counts.lost + counts.waiting - counts.waitingWritten);
    });
  });
}
