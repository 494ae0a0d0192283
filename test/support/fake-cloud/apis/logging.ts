/** Cloud Logging: log buckets and sinks, two of each in every project from the beginning. */
import { type Api, type Call, masked, page, now } from "../call";
import { Collection } from "../collection";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";
import type { Project, State } from "../state";
import { LOG_ENTRIES } from "./observed";
import { createSink, updateSink, writer } from "./logging-sinks";

export interface LogBucket {
  readonly name: string;
  readonly retentionDays: number;
  readonly lifecycleState: "ACTIVE" | "DELETE_REQUESTED";
  readonly cmekSettings?: { readonly kmsKeyName?: string };
  readonly locked?: boolean;
  readonly description?: string;
  readonly createTime?: string;
}

export interface Sink {
  readonly name: string;
  readonly destination: string;
  readonly filter?: string;
  readonly exclusions?: readonly { readonly name: string; readonly filter: string }[];
  readonly writerIdentity?: string;
  readonly disabled?: boolean;
  readonly description?: string;
  readonly createTime?: string;
  readonly resourceName?: string;
}

/** By full name: `projects/P/locations/L/buckets/B`, `projects/P/sinks/S`. */
export function newLogging() {
  return {
    logBuckets: new Collection<LogBucket>(
      (name) => `Bucket ${name} does not exist`,
      (name) => `Bucket ${name} already exists`,
    ),
    sinks: new Collection<Sink>(
      (name) => `Sink ${name} does not exist`,
      (name) => `Sink ${name} already exists`,
    ),
  };
}

/** What is there before anybody makes anything. */
export function addDefaultLogs({ logging }: State, project: Project): void {
  const parent = `projects/${project.id}`;
  for (const [id, retentionDays] of [
    ["_Default", 30],
    ["_Required", 400],
  ] as const) {
    const name = `${parent}/locations/global/buckets/${id}`;
    const locked = id === "_Required" && { locked: true };
    logging.logBuckets.add(name, { name, retentionDays, lifecycleState: "ACTIVE", ...locked });
    const destination = `logging.googleapis.com/${name}`;
    const filter = `${id === "_Default" ? "NOT " : ""}LOG_ID("cloudaudit.googleapis.com/activity")`;
    logging.sinks.add(`${parent}/sinks/${id}`, {
      name: id,
      destination,
      filter,
      resourceName: `${parent}/sinks/${id}`,
    });
  }
}

function checkKey({ state, project }: Call, key: string | undefined, location: string): void {
  if (!key) return;
  const denied = (agent: string, key: string) =>
    new Refused(
      "PERMISSION_DENIED",
      `The Cloud KMS key ${key} cannot be used: grant roles/cloudkms.cryptoKeyEncrypterDecrypter to ${agent}.`,
    );
  if (location === "global") throw invalid("CMEK cannot be enabled for a log bucket in the global location.");
  useKey(state, { key, agents: [AGENTS.logging(project)], denied, locations: [location] });
}

function createBucket(call: Call): LogBucket {
  const parent = call.params.parent!;
  const id = call.query.get("bucketId") ?? "";
  const location = parent.split("/locations/")[1]!;
  if (!/^[a-zA-Z0-9_-][\w.-]{0,99}$/.test(id)) throw invalid(`Invalid bucket ID: ${id}`);
  if (!/^(global|us|eu|[a-z]+-[a-z]+\d+)$/.test(location)) throw invalid(`Location ${location} is not supported.`);
  const asked = call.body as Partial<LogBucket>;
  checkKey(call, asked.cmekSettings?.kmsKeyName, location);
  const name = `${parent}/buckets/${id}`;
  const made = {
    ...asked,
    retentionDays: asked.retentionDays || 30,
    lifecycleState: "ACTIVE" as const,
    createTime: now(),
    updateTime: now(),
  };
  return call.state.logging.logBuckets.add(name, { ...made, name });
}

function patchBucket(call: Call): LogBucket {
  const name = call.params.name!;
  const old = call.state.logging.logBuckets.get(name);
  const changed = masked(call.body as Partial<LogBucket>, call.query.get("updateMask"));
  if (old.locked === true) throw new Refused("FAILED_PRECONDITION", `Bucket ${name} is locked.`);
  if ("cmekSettings" in changed && old.cmekSettings?.kmsKeyName && !changed.cmekSettings?.kmsKeyName) {
    throw invalid("CMEK cannot be disabled for a log bucket.");
  }
  if ("cmekSettings" in changed && !old.cmekSettings?.kmsKeyName)
    throw invalid("CMEK cannot be enabled for an existing log bucket.");
  checkKey(call, changed.cmekSettings?.kmsKeyName, name.split("/")[3]!);
  return call.state.logging.logBuckets.change(name, changed);
}

function deleteBucket(call: Call): object {
  const name = call.params.name!;
  if (/\/_(Default|Required)$/.test(name)) throw invalid(`Bucket ${name} cannot be deleted.`);
  call.state.logging.logBuckets.change(name, { lifecycleState: "DELETE_REQUESTED" });
  return {};
}

/** Asking for it makes the account that uses keys for log buckets. */
function settings(call: Call): object {
  const name = `projects/${call.project.number}`;
  const kmsServiceAccountId = AGENTS.logging(call.project);
  call.project.agents.add(kmsServiceAccountId);
  call.project.agents.add(writer(call.project).slice("serviceAccount:".length));
  return {
    name: `${name}/settings`,
    kmsServiceAccountId,
    loggingServiceAccountId: writer(call.project).slice("serviceAccount:".length),
  };
}

const BUCKETS = "projects.locations.buckets";

export const LOGGING: Api = {
  name: "logging",
  resourceOf: (params) => params.name ?? params.parent ?? params.sinkName ?? "",
  methods: {
    "projects.getSettings": ["logging.settings.get", settings],
    "projects.getCmekSettings": [
      "logging.cmekSettings.get",
      (call) => {
        const { kmsServiceAccountId } = settings(call) as { kmsServiceAccountId: string };
        return { name: `projects/${call.project.number}/cmekSettings`, serviceAccountId: kmsServiceAccountId };
      },
    ],
    [`${BUCKETS}.create`]: ["logging.buckets.create", createBucket],
    [`${BUCKETS}.get`]: ["logging.buckets.get", (call) => call.state.logging.logBuckets.get(call.params.name!)],
    [`${BUCKETS}.list`]: [
      "logging.buckets.list",
      (call) => {
        const parent = call.params.parent!;
        const prefix = parent.endsWith("/locations/-") ? parent.slice(0, -1) : `${parent}/buckets/`;
        return page("buckets", call.state.logging.logBuckets.below(prefix), call.query);
      },
    ],
    [`${BUCKETS}.patch`]: ["logging.buckets.update", patchBucket],
    [`${BUCKETS}.delete`]: ["logging.buckets.delete", deleteBucket],
    [`${BUCKETS}.undelete`]: [
      "logging.buckets.undelete",
      (call) => {
        call.state.logging.logBuckets.change(call.params.name!, { lifecycleState: "ACTIVE" });
        return {};
      },
    ],
    ...LOG_ENTRIES,
    "projects.sinks.create": ["logging.sinks.create", createSink],
    "projects.sinks.get": ["logging.sinks.get", (call) => call.state.logging.sinks.get(call.params.sinkName!)],
    "projects.sinks.list": [
      "logging.sinks.list",
      (call) => page("sinks", call.state.logging.sinks.below(`${call.params.parent}/sinks/`), call.query),
    ],
    "projects.sinks.patch": ["logging.sinks.update", updateSink],
    "projects.sinks.update": ["logging.sinks.update", updateSink],
    "projects.sinks.delete": [
      "logging.sinks.delete",
      (call) => {
        const name = call.params.sinkName!;
        if (/\/_(Default|Required)$/.test(name)) throw invalid(`Sink ${name} cannot be deleted.`);
        call.state.logging.sinks.remove(name);
        return {};
      },
    ],
  },
};
