import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { controlsTable } from "../../../deploy/proof/controls";

describe("docs/controls.md", () => {
  it("maps every rule and every check (UPDATE=1 writes it)", () => {
    const path = "docs/controls.md";
    const document = readFileSync(path, "utf8");
    const updated = document.replace(/(?<=<!-- controls -->\n)[\s\S]*(?=<!-- \/controls -->)/, () => controlsTable());
    if (process.env.UPDATE) writeFileSync(path, updated);
    else assert.equal(document, updated);
  });
});
