/** Dataflow: the jobs of test/support/dataflow, under a key that is looked at. */
import { type Job, Refused as JobRefused, viewed } from "../../dataflow/jobs";
import { type Api, type Call, now, page } from "../call";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";

const at = ({ params, project }: Call) => ({ project: project.id, location: params.location ?? "us-central1" });

/** What the jobs refuse, as this cloud says it. */
function said<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JobRefused ? new Refused(error.status, error.message) : error;
  }
}

const keyOf = (job: Readonly<Record<string, unknown>>) =>
  (job.environment as { serviceKmsKeyName?: string } | undefined)?.serviceKmsKeyName;

/** Throws Refused. [Use customer-managed encryption keys, Dataflow] */
function checkKey({ state, project }: Call, key: string, location: string): void {
  const denied = (agent: string, key: string) =>
    new Refused(
      "PERMISSION_DENIED",
      `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied for ${agent} on resource '${key}' (or it may not exist).`,
    );
  const rule = "global and multi-region keys are not supported";
  const elsewhere = () => invalid(`The Cloud KMS key ${key} must be in the job's region ${location}: ${rule}.`);
  const agents = [AGENTS.dataflow(project), AGENTS.compute(project)];
  useKey(state, { key, agents, denied, locations: [location], elsewhere });
}

function create(call: Call): object {
  const { body, query, state } = call;
  const key = keyOf(body);
  if (key) checkKey(call, key, at(call).location);
  const { serviceAccountEmail: worker } = (body.environment ?? {}) as { serviceAccountEmail?: string };
  if (worker !== undefined) {
    if (!state.accountExists(worker)) throw invalid(`Service account ${worker} does not exist.`);
    call.permit("iam.serviceAccounts.actAs", `projects/${call.project.id}/serviceAccounts/${worker}`);
  }
  return said(() => viewed(state.dataflow.create(at(call), body), query.get("view")));
}

/** Jobs that have lost their key end, for good, and say why. Dataflow looks "periodically", here whenever anybody does. */
function endWithoutKey(call: Call): void {
  const { dataflow } = call.state;
  for (const job of dataflow.all.filter(({ currentState }) => currentState === "JOB_STATE_RUNNING")) {
    const key = keyOf(job);
    try {
      if (key) checkKey({ ...call, project: call.state.project(job.projectId) }, key, job.location);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      dataflow.set(job.id, { currentState: "JOB_STATE_CANCELLED", currentStateTime: now() });
      const text = `Workflow failed. Causes: The Cloud KMS key ${key} of the job cannot be used: ${error.message}`;
      call.state.jobMessages.set(job.id, { id: "msg-1", time: now(), messageText: text });
    }
  }
}

function list(call: Call, location?: string): object {
  const { query, project, state } = call;
  endWithoutKey(call);
  const places = location === undefined ? [...new Set(state.dataflow.all.map((job) => job.location))] : [location];
  const jobs = places.flatMap((place) =>
    state.dataflow.list({ project: project.id, location: place }, query.get("filter"), query.get("name")),
  );
  const shown = jobs.map((job: Job) => viewed(job, query.get("view")));
  return page("jobs", shown, query);
}

function get(call: Call): object {
  endWithoutKey(call);
  endDraining(call);
  return said(() => viewed(call.state.dataflow.get(at(call), call.params.jobId!), call.query.get("view")));
}

function update(call: Call): object {
  endWithoutKey(call);
  return said(() => call.state.dataflow.request(at(call), call.params.jobId!, call.body));
}

function messages(call: Call): object {
  get(call);
  const message = call.state.jobMessages.find(call.params.jobId!);
  return message === undefined ? {} : { jobMessages: [{ ...message, messageImportance: "JOB_MESSAGE_ERROR" }] };
}

/** A snapshot is ready the second time that somebody looks. */
function snapshot(call: Call): object {
  const { state, params, body } = call;
  const job = said(() => state.dataflow.get(at(call), params.jobId!));
  if (job.currentState !== "JOB_STATE_RUNNING")
    throw new Refused("FAILED_PRECONDITION", `The job ${job.id} does not run: ${job.currentState}.`);
  const key = keyOf(job);
  if (key) checkKey(call, key, job.location);
  const id = state.newId();
  const { ttl = "604800s" } = body as { ttl?: string };
  const about = { projectId: job.projectId, sourceJobId: job.id, region: job.location, creationTime: now(), ttl };
  return state.jobSnapshots.set(id, { id, ...about, state: "PENDING" });
}

function getSnapshot({ state, params }: Call): object {
  const found = state.jobSnapshots.get(params.snapshotId!);
  state.jobSnapshots.change(found.id, { state: "READY" });
  return found;
}

/** Drained once somebody looks again: nothing is left in a job that runs nothing. */
function endDraining(call: Call): void {
  const { dataflow } = call.state;
  for (const job of dataflow.all.filter(({ currentState }) => currentState === "JOB_STATE_DRAINING"))
    dataflow.set(job.id, { currentState: "JOB_STATE_DRAINED", currentStateTime: now() });
}

export const DATAFLOW: Api = {
  name: "dataflow",
  methods: {
    "projects.locations.jobs.create": ["dataflow.jobs.create", create],
    "projects.locations.jobs.get": ["dataflow.jobs.get", get],
    "projects.locations.jobs.list": ["dataflow.jobs.list", (call) => list(call, call.params.location)],
    "projects.locations.jobs.update": ["dataflow.jobs.cancel", update],
    "projects.locations.jobs.messages.list": ["dataflow.messages.list", messages],
    "projects.locations.jobs.snapshot": ["dataflow.jobs.snapshot", snapshot],
    "projects.locations.snapshots.get": ["dataflow.snapshots.get", getSnapshot],
    "projects.locations.snapshots.list": [
      "dataflow.snapshots.list",
      ({ state, project }) => ({
        snapshots: state.jobSnapshots.below("").filter(({ projectId }) => projectId === project.id),
      }),
    ],
    "projects.jobs.aggregated": ["dataflow.jobs.list", (call) => list(call)],
    "projects.jobs.list": ["dataflow.jobs.list", (call) => list(call, "us-central1")],
  },
};
