import assert from "node:assert/strict";
import { eventAsLine, headline, summaryAsText } from "../../../deploy/drill/print";
import { type Counts, type Drilled, summaryOf } from "../../../deploy/drill/summary";
import { type Answered, timesOf } from "../../../deploy/drill/times";

const MOMENTS = { decided: 10_000, givenBack: 30_000 };
const at = (seconds: number, refused?: string): Answered => ({
  ...{ at: seconds * 1000, consumer: "pull" },
  ...(refused !== undefined && { refused }),
});
const times = (...answers: Answered[]) => timesOf("pull", answers, MOMENTS);

describe("the times of a drill", () => {
  it("are from the decision to the last that worked and the first refusal after it, and from giving back to the first that works", () => {
    const answers = [
      at(5),
      at(11),
      at(12, "A"),
      at(13),
      at(14.04, "FAILED_PRECONDITION"),
      at(31, "A"),
      at(33.5),
      at(34),
    ];
    assert.deepEqual(times(...answers), {
      ...{ consumer: "pull", untilRefused: 4, code: "FAILED_PRECONDITION", lastWorked: 3, untilWorking: 3.5 },
    });
  });

  it("leave out what was not seen", () => {
    assert.deepEqual(times(), { consumer: "pull" });
    assert.deepEqual(times(at(9, "A")), { consumer: "pull" }, "before the decision");
    assert.deepEqual(times(at(12, "A"), at(13)), { consumer: "pull", lastWorked: 3 }, "it worked at the end");
    assert.deepEqual(times(at(12, "A"), at(31, "A")), { consumer: "pull", untilRefused: 2, code: "A" });
  });

  it("are each consumer's own", () => {
    assert.deepEqual(timesOf("query", [at(12, "A")], MOMENTS), { consumer: "query" });
  });
});

const GOOD: Counts = { published: 100, notPublished: 3, rows: 98, deadLetters: 2, lost: 0, duplicates: 0 };
const PULL = { consumer: "pull", untilRefused: 4, code: "FAILED_PRECONDITION", lastWorked: 3, untilWorking: 3.5 };
const drilled = (counts: Partial<Counts> = {}, more: Partial<Drilled> = {}) =>
  summaryOf({
    ...{ deployment: "drill", project: "bank-project", startedAt: "2026-01-01T00:00:00.000Z" },
    ...{ counts: { ...GOOD, ...counts }, times: [PULL] },
    ...more,
  });

describe("the summary of a drill", () => {
  it("passes what has lost nothing, written nothing twice, and stopped and started everybody", () => {
    const summary = drilled();
    assert.deepEqual([summary.passed, summary.failures], [true, []]);
    assert.deepEqual(summary.secondsUntilRefused, { pull: 4 });
    assert.deepEqual(summary.secondsUntilWorking, { pull: 3.5 });
    assert.deepEqual(summary.refusedWith, { pull: "FAILED_PRECONDITION" });
    assert.equal(summary.secondsUntilLastAccess, 3);
    assert.equal(summary.standIn, null);
    assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
  });

  const never = { consumer: "insert" };
  for (const [what, counts, more] of [
    ["a lost message", { lost: 1 }, {}],
    ["a message that is there twice", { duplicates: 1 }, {}],
    ["a count that nobody could make", { lost: undefined }, {}],
    ["counts that do not add up", { rows: 97 }, {}],
    ["nothing published", { published: 0, rows: 0, deadLetters: 0 }, {}],
    ["a consumer that was never refused", {}, { times: [PULL, { ...PULL, ...{ untilRefused: undefined } }] }],
    ["a consumer that does not work again", {}, { times: [{ ...PULL, ...{ untilWorking: undefined } }] }],
    ["a consumer that was not seen at all", {}, { times: [PULL, never] }],
    ["no consumer", {}, { times: [] }],
    ["what else went wrong", {}, { troubles: ["the pipeline ended"] }],
  ] as const) {
    it(`does not pass ${what}`, () => {
      const summary = drilled(counts, more as Partial<Drilled>);
      assert.equal(summary.passed, false);
      assert.notEqual(summary.failures.length, 0);
      assert.match(summaryAsText(summary), /^NOT PASSED: /m);
    });
  }

  it("is shown with its stand-ins in the headline, and without any where it had none", () => {
    const rehearsal = summaryAsText(drilled({}, { standIn: "a fake cloud" }));
    assert.match(rehearsal.split("\n")[0]!, /REHEARSAL.*a fake cloud/);
    assert.doesNotMatch(summaryAsText(drilled()), /REHEARSAL/);
    assert.equal(headline(undefined), "DRILL");
    assert.match(rehearsal, /^PASSED$/m);
    assert.equal(eventAsLine({ at: 1.25, what: "begins" }), "    1.3 s  begins\n");
  });
});
