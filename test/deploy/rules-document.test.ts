import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { heldAgainstRules, NOTHING_OBSERVED, RULES } from "../../deploy/rules";
import { article, london } from "./deployments";

const nothing = NOTHING_OBSERVED("nobody looks");

function ruleTable(): string {
  const seen = new Set(heldAgainstRules(london(), nothing, []).notObserved.map(({ rule }) => rule));
  const lines = RULES.map(({ id, reason, source, mend }) => {
    const read = seen.has(id) ? "**seen**" : "names";
    return `| ${id} | ${reason} | ${read} | ${source} | ${mend} |`;
  });
  return ["| rule | reason | read from | source | mend |", "| --- | --- | --- | --- | --- |", ...lines, ""].join("\n");
}

function articleTable(): string {
  const { broken } = heldAgainstRules(article(), nothing, []);
  const lines = broken.map(({ rule, found }) => `| ${rule.id} | ${found.join("; ")} |`);
  return ["| rule | found |", "| --- | --- |", ...lines, ""].join("\n");
}

describe("docs/rules.md", () => {
  it("says what the rules are (UPDATE=1 writes it)", () => {
    const path = "docs/rules.md";
    const document = readFileSync(path, "utf8");
    const updated = document
      .replace(/(?<=<!-- rules -->\n)[\s\S]*(?=<!-- \/rules -->)/, () => ruleTable())
      .replace(/(?<=<!-- article -->\n)[\s\S]*(?=<!-- \/article -->)/, () => articleTable());
    if (process.env.UPDATE) writeFileSync(path, updated);
    else assert.equal(document, updated);
  });
});
