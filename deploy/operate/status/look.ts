/** Asks the services how a deployment is now. Changes nothing. */
import { type Job, imagesOf, type Jobs, nameOfJob, readJobs, readWorkers, type Worker } from "../../observe/audit/jobs";
import { type CryptoKey, keysOf } from "../../observe/audit/keys";
import type { NotObserved } from "../../observe/audit/model/told";
import { type Questions, told } from "../../observe/audit/questions";
import { versionOfName } from "../../observe/access/key-name";
import { gcloud } from "../../resources/command";
import type { Asked } from "../../resources/setup";
import type { Measures } from "./measures";
import type { AlertNow, Ended, JobNow, JobsNow, KeyNow, Seen, Status } from "./model";

type Looked = Omit<Status, "observedAt" | "reasons" | "troubles">;

/** All but the dead letters' reasons, for which they have to be pulled. */
export async function look(asked: Asked, by: Questions, measured: Measures): Promise<Looked> {
  const { settings, project } = asked;
  const { SUBSCRIPTION, DEAD_LETTER_SUBSCRIPTION } = settings;
  const [jobs, keys, backlog, oldestSeconds, acknowledgedPerSecond, rowsPerSecond, deadLetters, alerts] =
    await Promise.all([
      jobsNow(asked, by, measured),
      Promise.all(keysOf(asked).map((key) => keyNow(key, by))),
      measured.waiting(SUBSCRIPTION),
      measured.oldest(SUBSCRIPTION),
      measured.acknowledged(SUBSCRIPTION),
      measured.rows(settings),
      measured.waiting(DEAD_LETTER_SUBSCRIPTION),
      alertsNow(asked, by),
    ]);
  return {
    ...{ deployment: settings.DEPLOYMENT, project, jobs, keys, backlog, oldestSeconds, acknowledgedPerSecond },
    ...{ rowsPerSecond, deadLetters, alerts, openIncidents: NO_INCIDENTS },
  };
}

const NO_INCIDENTS: NotObserved = {
  notObserved: "gcloud has no command that lists them: they are sent to ALERT_CHANNELS, and stand in the console",
};

async function jobsNow(asked: Asked, by: Questions, measured: Measures): Promise<Seen<JobsNow>> {
  const [jobs, workers] = await Promise.all([readJobs(asked, by), readWorkers(asked, by)]);
  if ("notObserved" in jobs) return jobs;
  const active = await Promise.all(jobs.ours.map((job) => jobNow(job, workers, measured)));
  const unseen = jobs.unseen.map(({ id, notObserved }) => ({ id, notObserved }));
  return { active, unseen, ...(isNone(jobs) && { last: await lastJob(asked, by) }) };
}

const isNone = ({ ours }: Jobs) => ours.length === 0;

/** The service names the time of the state, which an audit has no use for. */
type Timed = Job & { readonly currentStateTime?: string };

async function jobNow(job: Timed, workers: readonly Worker[] | NotObserved, measured: Measures): Promise<JobNow> {
  const { id, name, location, currentState = "no state", currentStateTime } = job;
  const [lag, watermarkAge] = await Promise.all([measured.lag(job), measured.watermarkAge(job)]);
  return {
    ...{ id, name: nameOfJob({ id, name }), state: currentState, since: currentStateTime ?? null, region: location },
    workers: "notObserved" in workers ? workers : machinesOf(workers.filter((one) => one.job === id)),
    images: imagesOf(job).map(({ image }) => image),
    key: job.environment?.serviceKmsKeyName ?? null,
    ...{ lag, watermarkAge },
  };
}

function machinesOf(workers: readonly Worker[]) {
  const each = (of: (worker: Worker) => string) => [...new Set(workers.map(of))].sort();
  return { zones: each(({ zone }) => zone), machines: each(({ machine }) => machine), count: workers.length };
}

/** gcloud limits before it filters: so there is no limit. */
const listEnded = ({ project, deployment }: Asked) =>
  gcloud("dataflow jobs list", {
    ...{ status: "terminated", region: deployment.region, filter: `name=${deployment.jobName}` },
    ...{ project, format: "json" },
  });

interface Listed {
  readonly id: string;
  readonly state?: string;
  /** `2026-11-24 10:00:00`. */
  readonly stateTime?: string;
}

async function lastJob(asked: Asked, { ask }: Questions): Promise<Seen<Ended> | null> {
  return told(await ask(listEnded(asked)), (all: readonly Listed[]) => {
    const [last] = [...all].sort((a, b) => (b.stateTime ?? "").localeCompare(a.stateTime ?? ""));
    return last === undefined ? null : { id: last.id, state: last.state ?? "no state", since: last.stateTime ?? "" };
  });
}

async function keyNow(asked: Asked["dataKey"], { ask }: Questions): Promise<KeyNow> {
  const { project, location, ring, name } = asked;
  const listed = await ask(gcloud("kms keys list", { keyring: ring, location, project, format: "json" }));
  const primary = told(listed, (all: readonly CryptoKey[]) => {
    const key = all.find((one) => one.name === name);
    if (key === undefined) return { notObserved: "the key is not there" };
    if (key.primary === undefined) return { notObserved: "the key has no primary version" };
    return { version: versionOfName(key.primary.name) ?? "", state: key.primary.state };
  });
  return { name, primary };
}

interface Policy {
  readonly displayName?: string;
  readonly enabled?: boolean;
  readonly userLabels?: Readonly<Record<string, string>>;
  readonly notificationChannels?: readonly string[];
}

async function alertsNow({ project, settings }: Asked, { ask }: Questions): Promise<Status["alerts"]> {
  const listed = await ask(gcloud("alpha monitoring policies list", { project, format: "json" }));
  return told(listed, (all: readonly Policy[]) => ({
    policies: all
      .filter(({ userLabels }) => userLabels?.deployment === settings.DEPLOYMENT)
      .map(
        ({ displayName = "", enabled = true, notificationChannels = [] }): AlertNow => ({
          ...{ name: displayName, enabled, sentTo: notificationChannels.length },
        }),
      ),
  }));
}
