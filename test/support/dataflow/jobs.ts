/** The jobs of a Dataflow that runs none: what is asked for is kept, and moves from state to state when it is told to. */
import { readJob, UnknownName } from "./shape";

export type Job = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly projectId: string;
  readonly location: string;
  readonly name: string;
  readonly currentState: string;
};

/** An answer that is no success, in the words of Google's APIs. */
export class Refused extends Error {
  constructor(
    readonly code: 400 | 404 | 409,
    readonly status: "INVALID_ARGUMENT" | "NOT_FOUND" | "ALREADY_EXISTS" | "FAILED_PRECONDITION",
    message: string,
  ) {
    super(message);
  }
}

export interface Place {
  readonly project: string;
  readonly location: string;
}

const ENDED = ["DONE", "FAILED", "CANCELLED", "UPDATED", "DRAINED", "STOPPED"].map((name) => `JOB_STATE_${name}`);
const isActive = (job: Job) => !ENDED.includes(job.currentState);
const isAt = (job: Job, at: Place) => job.projectId === at.project && job.location === at.location;

/** What is asked of a running job, and the state that it takes at once: here nothing has to be finished first. */
const END_STATES: Readonly<Record<string, string>> = {
  JOB_STATE_CANCELLED: "JOB_STATE_CANCELLED",
  JOB_STATE_DRAINED: "JOB_STATE_DRAINING",
  JOB_STATE_DRAINING: "JOB_STATE_DRAINING",
};

/** The fields of JOB_VIEW_SUMMARY; JOB_VIEW_DESCRIPTION and JOB_VIEW_ALL have all that was sent. */
const SUMMARY = ["id", "projectId", "location", "name", "type", "currentState", "currentStateTime", "createTime"];

/** A job as `view` shows it. Without one Google answers with the summary at least: here with no more. */
export function viewed(job: Job, view: string | null): Job {
  if (view === "JOB_VIEW_ALL" || view === "JOB_VIEW_DESCRIPTION") return job;
  return Object.fromEntries(Object.entries(job).filter(([field]) => SUMMARY.includes(field))) as Job;
}

export class Jobs {
  readonly all: Job[] = [];

  /** Keeps a job as it is asked for. Throws Refused. */
  create(at: Place, sent: object): Job {
    const asked = checked(() => readJob(sent));
    const { name = "", replaceJobId } = asked as { name?: string; replaceJobId?: string };
    if (!/^[a-z]([-a-z0-9]{0,1022}[a-z0-9])?$/.test(name)) throw invalid("The job name is invalid.");
    const running = this.all.find((job) => isAt(job, at) && job.name === name && isActive(job));
    if (running !== undefined && running.id !== replaceJobId) {
      const text = `There is already an active job named ${name}. If you want to submit a second job, give another name.`;
      throw new Refused(409, "ALREADY_EXISTS", text);
    }
    if (replaceJobId !== undefined) this.set(this.get(at, replaceJobId).id, { currentState: "JOB_STATE_UPDATED" });
    return this.add(at, asked);
  }

  /** A job that is there already, running unless its fields say otherwise. */
  add(at: Place, fields: object): Job {
    const now = new Date().toISOString();
    const id = `${now.slice(0, 19).replaceAll(/[T:]/g, "_")}-${String(this.all.length + 1).padStart(19, "0")}`;
    const [currentState, times] = ["JOB_STATE_RUNNING", { createTime: now, currentStateTime: now }];
    const job = {
      currentState,
      ...times,
      ...fields,
      id,
      projectId: at.project,
      location: at.location,
    } as unknown as Job;
    this.all.push(job);
    return job;
  }

  /** Throws Refused where there is none. */
  get(at: Place, id: string): Job {
    const job = this.all.find((one) => isAt(one, at) && one.id === id);
    if (job === undefined) throw new Refused(404, "NOT_FOUND", `Information about job ${id} could not be found.`);
    return job;
  }

  list(at: Place, filter: string | null, name: string | null): Job[] {
    const wanted: Record<string, (job: Job) => boolean> = { ACTIVE: isActive, TERMINATED: (job) => !isActive(job) };
    const isWanted = wanted[filter ?? "ALL"] ?? (() => true);
    return this.all.filter((job) => isAt(job, at) && isWanted(job) && (name === null || job.name === name));
  }

  /** Asks a running job to end. Throws Refused. */
  request(at: Place, id: string, sent: object): Job {
    const job = this.get(at, id);
    const { requestedState } = checked(() => readJob(sent)) as { requestedState?: string };
    const next = END_STATES[requestedState ?? ""];
    if (next === undefined)
      throw invalid(`The requested state ${requestedState ?? "is missing"}: a job cannot be set to it.`);
    if (!isActive(job)) throw new Refused(400, "FAILED_PRECONDITION", `Job ${id} has ended: ${job.currentState}.`);
    return this.set(id, { currentState: next, requestedState });
  }

  set(id: string, fields: object): Job {
    const at = this.all.findIndex((job) => job.id === id);
    this.all[at] = { ...this.all[at]!, ...fields };
    return this.all[at];
  }
}

const invalid = (text: string) => new Refused(400, "INVALID_ARGUMENT", text);

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnknownName ? invalid(error.message) : error;
  }
}
