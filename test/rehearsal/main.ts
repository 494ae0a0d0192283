/**
 * `make rehearse`: the very graph that a submission to Dataflow stages runs on Beam's Prism, its workers as they would be there, and the
 * DirectRunner is given the same messages. Exit codes: 0 nothing lost, nothing twice, and the same on both; 1 anything else.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comparison, compare, type Outcomes } from "./comparison";
import { compose } from "./messages";
import { DIRECT, type Side, STAGED } from "./places";
import { type Letter, Pubsub } from "./pubsub";
import { Replay, runDirect } from "./runners";
import { STAND_INS, type StandIns, startStandIns } from "./stand-ins";
import { type Staged, stage } from "./submission";
import { Tables } from "./tables";
import { findPython } from "../../pipeline/runners/python";
import { loadTableSchema } from "../../schemas/load";

const { MESSAGES = "2000", INVALID = "0.02", SEED = "1", OUT = "build/rehearsal", REHEARSAL_NETWORK } = process.env;
const SCHEMA = "schemas/cc_account_info.json";
/** Nothing new for so long, and it is over. */
const PATIENCE_MS = 60_000;

export interface RehearsalSummary extends Comparison {
  /** The job's state when everything had arrived, or when patience had an end. */
  readonly state: string;
  /** Of the graph's bytes, as they would be staged. */
  readonly sha256: string;
  readonly standIns: Readonly<Record<string, string>>;
  /** Whether anything but the loopback address could be reached. */
  readonly network: "loopback only" | "the machine's";
  readonly seconds: number;
}

async function main(): Promise<number> {
  const start = performance.now();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const [staged, standIns] = await Promise.all([stage(SCHEMA, OUT), startStandIns(findPython(), OUT)]);
  try {
    Object.assign(process.env, standIns.env);
    say(`the stand-ins run, the graph is made: ${staged.sha256}`);
    const summary: RehearsalSummary = {
      ...(await rehearse(staged, standIns)),
      sha256: staged.sha256,
      standIns: STAND_INS,
      network: REHEARSAL_NETWORK === "loopback" ? "loopback only" : "the machine's",
      seconds: Math.round((performance.now() - start) / 100) / 10,
    };
    writeFileSync(join(OUT, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
    process.stdout.write(describe(summary));
    return summary.lost === 0 && summary.duplicates === 0 && summary.sameAsDirect ? 0 : 1;
  } finally {
    await standIns.stop();
  }
}

async function rehearse(staged: Staged, standIns: StandIns): Promise<Comparison & { state: string }> {
  const schema = loadTableSchema(SCHEMA);
  const pubsub = new Pubsub();
  const tables = new Tables();
  await Promise.all([pubsub.create(), tables.create(schema)]);
  const settings = { messages: Number(MESSAGES), invalid: Number(INVALID), seed: Number(SEED) };
  const published = await pubsub.publish([...compose(schema, settings)]);
  say(`${published.length} messages are published`);

  const replay = Replay.start(staged, standIns, join(OUT, "job.log"));
  const direct = runDirect(SCHEMA, standIns, OUT);
  const letters = await untilAllArrived(published.length, replay, pubsub, tables);
  const { state } = replay;
  await Promise.all([replay.cancel(), direct]);

  const outcomes = async (side: Side, taken: readonly Letter[]): Promise<Outcomes> => ({
    rows: await tables.rows(side),
    deadLetters: [...taken, ...(await pubsub.takeDeadLetters(side))],
  });
  const compared = compare(published, await outcomes(STAGED, letters), await outcomes(DIRECT, []));
  await pubsub.close();
  return { ...compared, state };
}

/** A streaming job has no end: its rows and dead letters are counted, until all are there or nothing comes any more. */
async function untilAllArrived(published: number, replay: Replay, pubsub: Pubsub, tables: Tables): Promise<Letter[]> {
  const letters: Letter[] = [];
  let last = { arrived: 0, at: performance.now() };
  while (!replay.hasEnded && performance.now() - last.at < PATIENCE_MS) {
    letters.push(...(await pubsub.takeDeadLetters(STAGED)));
    const arrived = (await tables.count(STAGED)) + letters.length;
    if (arrived >= published) break;
    if (arrived > last.arrived) last = { arrived, at: performance.now() };
    await new Promise((done) => setTimeout(done, 250));
  }
  return letters;
}

function describe(summary: RehearsalSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function say(line: string): void {
  process.stderr.write(`rehearsal: ${line}\n`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
