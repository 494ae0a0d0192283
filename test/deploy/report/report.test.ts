import assert from "node:assert/strict";
import { html } from "../../../deploy/report/html";
import { reportOf } from "../../../deploy/report/report";
import { auditOf, KEY } from "../audit/answers";

describe("the report", () => {
  it("says at once that all is well", async () => {
    const page = reportOf(await auditOf());
    assert.match(page, /All \d+ hold/);
    assert.match(page, /Nothing is open/);
    assert.match(page, /There was no audit before this one/);
  });

  it("puts what is open before everything else, by name", async () => {
    const audit = await auditOf((all) => (all["bq show"].location = "EU"));
    const page = reportOf(audit);
    const at = (text: string) => page.indexOf(text);
    assert.ok(at("is in eu, not in europe-west2") > 0);
    assert.ok(at("is in eu, not in europe-west2") < at("<svg"));
    assert.match(page, /class="node ghost"/);
  });

  it("names the stand-in in its first words", async () => {
    const page = reportOf({ ...(await auditOf()), standIn: "a fake" });
    assert.ok(page.indexOf("This is a rehearsal: a fake was asked, not Google Cloud") < page.indexOf("<h1>"));
  });

  it("is the same text for the same audit, and names every link, rule, principal and command", async () => {
    const audit = await auditOf();
    const page = reportOf(audit);
    assert.equal(page, reportOf(audit));
    const names = [
      ...audit.chain.map(({ what }) => what),
      ...audit.outcomes.map(({ id }) => id),
      ...audit.keys.flatMap(({ principals }) => principals.map(({ member }) => member)),
      ...audit.observations.map(({ what }) => what),
    ];
    for (const name of names) assert.ok(page.includes(html`${name}`.text), name);
  });

  it("takes what others wrote for text, never for markup", async () => {
    const page = reportOf(
      await auditOf((all) => {
        all["dataflow jobs describe"].name = "<script>alert(1)</script>";
        all["bq show"].numRows = `"><img src=x>`;
      }),
    );
    assert.ok(!/<script|<img/.test(page));
  });

  it("refers to nothing outside of itself", async () => {
    const page = reportOf(await auditOf((all) => delete all["storage buckets describe"].encryption));
    assert.ok(!/\b(?:src|href)="(?!#)/.test(page));
    assert.ok(!/url\((?!#)|@import/.test(page));
    assert.ok(page.includes("default-src &#39;none&#39;"));
    assert.ok(page.includes(KEY));
  });
});
