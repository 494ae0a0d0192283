/**
 * `make rehearse`: the very graph that a submission to Dataflow stages runs on Beam's Prism, its workers as they would be there, and the
 * DirectRunner is given the same messages. Exit codes: 0 nothing lost, nothing twice, and the same on both; 1 anything else.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compare, type Outcomes } from "./comparison";
import { compose } from "./messages";
import { DIRECT, type Side, STAGED } from "./places";
import { untilAllArrived } from "./arrivals";
import { type Letter, Pubsub } from "./pubsub";
import { Replay, runDirect } from "./runners";
import { JAVA_STAND_IN, PYTHON_STAND_IN, STAND_INS, type StandIns, startStandIns } from "./stand-ins";
import { type Staged, stage } from "./submission";
import { describe, passed, type RehearsalSummary } from "./summary";
import { Tables } from "./tables";
import { DEFAULT_METHODS, type Methods, needsJava, needsPython } from "../../pipeline/composites/methods";
import { findPython } from "../../pipeline/runners/python";
import { loadTableSchema } from "../../schemas/load";

const { MESSAGES = "2000", INVALID = "0.02", SEED = "1", OUT = "build/rehearsal", REHEARSAL_NETWORK } = process.env;
const SCHEMA = "schemas/cc_account_info.json";
const METHODS = {
  read: process.env.READ || DEFAULT_METHODS.read,
  write: process.env.METHOD || DEFAULT_METHODS.write,
} as Methods;

async function main(): Promise<number> {
  const start = performance.now();
  rmSync(OUT, { recursive: true, force: true });
  // What a stand-in keeps in files goes with the next rehearsal, where this one was killed.
  process.env.TMPDIR = resolve(OUT, "tmp");
  mkdirSync(process.env.TMPDIR, { recursive: true });
  const [staged, standIns] = await Promise.all([stage(SCHEMA, METHODS, OUT), startStandIns(findPython(), OUT)]);
  Object.assign(process.env, standIns.env);
  say(`the graph is made and everything runs that it needs; logs in ${OUT}`);
  const found = await rehearse(staged, standIns);
  await standIns.stop();
  rmSync(process.env.TMPDIR, { recursive: true });
  const summary: RehearsalSummary = {
    ...found,
    sha256: staged.sha256,
    methods: METHODS,
    standIns: {
      ...STAND_INS,
      ...(!needsPython(METHODS) && PYTHON_STAND_IN),
      ...(needsJava(METHODS) && JAVA_STAND_IN),
    },
    network: REHEARSAL_NETWORK === "loopback" ? "loopback only" : "the machine's",
    seconds: Math.round((performance.now() - start) / 100) / 10,
  };
  writeFileSync(join(OUT, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  process.stdout.write(`${describe(summary)}\n`);
  return passed(summary) ? 0 : 1;
}

async function rehearse(staged: Staged, standIns: StandIns) {
  const schema = loadTableSchema(SCHEMA);
  const pubsub = new Pubsub();
  const tables = new Tables();
  await Promise.all([pubsub.create(), tables.create(schema)]);
  const settings = { messages: Number(MESSAGES), invalid: Number(INVALID), seed: Number(SEED) };
  const published = await pubsub.publish([...compose(schema, settings)]);
  say(`${published.length} messages are published; both runners read them`);

  const replay = Replay.start(staged, standIns, join(OUT, "job.log"));
  const letters: Letter[] = [];
  const arrived = async () => {
    letters.push(...(await pubsub.takeDeadLetters(STAGED)));
    return (await tables.count(STAGED)) + letters.length;
  };
  await Promise.all([
    untilAllArrived(published.length, arrived, () => replay.hasEnded),
    runDirect(SCHEMA, standIns, OUT),
  ]);
  const { state } = replay;
  await replay.cancel();

  const outcomes = async (side: Side, taken: readonly Letter[]): Promise<Outcomes> => ({
    rows: await tables.rows(side),
    deadLetters: [...taken, ...(await pubsub.takeDeadLetters(side))],
  });
  const compared = compare(published, await outcomes(STAGED, letters), await outcomes(DIRECT, []));
  await pubsub.close();
  return { ...compared, state, counters: replay.counters };
}

function say(line: string): void {
  process.stderr.write(`rehearsal: ${line}\n`);
}

// Whatever is still at work ends with us.
main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
