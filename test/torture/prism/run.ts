/** Runs the staged graph on Prism, kills one of its processes, and counts what is where once nothing more can change. */
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "../../../pipeline/runners/python";
import { untilAllArrived } from "../../rehearsal/arrivals";
import { Replay } from "../../rehearsal/runners";
import { envOf, startJobService } from "../../rehearsal/stand-ins";
import { stage } from "../../rehearsal/submission";
import type { Found, Promised } from "../check";
import { type BigQueryGate, startBigQueryGate } from "../real/bigquery-gate";
import { Faults } from "../real/faults";
import { makeBigQuery, readBigQuery, SCHEMA, takeLetters } from "../real/sinks";
import { DATASET, PROJECT, type StandIns } from "../real/stand-ins";
import { Topics } from "../real/topics";
import { type Broken, type Counts, type End, weigh } from "./counts";
import { type Job, killAt } from "./kill";
import { Publisher } from "./publisher";
import type { PrismScenario } from "./scenario";
import { takeWaiting } from "./waiting";

export interface PrismOutcome {
  readonly broken: Broken;
  readonly counts: Counts;
  readonly end: End;
  /** How many rows there were when the process was killed. */
  readonly rowsAtKill?: number;
  readonly seconds: number;
}

/** Longer than a run: what comes twice was written twice, not only delivered again. */
const ACK_DEADLINE_SECONDS = 600;
/** Long enough for a job to be given up whose worker has died. */
const PATIENCE = { ms: 30_000, linger: 5000 };
/** What was on its way to the sinks when the job ended has arrived once nothing new has come for so long. */
const SETTLED = { ms: 3000, linger: 1000 };

/** `folder`: for the logs; what was there goes. */
export async function runPrism(scenario: PrismScenario, standIns: StandIns, folder: string): Promise<PrismOutcome> {
  const began = performance.now();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const name = `p${scenario.seed}_${process.pid}_${Date.now().toString(36)}`;
  const topics = await Topics.make(standIns, name, ACK_DEADLINE_SECONDS);
  const gate = await startBigQueryGate(standIns.bigquery.host, new Faults([]));
  try {
    await makeBigQuery(standIns, name);
    const publisher = new Publisher(scenario, topics);
    const { end, letters, rowsAtKill } = await runJob(scenario, standIns, folder, topics, gate, publisher);

    const found: Found = {
      rows: await readBigQuery(standIns, name),
      letters: [...letters, ...(await takeLetters(standIns, topics.takenFrom))],
    };
    const snapshot = `projects/${PROJECT}/snapshots/${name}`;
    const waiting = await takeWaiting(standIns.subscriber, topics.subscription, snapshot);
    const isKilled = scenario.kill !== undefined;
    const weighed = weigh(publisher.published, found, waiting, promisedBy(scenario, gate), end, isKilled);
    return { ...weighed, end, rowsAtKill, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    await gate.stop();
    await topics.remove();
  }
}

/** From its start until all of its processes have ended. */
async function runJob(
  { methods, kill }: PrismScenario,
  standIns: StandIns,
  folder: string,
  topics: Topics,
  gate: BigQueryGate,
  publisher: Publisher,
) {
  const { grpcHost: bigQueryGrpc, client } = standIns.bigquery;
  const [key, value] = ["TORTURE_RUN", randomUUID()];
  const emulators = { pubsub: standIns.pubsub, bigQuery: gate.host, bigQueryGrpc };
  const table = topics.subscription.split("/").at(-1)!;
  const side = { subscription: topics.subscription, dataset: DATASET, table, deadLetterTopic: topics.deadLetters };
  const staged = await stage(SCHEMA, methods, folder, side);
  await publisher.publishFirst();
  const env = { ...envOf(emulators, folder), [key]: value };
  const service = await startJobService(findPython(), folder, env, ["--processes"]);
  const replay = Replay.start(staged, service, join(folder, "job.log"));
  const letters: Found["letters"][number][] = [];
  try {
    const query = `SELECT COUNT(*) AS count FROM ${DATASET}.${table}`;
    const inTable = async () => Number((await client.query(query))[0][0].count);
    // The gate knows it at once; asked for, it comes late.
    const rows = async () => (methods.write === "streaming_inserts" ? gate.sends.size : await inTable());
    const arrived = async () => {
      letters.push(...(await takeLetters(standIns, topics.takenFrom)));
      return letters.length + (await rows());
    };
    const hasEnded = () => replay.hasEnded;
    const job: Job = { mark: `${key}=${value}`, began: performance.now(), rows, hasEnded };
    const killing = kill && killAt(kill, job);
    const [rowsAtKill] = await Promise.all([killing, publisher.publishRest(job, killing)]);
    await untilAllArrived(publisher.published.length, arrived, hasEnded, PATIENCE);
    const end: End = { state: replay.state, ended: replay.hasEnded, prismEnded: service.hasEnded() };
    await untilAllArrived(publisher.published.length, arrived, () => false, SETTLED);
    return { end, letters, rowsAtKill };
  } finally {
    await replay.cancel();
    await service.stop();
  }
}

/** Nothing stands in the way of an answer here; all the same the memory of insert ids is a minute's. */
function promisedBy({ methods }: PrismScenario, { sends }: BigQueryGate): Promised {
  if (methods.write === "streaming_inserts") return { rows: "once in a window", letters: "at least once", sends };
  return { rows: "at least once", letters: "at least once" };
}
