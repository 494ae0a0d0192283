/** Our parser and Beam's Python on the same values: every difference is one that docs/rows.md explains. `make differential` asks the emulator too. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { compare } from "./compare";
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
