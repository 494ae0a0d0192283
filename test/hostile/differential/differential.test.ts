/** Our parser and Beam's Python on the same values: every difference is one that docs/rows.md explains. `make differential` asks the emulator too. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type Asked, compare, type Difference } from "./compare";
import { explainedAsMarkdown, explanationOf } from "./explained";
import { isFirstNode } from "../../support/first-node";
import { needsPython, PYTHON } from "../../pipeline/python/support";

describe("our parser beside others'", () => {
  it("differs from Beam's Python as docs/rows.md explains, and no otherwise", async function () {
    if (!isFirstNode) return;
    needsPython(this);
    const unexplained: string[] = [];
    let differences = 0;
    await compare({ seed: 5, count: 5000, python: PYTHON }, undefined, (one) => {
      differences += 1;
      if (explanationOf(one) === undefined) unexplained.push(`${one.type} ${one.literal}: ${one.ours} → ${one.theirs}`);
    });
    assert.deepEqual(unexplained, []);
    assert.ok(differences > 100, "values that show nothing");
  });

  it("counts a value as often as it comes, and asks about it once", async function () {
    if (!isFirstNode) return;
    needsPython(this);
    const found: Difference[] = [];
    const refusing: Asked = {
      table: async (name, type) => `${name}_${type}`,
      insert: async (_, cells) => new Map([...cells.keys()].map((id) => [id, "refused"])),
      differing: async () => [],
    };
    const { distinct, judged } = await compare({ seed: 5, count: 5000, python: PYTHON }, refusing, (one) =>
      found.push(one),
    );
    assert.ok(distinct < 4500 && judged > 3900);
    const taken = found.filter(({ party, theirs }) => party === "emulator" && theirs === "refused");
    assert.ok(taken.some(({ times }) => times > 10));
    assert.equal(new Set(taken.map(({ type, literal }) => `${type} ${literal}`)).size, taken.length);
    // An emulator that judges a value by what comes with it is no judge of values.
    const moody: Asked = {
      ...refusing,
      insert: async (_, cells, atOnce) =>
        new Map([...cells.keys()].map((id) => [id, atOnce === undefined ? "refused" : "taken"])),
    };
    await assert.rejects(
      compare({ seed: 5, count: 100, python: PYTHON }, moody, () => {}),
      /by what comes with it/,
    );
  });

  it("has its differences in docs/rows.md (UPDATE=1 writes them)", () => {
    const path = "docs/rows.md";
    const document = readFileSync(path, "utf8");
    const updated = document.replace(
      /(<!-- differences -->\n)[\s\S]*?(<!-- \/differences -->)/,
      (_, before, after) => `${before}${explainedAsMarkdown()}\n${after}`,
    );
    if (process.env.UPDATE === "1") writeFileSync(path, updated);
    assert.ok(document.includes("<!-- differences -->"));
    assert.equal(readFileSync(path, "utf8"), updated);
  });
});
