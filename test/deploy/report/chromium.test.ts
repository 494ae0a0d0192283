/** The report as people open it: from disk, in Debian's chromium, in the light, in the dark, on a telephone and on paper. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { printToPdf } from "../../../deploy/report/pdf";
import { reportOf } from "../../../deploy/report/report";
import { orSkip } from "../../support/skip";
import { isFirstNode } from "../../support/first-node";
import { type Answers, auditOf } from "../audit/answers";
import { open, startBrowser } from "./browser";

/** One of each kind of trouble, so that every part of the page is there. */
function troubled(all: Answers): void {
  all["bq show"].location = "EU";
  all["dataflow jobs describe"].labels.customer = "gb29nwbk60161331926819";
  all["kms keys get-iam-policy"].bindings.push({ role: "roles/owner", members: ["user:x@bank.example"] });
  all["projects get-iam-policy"].bindings.push({ role: "roles/cloudkms.admin", members: ["user:y@bank.example"] });
  all["pubsub snapshots list"] = new Error("PERMISSION_DENIED");
}

if (isFirstNode) {
  describe("the report in chromium", function () {
    this.timeout(180_000);
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const file = join(folder, "report.html");
    const url = pathToFileURL(file).href;
    let browser: Browser;
    before(async function () {
      const audit = await auditOf(troubled);
      const changes = [{ what: "x", before: null, after: "y" }];
      writeFileSync(file, reportOf({ ...audit, standIn: "a fake", drift: { since: audit.observedAt, changes } }));
      browser = await orSkip(this, () => startBrowser());
    });
    after(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it("asks for nothing but itself, and its policy is broken by nothing in it", async () => {
      const { page, requests, complaints } = await open(browser, url);
      assert.deepEqual([requests, complaints], [[url], []]);
      // The style is let in: the policy names its digest.
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('.facts')).display"), "grid");
      await page.close();
    });

    for (const [scheme, width] of [
      ["light", 1280],
      ["dark", 1280],
      ["light", 390],
    ] as const) {
      it(`has no fault that axe finds, ${scheme}, ${width} wide`, async () => {
        const { page } = await open(browser, url, scheme, width);
        await page.evaluate("document.querySelector('details').open = true");
        await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
        const { violations, passes } = (await page.evaluate("axe.run()")) as {
          violations: { id: string; nodes: { html: string }[] }[];
          passes: unknown[];
        };
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`),
          [],
        );
        assert.ok(passes.length > 20);
        assert.ok((await page.evaluate("document.documentElement.scrollWidth <= innerWidth")) as boolean);
        await page.close();
      });
    }

    it("is read by the keyboard: to the report, to each part, through each table", async () => {
      const { page } = await open(browser, url);
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate("document.activeElement.textContent"), "To the report");
      const reached = new Set<string>();
      for (let at = 0; at < 60; at++) {
        await page.keyboard.press("Tab");
        reached.add(
          (await page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.tagName")) as string,
        );
      }
      for (const part of ["Map", "The way of a message", "Rules", "SUMMARY"]) assert.ok(reached.has(part), part);
      await page.close();
    });

    it("is printed, the evidence too", async () => {
      const pdf = join(folder, "report.pdf");
      assert.equal(await printToPdf(file, pdf), undefined);
      assert.equal(readFileSync(pdf).subarray(0, 5).toString(), "%PDF-");
      const { page } = await open(browser, url);
      await page.emulateMedia({ media: "print" });
      assert.ok(((await page.evaluate("document.querySelector('details table').offsetHeight")) as number) > 100);
      await page.close();
    });
  });
}
