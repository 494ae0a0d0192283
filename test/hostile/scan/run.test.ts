/** One run with a value of its own in each column of each message, faults among them: none of them is in anything that the run writes for people. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markersIn, messages } from "./markers";
import { isFirstNode } from "../../support/first-node";
import { start, waitUntil } from "../../support/commands";

const MESSAGES = 30_000;

describe("what a run writes for people", () => {
  if (!isFirstNode) return;
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "scan-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);

  it("has no value of any message: log, summary, metrics, reasons, and the report of a process that is asked for one", async () => {
    writeFileSync(file("messages"), messages(MESSAGES));
    const from = ["--runner", "Direct", "--input", file("messages"), "--log_level", "debug"];
    const to = ["--duckdb", file("rows.duckdb"), "--dead_letters", file("dead"), "--summary", file("summary")];
    const running = start("pipeline/main.ts", [...from, ...to], {
      NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-directory=${dir}`,
    });
    // In the midst of it: dead letters are there, and the summary is not.
    await waitUntil(() => readdirSync(dir).includes("dead") && readFileSync(file("dead")).length > 0, 60);
    running.child.kill("SIGUSR2");
    assert.equal(await running.ended, 0, running.output.stderr);

    const summary = JSON.parse(readFileSync(file("summary"), "utf8"));
    assert.deepEqual([summary.received, summary.rows], [MESSAGES, MESSAGES / 5]);
    const letters = readFileSync(file("dead"), "utf8").trim().split("\n");
    assert.equal(letters.length, (MESSAGES / 5) * 4);
    const reasons = letters.map((line) => JSON.stringify(JSON.parse(line).attributes)).join("\n");
    const reports = readdirSync(dir).filter((name) => name.startsWith("report"));
    assert.equal(reports.length, 1, "the process was asked for a report");
    const written = {
      stdout: running.output.stdout,
      stderr: running.output.stderr,
      summary: readFileSync(file("summary"), "utf8"),
      reasons,
      report: readFileSync(file(reports[0]!), "utf8"),
    };
    for (const [what, text] of Object.entries(written)) assert.deepEqual(markersIn(text), [], what);
    // The scan finds what is there.
    assert.ok(markersIn(letters.join("\n")).length > MESSAGES);
  });
});
