/** What only an audit asks for: the workers' machines, snapshots, log lines, and what lies above a project. */
import { type Api, type Call, page } from "../call";
import { invalid } from "../refused";
import { link } from "./compute-fields";

/** Above every project of the fake. */
const ORGANIZATION = "123456789012";

interface JobOfWorkers {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly environment?: {
    readonly workerZone?: string;
    readonly workerPools?: readonly {
      readonly machineType?: string;
      readonly subnetwork?: string;
      readonly ipConfiguration?: string | number;
    }[];
  };
}

/** One machine for each running job, as Dataflow would make it of what the job says. */
function workers(call: Call): object {
  const { state, project } = call;
  const items: Record<string, { instances: object[] }> = {};
  const running = state.dataflow.all.filter((job) => job.currentState === "JOB_STATE_RUNNING");
  for (const job of running.filter(({ projectId }) => projectId === project.id) as unknown as JobOfWorkers[]) {
    const [pool = {}] = job.environment?.workerPools ?? [];
    const zone = job.environment?.workerZone ?? `${job.location}-b`;
    const at = `projects/${project.id}/zones/${zone}`;
    const name = `${job.name}-${job.id.slice(-4)}-harness-0001`;
    const external = pool.ipConfiguration !== "WORKER_IP_PRIVATE" && pool.ipConfiguration !== 2;
    items[`zones/${zone}`] ??= { instances: [] };
    items[`zones/${zone}`]!.instances.push({
      kind: "compute#instance",
      id: state.newId(),
      name,
      selfLink: link(call, `${at}/instances/${name}`),
      zone: link(call, at),
      status: "RUNNING",
      machineType: link(call, `${at}/machineTypes/${pool.machineType || "n1-standard-2"}`),
      labels: { dataflow_job_id: job.id.toLowerCase(), dataflow_job_name: job.name },
      networkInterfaces: [
        {
          name: "nic0",
          ...(pool.subnetwork && { subnetwork: link(call, `projects/${project.id}/${pool.subnetwork}`) }),
          ...(external && { accessConfigs: [{ name: "external-nat", type: "ONE_TO_ONE_NAT" }] }),
        },
      ],
    });
  }
  const prefix = `projects/${project.id}/aggregated/instances`;
  return { kind: "compute#instanceAggregatedList", id: prefix, selfLink: link(call, prefix), items };
}

export const MACHINES: Api["methods"] = { "instances.aggregatedList": ["compute.instances.list", workers] };

/** Nobody makes any here. */
export const MESSAGE_SNAPSHOTS: Api["methods"] = { "projects.snapshots.list": ["pubsub.snapshots.list", () => ({})] };

type Entry = Readonly<Record<string, unknown>>;

/** Those that match every part of the filter, the newest first. */
function entries({ state, body }: Call): object {
  const { filter = "", pageSize = 50, resourceNames = [] } = body as Record<string, never>;
  if ((resourceNames as readonly string[]).length === 0) throw invalid("resource_names must be set.");
  const tests = (filter as string).split(/\s+AND\s+|\n/).flatMap((part) => (part.trim() === "" ? [] : [testOf(part)]));
  const found = state.logEntries.filter((entry) => tests.every((test) => test(entry)));
  const newest = [...found].sort((a, b) => String(b.timestamp).localeCompare(String(a.timestamp)));
  return page("entries", newest, new URLSearchParams({ pageSize: String(pageSize) }));
}

/** `field op "value"`, of Cloud Logging's query language what an audit uses. */
function testOf(part: string): (entry: Entry) => boolean {
  const [, path, how, value] = /^\(?\s*([\w.]+)\s*(=|:|>=|<=|>|<)\s*"?([^"]*)"?\s*\)?$/.exec(part.trim()) ?? [];
  if (path === undefined) throw invalid(`Unparseable filter: ${part}`);
  const of = (entry: Entry) =>
    String(path.split(".").reduce<unknown>((at, name) => (at as Entry)?.[name], entry) ?? "");
  return (entry) => {
    const found = of(entry);
    if (how === "=") return found === value;
    if (how === ":") return found.includes(value!);
    return how!.startsWith(">") ? found >= value! : found <= value!;
  };
}

export const LOG_ENTRIES: Api["methods"] = { "entries.list": ["logging.logEntries.list", entries] };

export const ABOVE: Api["methods"] = {
  "projects.getAncestry": [
    "resourcemanager.projects.get",
    ({ project }) => ({
      ancestor: [
        { resourceId: { type: "project", id: project.id } },
        { resourceId: { type: "organization", id: ORGANIZATION } },
      ],
    }),
  ],
  "organizations.getIamPolicy": [
    "resourcemanager.organizations.getIamPolicy",
    ({ state }) => state.policies.get(`organizations/${ORGANIZATION}`),
  ],
};
