/** `make submission` as a user runs it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsStandIns } from "../pipeline/dataflow/stand-ins";
import { isFirstNode } from "../support/first-node";
import { start } from "../support/commands";

// It only repeats what the tests of the submission do: once is enough.
if (isFirstNode)
  describe("make submission", () => {
    let out: string;
    before(function () {
      needsStandIns(this);
    });
    beforeEach(() => {
      out = mkdtempSync(join(tmpdir(), "make-submission-"));
    });
    afterEach(() => rmSync(out, { recursive: true, force: true }));

    async function submission(...args: readonly string[]) {
      const running = start("test/submission/main.ts", ["--project", "my-project", ...args], { OUT: out });
      return { code: await running.ended, ...running.output };
    }

    it("shows the job beside the options that asked for it, and says that the service was a stand-in", async () => {
      const { code, stdout, stderr } = await submission("--worker_zone", "europe-west2-c");
      assert.equal(code, 0, stderr);
      assert.ok(stdout.includes("--worker_zone europe-west2-c\n      environment.workerZone = europe-west2-c\n"));
      assert.match(stdout, /were stand-ins/);
      const recorded = JSON.parse(readFileSync(join(out, "recorded.json"), "utf8"));
      assert.equal(recorded.id, JSON.parse(readFileSync(join(out, "job.json"), "utf8")).jobId);
      for (const file of ["requests.ndjson", "request.json", "pipeline.pb"])
        assert.ok(existsSync(join(out, file)), file);
    });

    it("shows what is refused, and that nothing was sent", async () => {
      const { code, stdout, stderr } = await submission("--profile", "article");
      assert.equal(code, 2);
      assert.match(stderr, /LOC-1.*KEY-2/s);
      assert.match(stdout, /sent no job; nothing was staged/);
    });
  });
