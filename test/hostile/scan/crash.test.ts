/**
 * A pipeline that crashes with messages in its hands: neither what it says nor the report that Node writes of it has any value of them. A core
 * dump and a heap snapshot are the memory itself, and are nothing that the pipeline writes.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { markersIn, messageOf, messages } from "./markers";
import { isFirstNode } from "../../support/first-node";
import { start } from "../../support/commands";

const CRASH = resolve("test/hostile/scan/crash.ts");

describe("what a crash leaves", () => {
  if (!isFirstNode) return;
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "crash-"));
    writeFileSync(join(dir, "messages"), messages(10_000));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** `how`: one of crash.ts. */
  async function crash(how: string) {
    const to = ["--duckdb", join(dir, "rows.duckdb"), "--dead_letters", join(dir, "dead"), "--log_level", "debug"];
    const running = start("pipeline/main.ts", ["--runner", "Direct", "--input", join(dir, "messages"), ...to], {
      CRASH: how,
      NODE_OPTIONS: [
        `--require ts-node/register --require ${CRASH} --max-old-space-size=300`,
        `--report-uncaught-exception --report-on-fatalerror --report-directory=${dir}`,
      ].join(" "),
    });
    return { code: await running.ended, ...running.output, reports: reportsIn(dir) };
  }

  const UNCAUGHT = [1, /a defect of this program: Error\n {4}at .*crash\.ts:\d+/, 1] as const;
  const ENDS: Readonly<Record<string, readonly [code: number | NodeJS.Signals, said: RegExp, reports: number]>> = {
    "a step throws": [1, /a defect of this program: SyntaxError\n {4}at .*crash\.ts:\d+/, 0],
    "a callback throws": UNCAUGHT,
    "a promise that nobody waits for is rejected": UNCAUGHT,
    "memory runs out": ["SIGABRT", /JavaScript heap out of memory/, 1],
  };
  for (const [how, [code, said, reports]] of Object.entries(ENDS)) {
    it(`has no value of a message: ${how}`, async () => {
      const left = await crash(how);
      assert.deepEqual([left.code, left.reports.length], [code, reports], left.stderr);
      assert.match(left.stderr, said);
      for (const text of [left.stdout, left.stderr, ...left.reports]) assert.deepEqual(markersIn(text), []);
    });
  }

  it("would be found in both, where Node itself tells of such an error", () => {
    const asked = ["--report-uncaught-exception", `--report-directory=${dir}`];
    const { stderr } = spawnSync(process.execPath, [...asked, "-e", "BigInt(process.env.VALUE)"], {
      env: { ...process.env, VALUE: `${markersIn(messageOf(0))[0]}!` },
      encoding: "utf8",
    });
    assert.ok(markersIn(stderr).length > 0);
    assert.ok(markersIn(JSON.stringify(JSON.parse(reportsIn(dir)[0]!).javascriptStack)).length > 0);
  });
});

const reportsIn = (dir: string) =>
  readdirSync(dir)
    .filter((name) => name.startsWith("report."))
    .map((name) => readFileSync(join(dir, name), "utf8"));
