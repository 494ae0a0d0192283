/** The staged graph on Prism, small; and what is left behind. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { prepare } from "./prepare";
import { passed, type RehearsalSummary } from "./summary";
import { waitUntil } from "../support/commands";
import { requireJava } from "../support/java";
import { markedProcesses } from "../support/processes";
import { orSkip } from "../support/skip";

const FIRST_TIME_MS = 15 * 60_000;
const SMALL = { MESSAGES: "300", INVALID: "0.1" };

/** Every process of one rehearsal carries its name in its environment. */
interface Rehearsal {
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
  readonly hasEnded: () => boolean;
  readonly kill: () => void;
  /** The command lines of its processes that live. */
  readonly alive: () => string[];
}

function rehearse(out: string, methods: NodeJS.ProcessEnv = {}): Rehearsal {
  const name = `REHEARSAL_NAME=${randomUUID()}`;
  const [key, value] = name.split("=") as [string, string];
  const env = { ...process.env, ...SMALL, ...methods, OUT: out, [key]: value };
  const child = spawn("bash", ["test/rehearsal/rehearse.sh"], { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    ended: once(child, "exit").then(([code, signal]) => ({ code, signal, output })),
    hasEnded: () => child.exitCode !== null,
    kill: () => void child.kill("SIGKILL"),
    alive: () => markedProcesses(name).map(({ command }) => command),
  };
}

// `make test` runs every test on three versions of Node. The workers here run on Node 24 whatever runs the test: once is enough.
const isFurtherNode = process.execPath.startsWith(resolve("build/nodes") + sep);

const suite = () => {
  let out: string;
  before(function () {
    this.timeout(FIRST_TIME_MS);
    orSkip(this, prepare);
  });
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "rehearsal-"));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  for (const [how, methods] of Object.entries<NodeJS.ProcessEnv>({
    "with Python's ends": {},
    "with TypeScript alone": { READ: "native", METHOD: "native" },
    "with Java's Storage Write": { READ: "native", METHOD: "storage_write_at_least_once" },
  })) {
    it(`makes the same rows and dead letters as the DirectRunner ${how}, and ends all that it started`, async function () {
      this.timeout(240_000);
      if (methods.METHOD?.startsWith("storage_write_")) orSkip(this, requireJava);
      const rehearsal = rehearse(out, methods);
      const { code, output } = await rehearsal.ended;
      assert.equal(code, 0, output);
      await waitUntil(() => rehearsal.alive().length === 0, 10);

      const summary: RehearsalSummary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
      assert.ok(passed(summary));
      const { rows, deadLetters, published } = summary;
      assert.equal(published, Number(SMALL.MESSAGES));
      assert.equal(rows + Object.values(deadLetters).reduce((sum, count) => sum + count), published);
      assert.ok(deadLetters.refused_by_table! > 0 && Object.keys(deadLetters).length > 2);
      assert.match(summary.sha256, /^[0-9a-f]{64}$/);
      assert.ok(Object.keys(summary.standIns).length >= 6);
    });
  }

  it("leaves nothing behind when it is killed with its workers at work", async function () {
    this.timeout(240_000);
    const rehearsal = rehearse(out);
    const workersRun = () => rehearsal.alive().some((command) => command.includes("worker_main"));
    await waitUntil(() => workersRun() || rehearsal.hasEnded(), 200);
    rehearsal.kill();
    const { signal, output } = await rehearsal.ended;
    assert.equal(signal, "SIGKILL", output);
    await waitUntil(() => rehearsal.alive().length === 0, 10);
    assert.ok(!existsSync(join(out, "summary.json")));
  });
};

if (!isFurtherNode) describe("a rehearsal", suite);
