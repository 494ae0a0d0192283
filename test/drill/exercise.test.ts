/** The drill on this machine, smaller: the real gcloud and bq, the real generator and pipeline. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { orSkip } from "../support/skip";
import { CONSUMERS, exercise } from "./exercise";

if (isFirstNode) {
  describe("the drill on this machine", function () {
    this.timeout(900_000);
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "drill-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("stops every consumer, holds the pipeline, and goes on with nothing lost or written twice", async function () {
      const said: string[] = [];
      const sizes = { rate: 20, before: 40, after: 40, invalid: 0.1 };
      const summary = await orSkip(this, () =>
        exercise({ folder, ...sizes, print: (text) => void said.push(text) }).catch((error: unknown) => {
          throw error instanceof ToolMissing ? new MissingTool(error.message, "gcloud has bq as a component") : error;
        }),
      );
      assert.deepEqual(summary.failures, [], said.join(""));
      assert.deepEqual([summary.lost, summary.duplicates, summary.passed], [0, 0, true]);
      assert.equal(summary.published, summary.rows + summary.deadLetters);
      assert.ok(summary.published >= 80 && summary.deadLetters > 0 && summary.notPublished > 0);
      assert.deepEqual(Object.keys(summary.secondsUntilRefused), [...CONSUMERS]);
      for (const one of CONSUMERS) assert.equal(summary.refusedWith[one], "FAILED_PRECONDITION");
      assert.deepEqual(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")), summary);
      assert.match(said[0]!, /REHEARSAL ON STAND-INS/);
    });
  });
}
