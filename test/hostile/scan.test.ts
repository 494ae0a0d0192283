/** One run with a value of its own in each column of each message, faults among them: none of them is in anything that the run writes for people. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTableSchema } from "../../schemas/load";
import { isFirstNode } from "../support/first-node";
import { start, waitUntil } from "../support/commands";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const MARKER = /mark[0-9a-z]+x|77\d{13}77/g;
const MESSAGES = 30_000;

/** What a column holds in message `at`: a text, or a number where the column is one. */
const markerOf = (at: number, column: number, isNumber: boolean) =>
  isNumber ? `77${String(at * 100 + column).padStart(13, "0")}77` : `"mark${at.toString(36)}q${column.toString(36)}x"`;

function messageOf(at: number): string {
  const members = BANK.columns.map(({ name, type }, column) => {
    if (/DATE|TIME/.test(type) && at % 5 !== 1) return `"${name}":null`;
    return `"${name}":${markerOf(at, column, type === "INT64")}`;
  });
  const whole = `{${members.join(",")}}`;
  // Rows, texts in dates, an unknown column, a torn text, a column twice.
  const faults = [
    whole,
    whole,
    whole.replace("{", `{"nick_name":${markerOf(at, 99, false)},`),
    whole.slice(0, -9),
    whole.replace("{", `{${members[0]},`),
  ];
  return faults[at % faults.length]!;
}

describe("what a run writes for people", () => {
  if (!isFirstNode) return;
  const dir = mkdtempSync(join(tmpdir(), "scan-"));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);

  it("has no value of any message: log, summary, metrics, reasons, and the report of a process that is asked for one", async () => {
    writeFileSync(file("messages"), Array.from({ length: MESSAGES }, (_, at) => `${messageOf(at)}\n`).join(""));
    const args = [
      "--runner",
      "Direct",
      "--input",
      file("messages"),
      "--duckdb",
      file("rows.duckdb"),
      "--log_level",
      "debug",
    ];
    const env = {
      NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-uncaught-exception --report-on-fatalerror --report-directory=${dir}`,
    };
    const running = start(
      "pipeline/main.ts",
      [...args, "--dead_letters", file("dead"), "--summary", file("summary")],
      env,
    );
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
    for (const [what, text] of Object.entries(written)) assert.deepEqual(text.match(MARKER) ?? [], [], what);
    // The scan finds what is there.
    const kept = letters.map((line) => Buffer.from(JSON.parse(line).data, "base64").toString()).join("\n");
    assert.ok((kept.match(MARKER) ?? []).length > MESSAGES);
  });
});
