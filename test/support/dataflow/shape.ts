/** The fields of a job in Dataflow's REST API v1b3, as far as a submission sends them, and the names of its enumerations. */

/** A name that is not known. Its path is within the request's body: `environment.workerPools`. */
export class UnknownName extends Error {
  constructor(
    readonly path: string,
    field: string,
    why = "Cannot find field.",
  ) {
    super(`Invalid JSON payload received. Unknown name "${field}" at '${path}': ${why}`);
  }
}

/** An enumeration: its names at their numbers. A message: its fields. `any`: whatever is sent. */
type Shape = readonly string[] | { readonly [field: string]: Shape } | "any";

const fields = (names: string): Record<string, "any"> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, "any"]));

const POOL: Shape = {
  ...fields(`kind numWorkers packages machineType diskSizeGb diskType diskProvisionedIops diskProvisionedThroughputMibps
    diskSourceImage zone taskrunnerSettings onHostMaintenance dataDisks metadata poolArgs network subnetwork
    workerHarnessContainerImage numThreadsPerWorker`),
  defaultPackageSet: ["UNKNOWN", "NONE", "JAVA", "PYTHON"].map((name) => `DEFAULT_PACKAGE_SET_${name}`),
  teardownPolicy: ["TEARDOWN_POLICY_UNKNOWN", "TEARDOWN_ALWAYS", "TEARDOWN_ON_SUCCESS", "TEARDOWN_NEVER"],
  ipConfiguration: ["WORKER_IP_UNSPECIFIED", "WORKER_IP_PUBLIC", "WORKER_IP_PRIVATE"],
  autoscalingSettings: {
    maxNumWorkers: "any",
    algorithm: ["UNKNOWN", "NONE", "BASIC"].map((name) => `AUTOSCALING_ALGORITHM_${name}`),
  },
  sdkHarnessContainerImages: fields("containerImage useSingleCorePerContainer environmentId capabilities"),
};

const ENVIRONMENT: Shape = {
  ...fields(`tempStoragePrefix clusterManagerApiService experiments serviceOptions serviceKmsKeyName userAgent version dataset
    sdkPipelineOptions internalExperiments serviceAccountEmail workerRegion workerZone`),
  workerPools: POOL,
  flexResourceSchedulingGoal: ["FLEXRS_UNSPECIFIED", "FLEXRS_SPEED_OPTIMIZED", "FLEXRS_COST_OPTIMIZED"],
  debugOptions: fields("enableHotKeyLogging dataSampling"),
  streamingMode: ["UNSPECIFIED", "EXACTLY_ONCE", "AT_LEAST_ONCE"].map((name) => `STREAMING_MODE_${name}`),
};

const STATES = `UNKNOWN STOPPED RUNNING DONE FAILED CANCELLED UPDATED DRAINING DRAINED PENDING CANCELLING QUEUED
  RESOURCE_CLEANING_UP PAUSING PAUSED`
  .split(/\s+/)
  .map((name) => `JOB_STATE_${name}`);

/** What whoever makes or changes a job may send; what only the service says (`id`, `currentState`, …) is left out. */
const JOB: Shape = {
  ...fields(`projectId location name steps stepsLocation replaceJobId transformNameMapping clientRequestId tempFiles labels
    createdFromSnapshotId runtimeUpdatableParams`),
  type: ["JOB_TYPE_UNKNOWN", "JOB_TYPE_BATCH", "JOB_TYPE_STREAMING"],
  requestedState: STATES,
  environment: ENVIRONMENT,
};

/** A job that is sent, with every enumeration by its name: Google's clients may send numbers. Throws UnknownName. */
export function readJob(sent: object): Record<string, unknown> {
  return read(sent, JOB, "job") as Record<string, unknown>;
}

function read(value: unknown, shape: Shape, path: string): unknown {
  if (shape === "any" || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((one, at) => read(one, shape, `${path}[${at}]`));
  if (isNames(shape)) {
    const name = typeof value === "number" ? shape[value] : shape.find((name) => name === value);
    if (name === undefined) throw new UnknownName(path, String(value), "No such value.");
    return name;
  }
  return Object.fromEntries(
    Object.entries(value).map(([field, one]) => {
      if (!Object.hasOwn(shape, field)) throw new UnknownName(path, field);
      return [field, read(one, shape[field]!, `${path}.${field}`)];
    }),
  );
}

const isNames = (shape: Shape): shape is readonly string[] => Array.isArray(shape);
