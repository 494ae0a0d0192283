import assert from "node:assert/strict";
import { compare, type Outcomes } from "./comparison";
import { passed } from "./summary";

const row = (id: string, content = "row") => ({ id, content });
const letter = (id: string, content = "letter", reason = "empty") => ({ id, content, reason });
const DIRECT: Outcomes = { rows: [row("1"), row("2")], deadLetters: [letter("3")] };
const compared = (staged: Outcomes) => compare(["1", "2", "3"], staged, DIRECT);

describe("the comparison of a rehearsal", () => {
  it("passes where both sides have the same, in whatever order", () => {
    const same = compared({ rows: [row("2"), row("1")], deadLetters: [letter("3")] });
    assert.ok(passed(same));
    assert.deepEqual(same.deadLetters, { empty: 1 });
  });

  const failures: Record<string, [Outcomes, object]> = {
    "a message that is nowhere": [
      { rows: [row("1")], deadLetters: [letter("3")] },
      { lost: 1, different: ["2"] },
    ],
    "a row that is there twice": [
      { rows: [row("1"), row("1"), row("2")], deadLetters: [letter("3")] },
      { lost: 0, duplicates: 1, different: ["1"] },
    ],
    "a row that is a dead letter as well": [
      { rows: DIRECT.rows, deadLetters: [letter("2"), letter("3")] },
      { lost: 0, duplicates: 1, different: ["2"] },
    ],
    "a row of another content": [
      { rows: [row("1"), row("2", "other")], deadLetters: [letter("3")] },
      { lost: 0, duplicates: 0, different: ["2"] },
    ],
    "a dead letter of another content": [
      { rows: DIRECT.rows, deadLetters: [letter("3", "")] },
      { lost: 0, duplicates: 0, different: ["3"] },
    ],
    "a dead letter in the place of a row": [
      { rows: [row("1")], deadLetters: [letter("2", "row"), letter("3")] },
      { lost: 0, duplicates: 0, different: ["2"] },
    ],
    "a message that nobody published": [
      { rows: [...DIRECT.rows, row("4")], deadLetters: [letter("3")] },
      { lost: 0, duplicates: 0, different: ["4"] },
    ],
  };
  for (const [what, [staged, expected]] of Object.entries(failures)) {
    it(`fails for ${what}`, () => {
      const found = compared(staged);
      assert.ok(!passed(found));
      assert.deepEqual({ ...found, ...expected }, found);
    });
  }
});
