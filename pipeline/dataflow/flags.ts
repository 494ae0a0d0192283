/**
 * The options of a Dataflow job, by the names that Google and Beam give them [Pipeline options (Dataflow)]: how each is given, and where
 * the service says that it has it. What is parsed, sent and read back all come from this table.
 */
import type { Job } from "./job";

export type FlagValue = string | number | boolean | readonly string[];
export type FlagValues = Readonly<Record<string, FlagValue>>;

export interface Flag {
  /** `labels` and lists may be given more than once; `object` is JSON text. */
  readonly kind: "text" | "count" | "switch" | "list" | "labels" | "object";
  readonly describe: string;
  /** What the job says of it; undefined where it says nothing. Without it the option is not the job's, but the submission's. */
  readonly found?: (job: Job) => unknown;
}

const pool = (job: Job) => job.environment?.workerPools?.[0];
const options = (job: Job) => job.environment?.sdkPipelineOptions?.options;

/** A bucket's path as it was given: the SDK appends the job's name and a time of its own. */
const parentOf = (url: string | undefined) => url?.replace(/\/[^/]*$/, "");
const asGs = (prefix: string | undefined) => prefix?.replace(/^storage\.googleapis\.com\//, "gs://");

/** An experiment or a service option `name=value`, or its bare name. */
const among = (list: readonly string[] | undefined, name: string) =>
  list?.find((one) => one === name || one.startsWith(`${name}=`));

/** An enumeration's value, by its name or, as protobuf's JSON allows too, by its number. */
const isOne = (value: string | number | undefined, name: string, number: number) => value === name || value === number;

/** Of the environment of a language, by its id in the graph. */
/** By the environment's id in the graph (pipeline/sdk/pipeline-proto.ts). */
const imageOf = (job: Job, environment: "jsEnvironment" | "pythonEnvironment" | "javaEnvironment") =>
  pool(job)?.sdkHarnessContainerImages?.find(({ environmentId }) => environmentId === environment)?.containerImage;

export const FLAGS = {
  project: { kind: "text", describe: "the project", found: (job) => job.projectId },
  region: { kind: "text", describe: "the regional endpoint: the job's region", found: (job) => job.location },
  job_name: { kind: "text", describe: "the job's name", found: (job) => job.name },
  labels: { kind: "labels", describe: "KEY=VALUE, a label of the job", found: (job) => job.labels },
  worker_region: {
    kind: "text",
    describe: "the region of the workers",
    found: (job) => job.environment?.workerRegion,
  },
  worker_zone: { kind: "text", describe: "the zone of the workers", found: (job) => job.environment?.workerZone },
  dataflow_kms_key: {
    kind: "text",
    describe: "projects/P/locations/L/keyRings/R/cryptoKeys/K: the key of the job's state",
    found: (job) => job.environment?.serviceKmsKeyName,
  },
  staging_location: {
    kind: "text",
    describe: "gs://BUCKET/PATH for what workers load",
    found: (job) => parentOf(parentOf(options(job)?.pipelineUrl)),
  },
  temp_location: {
    kind: "text",
    describe: "gs://BUCKET/PATH for temporary files",
    found: (job) => parentOf(asGs(job.environment?.tempStoragePrefix)),
  },
  service_account_email: {
    kind: "text",
    describe: "the workers' service account",
    found: (job) => job.environment?.serviceAccountEmail,
  },
  network: { kind: "text", describe: "the workers' network", found: (job) => pool(job)?.network },
  subnetwork: {
    kind: "text",
    describe: "regions/REGION/subnetworks/NAME",
    found: (job) => pool(job)?.subnetwork,
  },
  use_public_ips: {
    kind: "switch",
    describe: "workers with public addresses; without is the default",
    found: (job) => pool(job) && !isOne(pool(job)!.ipConfiguration, "WORKER_IP_PRIVATE", 2),
  },
  sdk_container_image: {
    kind: "text",
    describe: "the image of the TypeScript workers",
    found: (job) => imageOf(job, "jsEnvironment"),
  },
  python_sdk_container_image: {
    kind: "text",
    describe: "the image of the Python workers",
    found: (job) => imageOf(job, "pythonEnvironment"),
  },
  java_sdk_container_image: {
    kind: "text",
    describe: "the image of the Java workers, which Storage Write needs",
    found: (job) => imageOf(job, "javaEnvironment"),
  },
  num_workers: { kind: "count", describe: "workers to begin with", found: (job) => pool(job)?.numWorkers },
  max_num_workers: {
    kind: "count",
    describe: "workers at most",
    found: (job) => pool(job)?.autoscalingSettings?.maxNumWorkers,
  },
  autoscaling_algorithm: {
    kind: "text",
    describe: "NONE or THROUGHPUT_BASED",
    found: (job) => ALGORITHMS[pool(job)?.autoscalingSettings?.algorithm ?? ""],
  },
  machine_type: { kind: "text", describe: "the workers' machine", found: (job) => pool(job)?.machineType },
  disk_size_gb: { kind: "count", describe: "a worker's disk", found: (job) => pool(job)?.diskSizeGb },
  worker_disk_type: { kind: "text", describe: "the disk's type", found: (job) => pool(job)?.diskType },
  min_cpu_platform: {
    kind: "text",
    describe: "the least processor",
    found: (job) => among(job.environment?.experiments, "min_cpu_platform")?.split("=")[1],
  },
  number_of_worker_harness_threads: {
    kind: "count",
    describe: "threads of a worker's harness",
    found: (job) => pool(job)?.numThreadsPerWorker,
  },
  dataflow_service_options: {
    kind: "list",
    describe: "an option of the service, as enable_secure_boot",
    found: (job) => job.environment?.serviceOptions,
  },
  experiments: { kind: "list", describe: "an experiment", found: (job) => job.environment?.experiments },
  enable_streaming_engine: {
    kind: "switch",
    describe: "the state lies with the service: the only way in which this pipeline runs",
    found: (job) => job.environment && among(job.environment.experiments, "enable_streaming_engine") !== undefined,
  },
  enable_hot_key_logging: {
    kind: "switch",
    describe: "log a key that is hot",
    found: (job) => job.environment && (job.environment.debugOptions?.enableHotKeyLogging ?? false),
  },
  update: {
    kind: "switch",
    describe: "take the place of the running job of this name",
    found: (job) => (job.replaceJobId ? true : job.environment && false),
  },
  transform_name_mapping: {
    kind: "object",
    describe: 'with --update: {"old":"new"}, the names that changed',
    found: (job) => job.transformNameMapping,
  },
  create_from_snapshot: {
    kind: "text",
    describe: "begin with a snapshot's state",
    found: (job) => job.createdFromSnapshotId,
  },
  streaming: {
    kind: "switch",
    describe: "accepted: this pipeline is never anything else",
    found: (job) => job.type && isOne(job.type, "JOB_TYPE_STREAMING", 2),
  },
  template_location: { kind: "text", describe: "gs://…: write a template, make no job" },
  dataflow_endpoint: { kind: "text", describe: "the service's URL, where it is not Google's own" },
  no_auth: { kind: "switch", describe: "send no credentials: for a stand-in of the service" },
  impersonate_service_account: { kind: "text", describe: "submit as this account" },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;

const ALGORITHMS: Readonly<Record<string, string>> = {
  AUTOSCALING_ALGORITHM_NONE: "NONE",
  1: "NONE",
  AUTOSCALING_ALGORITHM_BASIC: "THROUGHPUT_BASED",
  2: "THROUGHPUT_BASED",
};

/** Images are in the graph itself: there they stay what they are, digest and all. */
const IN_THE_GRAPH = new Set(["sdk_container_image", "python_sdk_container_image", "java_sdk_container_image"]);

/** As Beam's Python SDK takes them on its command line. */
export function pythonFlags(values: FlagValues): string[] {
  return Object.entries(values)
    .filter(([name]) => !IN_THE_GRAPH.has(name))
    .flatMap(([name, value]) => {
      if (name === "use_public_ips") return [value ? "--use_public_ips" : "--no_use_public_ips"];
      if (typeof value === "boolean") return value ? [`--${name}`] : [];
      return (Array.isArray(value) ? value : [value]).map((one) => `--${name}=${one}`);
    });
}
