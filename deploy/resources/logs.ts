/** The workers' log lines: in a bucket of the region under the key, and no longer in the global one. */
import { API } from "./apis";
import { gcloud } from "./command";
import { labelIn, named, type Resource } from "./resource";
import type { Setup } from "./setup";

interface LogBucket {
  readonly name: string;
  readonly cmekSettings?: { readonly kmsKeyName?: string };
  readonly retentionDays?: number;
  readonly lifecycleState?: string;
  readonly description?: string;
}

/** The lines of this deployment's jobs. */
const filterOf = ({ deployment }: Setup) =>
  `resource.type="dataflow_step" AND resource.labels.job_name="${deployment.jobName}"`;

export function logBucket({ project, region, settings, dataKey }: Setup, key: Resource): Resource {
  const name = settings.LOG_BUCKET;
  const at = { location: region, project };
  return {
    kind: "logs",
    title: `log bucket ${region}/${name}`,
    refersTo: [key],
    api: API.logging,
    look: {
      command: gcloud("logging buckets list", { ...at, format: "json" }),
      pick: (all: LogBucket[]) => {
        const found = all.find((one) => one.name.endsWith(`/locations/${region}/buckets/${name}`));
        return (
          found && {
            key: found.cmekSettings?.kmsKeyName ?? null,
            days: String(found.retentionDays ?? 30),
            state: found.lifecycleState ?? "ACTIVE",
            deployment: labelIn(found.description),
          }
        );
      },
    },
    fields: {
      state: { wanted: "ACTIVE", change: () => [gcloud("logging buckets undelete", at, name)] },
      key: { wanted: dataKey.name, byHand: "a log bucket made without a key takes none: name another by LOG_BUCKET" },
      days: {
        wanted: settings.LOG_DAYS,
        change: () => [gcloud("logging buckets update", { ...at, "retention-days": settings.LOG_DAYS }, name)],
      },
    },
    // Log buckets have no labels: the description says whose it is.
    create: [
      gcloud(
        "logging buckets create",
        {
          ...at,
          "cmek-kms-key-name": dataKey.name,
          "retention-days": settings.LOG_DAYS,
          description: `deployment=${settings.DEPLOYMENT}`,
        },
        name,
      ),
    ],
    terraform: [
      {
        type: "google_logging_project_bucket_config",
        body: {
          project,
          location: region,
          bucket_id: name,
          retention_days: Number(settings.LOG_DAYS),
          description: `deployment=${settings.DEPLOYMENT}`,
          cmek_settings: { kms_key_name: dataKey.name },
        },
      },
    ],
    // For seven days more it can be had back.
    remove: {
      data: true,
      commands: ({ state }) => (state === "ACTIVE" ? [gcloud("logging buckets delete", at, name)] : []),
    },
  };
}

interface Sink {
  readonly name: string;
  readonly destination?: string;
  readonly filter?: string;
  readonly disabled?: boolean;
  readonly exclusions?: readonly { readonly name: string; readonly filter?: string; readonly disabled?: boolean }[];
}

export function logSink(setup: Setup, bucket: Resource): Resource {
  const { project, region, settings } = setup;
  const name = `${settings.DEPLOYMENT}-workers`;
  const destination = `logging.googleapis.com/projects/${project}/locations/${region}/buckets/${settings.LOG_BUCKET}`;
  const filter = filterOf(setup);
  const update = (flags: Record<string, string | true>, ...to: string[]) =>
    gcloud("logging sinks update", { project, ...flags }, name, ...to);
  return {
    kind: "logs",
    title: `log sink ${name}`,
    refersTo: [bucket],
    api: API.logging,
    look: {
      command: gcloud("logging sinks list", { project, format: "json" }),
      pick: (sinks: Sink[]) => {
        const found = named(sinks, name);
        return (
          found && {
            destination: found.destination ?? null,
            filter: found.filter ?? null,
            disabled: found.disabled ?? false,
          }
        );
      },
    },
    fields: {
      destination: { wanted: destination, change: () => [update({}, destination)] },
      filter: { wanted: filter, change: () => [update({ "log-filter": filter })] },
      disabled: { wanted: false, change: () => [update({ "no-disabled": true })] },
    },
    create: [gcloud("logging sinks create", { project, "log-filter": filter }, name, destination)],
    terraform: [{ type: "google_logging_project_sink", body: { project, name, destination, filter } }],
    remove: { commands: () => [gcloud("logging sinks delete", { project }, name)] },
  };
}

type Exclusion = { filter: string | null; disabled: boolean };

/** The project's own sink, which is always there: it leaves the workers' lines out once they have their own. */
export function defaultSink(setup: Setup, own: Resource): Resource {
  const { project, settings } = setup;
  const name = `${settings.DEPLOYMENT}-workers`;
  const filter = filterOf(setup);
  const wanted = { filter, disabled: false };
  const update = (flags: Record<string, string>) => gcloud("logging sinks update", { project, ...flags }, "_Default");
  const exclusion = `name=${name},filter=${filter}`;
  const changes = (found: Exclusion | null) => {
    if (found === null) return [update({ "add-exclusion": exclusion })];
    if (!found.disabled) return [update({ "update-exclusion": exclusion })];
    // gcloud takes every value of `disabled` for true: only a new one is on.
    return [update({ "remove-exclusions": name }), update({ "add-exclusion": exclusion })];
  };
  return {
    kind: "logs",
    title: "log sink _Default",
    refersTo: [own],
    api: API.logging,
    look: {
      command: gcloud("logging sinks list", { project, format: "json" }),
      pick: (sinks: Sink[]) => {
        const excluded = named(named(sinks, "_Default")?.exclusions ?? [], name);
        return {
          leavesOut:
            excluded === undefined ? null : { filter: excluded.filter ?? null, disabled: excluded.disabled ?? false },
        };
      },
    },
    fields: { leavesOut: { wanted, change: (found) => changes(found as Exclusion | null) } },
    create: [],
    // A project's exclusions are those of its _Default sink.
    terraform: [{ type: "google_logging_project_exclusion", body: { project, name, filter } }],
    remove: { commands: ({ leavesOut }) => (leavesOut ? [update({ "remove-exclusions": name })] : []) },
  };
}
