/**
 * `make test`: format, lint and types, then every test on the Node that is installed, and what depends on Node on the others of 20, 22 and
 * 24. Three runs go at once (LANES), as they wait for emulators and gcloud as much as they work; each has a log, shown when it ends. Ends
 * with the counts of all runs on a line of their own.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const LANES = Number(process.env.LANES ?? 3);
const LOGS = resolve("build/test-logs");
const COUNTS = join(LOGS, "counts.ndjson");
const MOCHA = "node_modules/mocha/bin/mocha.js";

/** Most of it is gcloud's and bq's work. */
const CLOUD = ["test/deploy", "test/drill", "test/proof", "test/support/fake-cloud", "test/support/key-gate"];
/** What is submitted to Dataflow, or to what stands in for it. */
const SUBMITTED = [
  "test/canary",
  "test/pipeline/dataflow",
  "test/pipeline/portable.test.ts",
  "test/rehearsal",
  "test/submission",
];
/** What is another process's work, whichever Node starts it: gcloud's, Python's, Java's, the builds'. */
const ANY_NODE = [
  "test/canary",
  "test/compare",
  "test/dependencies.test.ts",
  "test/deploy/worker",
  "test/drill",
  "test/pipeline/dataflow",
  "test/pipeline/python",
  "test/pipeline/runners/java.test.ts",
  "test/pipeline/runners/python.test.ts",
  "test/proof",
  "test/rehearsal",
  "test/submission",
];

interface Run {
  readonly title: string;
  readonly command: readonly string[];
}

/** One line of COUNTS: what test/support/reporter.ts writes. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly reasons: readonly string[];
}

const mocha = (node: string, title: string, specs: readonly string[], without: readonly string[]): Run => ({
  title: `tests on Node ${title}`,
  command: [node, MOCHA, ...specs, ...without.flatMap((path) => ["--ignore", path, "--ignore", `${path}/**`])],
});

/** None so long that it goes on alone at the end. */
function runs(): Run[] {
  const installed = process.versions.node;
  const others = [20, 22, 24].filter((major) => major !== Number.parseInt(installed, 10));
  return [
    mocha(process.execPath, `${installed}: the cloud`, CLOUD, []),
    mocha(process.execPath, `${installed}: what is submitted`, SUBMITTED, []),
    mocha(process.execPath, `${installed}: everything else`, [], [...CLOUD, ...SUBMITTED]),
    ...others.map((major) => {
      const node = resolve(`build/nodes/node_modules/node-${major}/bin/node`);
      if (existsSync(node)) return mocha(node, `${major}: what depends on Node`, [], ANY_NODE);
      return { title: `SKIPPED: Node ${major} cannot be had from npm for this platform`, command: [] };
    }),
    { title: "types", command: ["npx", "tsc", "--noEmit"] },
  ];
}

const say = (text: string) => process.stdout.write(`\n── ${text}\n`);
const running = new Set<ReturnType<typeof spawn>>();

/** Whether the command ended well. Its output goes to `log`, or straight to the screen. */
function ends(command: readonly string[], log?: number): Promise<boolean> {
  const output = log ?? "inherit";
  const env = { ...process.env, TEST_COUNTS: COUNTS };
  const child = spawn(command[0]!, command.slice(1), { env, stdio: ["ignore", output, output] });
  running.add(child);
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => {
      running.delete(child);
      resolve(code === 0);
    });
  });
}

async function inLane({ title, command }: Run, index: number): Promise<boolean> {
  const path = join(LOGS, `${index}.log`);
  const log = openSync(path, "w");
  const begun = Date.now();
  const well = await ends(command, log);
  closeSync(log);
  say(`${title} (${Math.round((Date.now() - begun) / 1000)} s)${well ? "" : ": FAILED"}`);
  process.stdout.write(readFileSync(path));
  return well;
}

async function main(): Promise<void> {
  rmSync(LOGS, { recursive: true, force: true });
  mkdirSync(LOGS, { recursive: true });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      for (const child of running) child.kill(signal);
      process.exitCode = 130;
    });
  }

  say("format and lint");
  let well = await ends(["npx", "biome", "check", "--error-on-warnings", "."]);
  say("tools for the tests");
  well = (await ends([process.execPath, "-r", "ts-node/register", "test/support/setup.ts"])) && well;

  const all = runs();
  const unable = all.filter(({ command }) => command.length === 0);
  const queue = [...all.entries()].filter(([, { command }]) => command.length > 0);
  say(`${queue.length} runs, ${LANES} at once; their logs come as they end`);
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) well = (await inLane(next[1], next[0])) && well;
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  say("all runs");
  const counts = existsSync(COUNTS) ? readFileSync(COUNTS, "utf8").trim().split("\n") : [];
  const lines = counts.map((line) => JSON.parse(line) as Counts);
  const sum = (name: "passed" | "failed" | "skipped") => lines.reduce((total, line) => total + line[name], 0);
  for (const reason of new Set(lines.flatMap(({ reasons }) => reasons))) process.stdout.write(`SKIPPED: ${reason}\n`);
  for (const { title } of unable) process.stdout.write(`${title}\n`);
  if (!well) process.stdout.write("Something failed: see above.\n");
  process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped") + unable.length} skipped\n`);
  if (!well) process.exitCode ||= 1;
}

void main();
