/** A value for every option of a Dataflow job, and the job that has them all. */
import type { FlagName, FlagValue } from "../../../pipeline/dataflow/flags";
import type { Job } from "../../../pipeline/dataflow/job";

export const PROJECT = "my-project";
const REGISTRY = "europe-west2-docker.pkg.dev/my-project/images";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Everything that can be asked for at once. */
export const TOGETHER = {
  project: PROJECT,
  region: "europe-west2",
  job_name: "str-pl-every-option",
  labels: ["team=cards", "stage="],
  worker_zone: "europe-west2-c",
  dataflow_kms_key: "projects/my-project/locations/europe-west2/keyRings/a-ring/cryptoKeys/a-key",
  staging_location: "gs://da_streaming_pipeline/some/stage",
  temp_location: "gs://da_streaming_pipeline/some/temp",
  service_account_email: "a-worker@my-project.iam.gserviceaccount.com",
  network: "a-network",
  subnetwork: "regions/europe-west2/subnetworks/a-subnetwork",
  use_public_ips: false,
  sdk_container_image: `${REGISTRY}/worker@${DIGEST}`,
  python_sdk_container_image: `${REGISTRY}/python@${DIGEST}`,
  num_workers: 2,
  max_num_workers: 7,
  autoscaling_algorithm: "THROUGHPUT_BASED",
  machine_type: "n2d-standard-2",
  disk_size_gb: 33,
  worker_disk_type: "compute.googleapis.com/projects//zones//diskTypes/pd-ssd",
  min_cpu_platform: "AMD Milan",
  number_of_worker_harness_threads: 12,
  dataflow_service_options: ["enable_secure_boot", "streaming_mode_exactly_once"],
  experiments: ["an_experiment", "another=1"],
  enable_streaming_engine: true,
  enable_hot_key_logging: true,
  update: true,
  transform_name_mapping: '{"readMessages":"read","old":"new"}',
  create_from_snapshot: "a-snapshot",
  streaming: true,
} as const satisfies Partial<Record<FlagName, FlagValue>>;

/** What contradicts the above, or makes no job, and where it is tested instead. */
export const APART: Partial<Record<FlagName, string>> = {
  worker_region: "contradicts worker_zone: submitted with --use_public_ips in a test of its own",
  java_sdk_container_image: "goes with Java's Storage Write, which needs `make java`: storage-write.test.ts",
  template_location: "makes no job: a test of its own",
  dataflow_endpoint: "every test gives it: without it nothing would be recorded",
  no_auth: "every test gives it: without it credentials would be looked for",
  impersonate_service_account: "needs credentials: google.test.ts",
};

/** As Google's REST API gives the job of TOGETHER back: what it adds of its own is among it. */
export const JOB: Job = {
  id: "2026-01-01_00_00_00-1",
  projectId: PROJECT,
  location: "europe-west2",
  name: "str-pl-every-option",
  type: "JOB_TYPE_STREAMING",
  currentState: "JOB_STATE_RUNNING",
  labels: { team: "cards", stage: "", "goog-dataflow-provided": "yes" },
  replaceJobId: "2025-01-01_00_00_00-1",
  createdFromSnapshotId: "a-snapshot",
  transformNameMapping: { old: "new", readMessages: "read" },
  environment: {
    serviceKmsKeyName: TOGETHER.dataflow_kms_key,
    serviceAccountEmail: TOGETHER.service_account_email,
    workerZone: "europe-west2-c",
    tempStoragePrefix: "storage.googleapis.com/da_streaming_pipeline/some/temp/str-pl-every-option.1.5",
    experiments: ["another=1", "an_experiment", "enable_streaming_engine", "min_cpu_platform=AMD Milan", "beam_fn_api"],
    serviceOptions: ["streaming_mode_exactly_once", "enable_secure_boot", "added"],
    debugOptions: { enableHotKeyLogging: true },
    workerPools: [
      {
        numWorkers: 2,
        machineType: "n2d-standard-2",
        diskSizeGb: 33,
        diskType: TOGETHER.worker_disk_type,
        network: "a-network",
        subnetwork: TOGETHER.subnetwork,
        ipConfiguration: "WORKER_IP_PRIVATE",
        numThreadsPerWorker: 12,
        autoscalingSettings: { algorithm: "AUTOSCALING_ALGORITHM_BASIC", maxNumWorkers: 7 },
        sdkHarnessContainerImages: [
          { containerImage: TOGETHER.python_sdk_container_image, environmentId: "pythonEnvironment" },
          { containerImage: "europe-west2-docker.pkg.dev/bank/images/java:1", environmentId: "javaEnvironment" },
          { containerImage: TOGETHER.sdk_container_image, environmentId: "jsEnvironment" },
        ],
      },
    ],
    sdkPipelineOptions: {
      options: { pipelineUrl: "gs://da_streaming_pipeline/some/stage/str-pl-every-option.1.5/pipeline.pb" },
    },
  },
};
