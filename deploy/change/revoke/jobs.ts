/** Ends the running jobs well before their key goes: drained, or with a snapshot of their state. */
import type { Ask } from "../../observe/ask";
import { type Command, gcloud } from "../../resources/command";
import type { Run } from "../../run";
import { runAll } from "../apply";
import { troubleOf } from "../../observe/trouble";
import { OffSwitchError } from "./error";
import type { EndedJob, How, OpenRecord } from "./record";
import type { Doing } from "./take";

/** How long a snapshot is kept; Dataflow keeps none longer. */
const SNAPSHOT_TTL = "30d";
const LOOK_EVERY_MS = 10_000;

export interface Limit {
  readonly now: () => number;
  /** Seconds for each job. */
  readonly within: number;
}

/** What is left to do of each job. Throws OffSwitchError where one is not ready in time: no key has been touched. */
export async function endJobs(project: string, record: OpenRecord, doing: Doing, limit: Limit): Promise<void> {
  const { how, jobs } = record.now;
  const left = jobs.filter(({ done }) => done === undefined);
  await Promise.all(left.map((job) => endJob(project, how, job, record, doing, limit)));
}

async function endJob(
  project: string,
  how: How,
  job: EndedJob,
  record: OpenRecord,
  doing: Doing,
  limit: Limit,
): Promise<void> {
  if (how === "now") return record.markJob(job.id, { done: "nothing" });
  if (how === "drain") {
    await drain(project, job, doing, limit);
    return record.markJob(job.id, { done: "drained" });
  }
  const snapshot = job.snapshot ?? (await takeSnapshot(project, job, doing));
  record.markJob(job.id, { snapshot });
  await until(`snapshot ${snapshot}`, describeSnapshot(project, job.region, snapshot), "READY", doing, limit);
  record.markJob(job.id, { done: "snapshot" });
}

async function drain(project: string, { id, name, region }: EndedJob, doing: Doing, limit: Limit): Promise<void> {
  const at = { region, project };
  doing.progress(`job ${name} (${id}) is drained: it reads no more, and writes what it has read`);
  const stopped = await runAll(`job ${name}`, [gcloud("dataflow jobs drain", at, id)], doing);
  // One that is draining already is waited for.
  if (stopped !== undefined && !/drain/i.test(stopped.said)) throw failed(`job ${name} (${id})`, stopped.said);
  const describe = gcloud("dataflow jobs describe", { ...at, format: "json(currentState)" }, id);
  await until(`job ${name} (${id})`, describe, "JOB_STATE_DRAINED", doing, limit);
}

async function takeSnapshot(project: string, { id, name, region }: EndedJob, doing: Doing): Promise<string> {
  const flags = { "job-id": id, region, project, "snapshot-ttl": SNAPSHOT_TTL, "snapshot-sources": "true" };
  doing.progress(`a snapshot of job ${name} (${id}) and of its subscription is taken`);
  let answer = "";
  const keeping: Run = async (command: Command) => {
    const got = await doing.run(command);
    answer = got.stdout;
    return got;
  };
  const create = gcloud("dataflow snapshots create", { ...flags, format: "json(id)" });
  const stopped = await runAll(`job ${name}`, [create], { ...doing, run: keeping });
  if (stopped !== undefined) throw failed(`job ${name} (${id})`, stopped.said);
  return (JSON.parse(answer) as { id: string }).id;
}

const describeSnapshot = (project: string, region: string, id: string) =>
  gcloud("dataflow snapshots describe", { region, project, format: "json(state)" }, id);

const ENDED = /^(FAILED|DELETED|JOB_STATE_(FAILED|CANCELLED|UPDATED|DONE|STOPPED))$/;

async function until(what: string, command: Command, wanted: string, doing: Doing, limit: Limit): Promise<void> {
  const from = limit.now();
  for (;;) {
    const state = await stateOf(command, doing.run);
    if (state === wanted) return doing.progress(`${what} is ${wanted}`);
    if (ENDED.test(state)) throw failed(what, `it is ${state}`);
    if (limit.now() - from >= limit.within * 1000)
      throw failed(what, `it is ${state} after ${limit.within} s: give it longer with --job-within`);
    await doing.wait(LOOK_EVERY_MS);
  }
}

async function stateOf(command: Command, run: Run): Promise<string> {
  const answer = await run(command);
  if (answer.code !== 0) return troubleOf(answer).said;
  const { currentState, state } = JSON.parse(answer.stdout) as { currentState?: string; state?: string };
  return currentState ?? state ?? "no state";
}

function failed(what: string, why: string): OffSwitchError {
  const mend = "no key was touched: revoke again, it goes on from here, or with --how now, and lose the job's state";
  return new OffSwitchError("JOB", `${what}: ${why}\n${mend}`);
}

/** What a job that ended said of the key; undefined where it says nothing, or nobody may ask. Beta: gcloud has it nowhere else. */
export async function lastWords(project: string, { id, region }: EndedJob, ask: Ask): Promise<string | undefined> {
  const flags = { region, project, importance: "error", limit: "5", format: "json(messageText)" };
  const asked = await ask(gcloud("beta dataflow logs list", flags, id));
  if ("trouble" in asked) return undefined;
  const all = (asked.answer as { messageText?: string }[]).flatMap(({ messageText }) => messageText ?? []);
  return all.find((text) => /KMS|cryptoKey|\bkey\b/i.test(text))?.slice(0, 400);
}
