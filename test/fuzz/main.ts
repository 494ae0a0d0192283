/** `make fuzz`: searches for inputs for which something is not true, target by target, within SECONDS. Ends with 1 where it found any. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { corpusFile, inputOfLine, lineOfInput, readCorpus } from "./corpus";
import { type Order, type Told, WINDOW_HEAD } from "./order";
import { TARGETS } from "./targets";

const FOUND = "build/fuzz";
/** An input on which a target stands so long stops it. */
const HANGS_MS = 20_000;
const LARGEST = 1 << 16;

interface Result {
  readonly executions: number;
  readonly blocks: number;
  readonly corpus: readonly string[];
  readonly findings: number;
}

async function main(): Promise<void> {
  const { SECONDS = "600", TARGET = "" } = process.env;
  const seed = Number(process.env.SEED || Date.now() % 1_000_000);
  const names = TARGET === "" ? Object.keys(TARGETS) : TARGET.split(",");
  const unknown = names.find((name) => !Object.hasOwn(TARGETS, name));
  if (unknown !== undefined || !(Number(SECONDS) > 0)) {
    console.error(
      `TARGET=${TARGET} SECONDS=${SECONDS}: targets are ${Object.keys(TARGETS).join(", ")}, seconds a number`,
    );
    process.exitCode = 2;
    return;
  }
  const seconds = Number(SECONDS) / names.length;
  console.log(`${names.length} targets, ${Math.round(seconds)} s each, SEED=${seed}`);
  let findings = 0;
  for (const target of names) {
    const result = await searched(target, seconds, seed);
    findings += result.findings;
    const kept = saveCorpus(target, result.corpus);
    const { executions, blocks } = result;
    console.log(
      `${target.padEnd(12)} ${executions} executions, ${blocks} blocks reached, ${kept}, ${result.findings} findings`,
    );
  }
  if (findings > 0) process.exitCode = 1;
}

async function searched(target: string, seconds: number, seed: number): Promise<Result> {
  const window = new SharedArrayBuffer(WINDOW_HEAD + LARGEST);
  // What an earlier search kept goes on beside what is committed.
  const corpus = [...readCorpus(target), ...readCorpus(target, FOUND)].map(lineOfInput);
  const order: Order = { target, seconds, seed, corpus: [...new Set(corpus)], window };
  const worker = new Worker(join(__dirname, "search.ts"), {
    workerData: order,
    execArgv: ["-r", "ts-node/register"],
    resourceLimits: { maxOldGenerationSizeMb: 1500 },
  });
  const head = new Int32Array(window, 0, 2);
  let findings = 0;
  const save = (line: string, error: string) => {
    findings += 1;
    console.log(`${target}: ${error}\n  ${reproduced(target, line)}`);
  };
  return await new Promise((done) => {
    let last = -1;
    const stopped = (why: string) => {
      save(current(window), why);
      finish({ executions: head[1]!, blocks: 0, corpus: [] });
    };
    const watch = setInterval(() => {
      const now = Atomics.load(head, 1);
      if (now === last && now > 0) stopped(`it does not end within ${HANGS_MS / 1000} s`);
      last = now;
    }, HANGS_MS);
    const finish = (result: Omit<Result, "findings">) => {
      clearInterval(watch);
      void worker.terminate().then(() => done({ ...result, findings }));
    };
    worker.on("message", (told: Told) => {
      if (told.kind === "broken") save(told.input, told.error);
      else finish(told);
    });
    worker.on("error", (error: Error) => stopped(`it ends the process: ${error.stack ?? error}`));
  });
}

/** What the window shows. */
const current = (window: SharedArrayBuffer) =>
  lineOfInput(Buffer.from(new Uint8Array(window, WINDOW_HEAD, new Int32Array(window, 0, 1)[0])));

/** Leaves the input in build/fuzz; answers how to run it again. */
function reproduced(target: string, line: string): string {
  const digest = createHash("sha256").update(line).digest("hex").slice(0, 12);
  const file = join(FOUND, `${target}-${digest}.jsonl`);
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(file, line);
  return `again: npx ts-node test/fuzz/again.ts ${target} ${file}; mended, it belongs into test/fuzz/corpus/${target}.jsonl`;
}

/** All that the search kept, for the next one. */
function saveCorpus(target: string, corpus: readonly string[]): string {
  mkdirSync(FOUND, { recursive: true });
  const known = new Set(readCorpus(target).map(lineOfInput));
  const fresh = corpus.filter((line) => !known.has(line) && inputOfLine(line).length <= LARGEST);
  if (fresh.length > 0) writeFileSync(corpusFile(target, FOUND), fresh.join(""));
  return `corpus of ${known.size} and ${fresh.length} new`;
}

void main();
