/** Dataflow: the jobs of test/support/dataflow, under a key that is looked at. */
import type { Api, Call } from "../call";
import { page } from "../call";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";
import { type Job, Refused as JobRefused, viewed } from "../../dataflow/jobs";

const at = ({ params, project }: Call) => ({ project: project.id, location: params.location ?? "us-central1" });

/** What the jobs refuse, as this cloud says it. */
function said<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JobRefused ? new Refused(error.status, error.message) : error;
  }
}

function create(call: Call): object {
  const { serviceKmsKeyName: key } = (call.body.environment ?? {}) as { serviceKmsKeyName?: string };
  const { location } = at(call);
  if (key) {
    const denied = (agent: string, key: string) =>
      new Refused(
        "PERMISSION_DENIED",
        `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied for ${agent} on resource '${key}' (or it may not exist).`,
      );
    const elsewhere = () =>
      invalid(
        `The Cloud KMS key ${key} must be in the job's region ${location}: global and multi-region keys are not supported.`,
      );
    const agents = [AGENTS.dataflow(call.project), AGENTS.compute(call.project)];
    useKey(call.state, { key, agents, denied, locations: [location], elsewhere });
  }
  return said(() => viewed(call.state.dataflow.create(at(call), call.body), call.query.get("view")));
}

function list(call: Call, location?: string): object {
  const { query, project, state } = call;
  const places = location === undefined ? [...new Set(state.dataflow.all.map((job) => job.location))] : [location];
  const jobs = places.flatMap((place) =>
    state.dataflow.list({ project: project.id, location: place }, query.get("filter"), query.get("name")),
  );
  return page(
    "jobs",
    jobs.map((job: Job) => viewed(job, query.get("view"))),
    query,
  );
}

const get = (call: Call) =>
  said(() => viewed(call.state.dataflow.get(at(call), call.params.jobId!), call.query.get("view")));
const update = (call: Call) => said(() => call.state.dataflow.request(at(call), call.params.jobId!, call.body));

export const DATAFLOW: Api = {
  name: "dataflow",
  methods: {
    "projects.locations.jobs.create": ["dataflow.jobs.create", create],
    "projects.locations.jobs.get": ["dataflow.jobs.get", get],
    "projects.locations.jobs.list": ["dataflow.jobs.list", (call) => list(call, call.params.location)],
    "projects.locations.jobs.update": ["dataflow.jobs.cancel", update],
    "projects.locations.jobs.messages.list": [
      "dataflow.messages.list",
      (call) => {
        get(call);
        return {};
      },
    ],
    "projects.jobs.aggregated": ["dataflow.jobs.list", (call) => list(call)],
    "projects.jobs.list": ["dataflow.jobs.list", (call) => list(call, "us-central1")],
  },
};
