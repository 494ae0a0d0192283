/** Where each option of a submission stands in the job that Dataflow is sent: field by field of its REST API. */
import type { FlagName } from "../../pipeline/dataflow/flags";

const POOL = "environment.workerPools[0]";
const IMAGES = `${POOL}.sdkHarnessContainerImages`;

/** `[0]`: an item; `[a=b]`: the first item whose field `a` is `b`. Only what makes no part of a job is left out. */
export const PLACES: Partial<Record<FlagName, string>> = {
  project: "projectId",
  region: "location",
  job_name: "name",
  labels: "labels",
  worker_region: "environment.workerRegion",
  worker_zone: "environment.workerZone",
  dataflow_kms_key: "environment.serviceKmsKeyName",
  staging_location: "environment.sdkPipelineOptions.options.pipelineUrl",
  temp_location: "environment.tempStoragePrefix",
  service_account_email: "environment.serviceAccountEmail",
  network: `${POOL}.network`,
  subnetwork: `${POOL}.subnetwork`,
  use_public_ips: `${POOL}.ipConfiguration`,
  sdk_container_image: `${IMAGES}[environmentId=jsEnvironment].containerImage`,
  python_sdk_container_image: `${IMAGES}[environmentId=pythonEnvironment].containerImage`,
  java_sdk_container_image: `${IMAGES}[environmentId=javaEnvironment].containerImage`,
  num_workers: `${POOL}.numWorkers`,
  max_num_workers: `${POOL}.autoscalingSettings.maxNumWorkers`,
  autoscaling_algorithm: `${POOL}.autoscalingSettings.algorithm`,
  machine_type: `${POOL}.machineType`,
  disk_size_gb: `${POOL}.diskSizeGb`,
  worker_disk_type: `${POOL}.diskType`,
  min_cpu_platform: "environment.experiments",
  number_of_worker_harness_threads: `${POOL}.numThreadsPerWorker`,
  dataflow_service_options: "environment.serviceOptions",
  experiments: "environment.experiments",
  enable_streaming_engine: "environment.experiments",
  enable_hot_key_logging: "environment.debugOptions.enableHotKeyLogging",
  update: "replaceJobId",
  transform_name_mapping: "transformNameMapping",
  create_from_snapshot: "createdFromSnapshotId",
  streaming: "type",
};

/** What stands there; undefined where nothing does. */
export function at(job: object, place: string): unknown {
  return place
    .split(/\.|(?=\[)/)
    .reduce<unknown>((found, step) => (found === undefined ? found : stepInto(found, step)), job);
}

function stepInto(found: unknown, step: string): unknown {
  const [, field, value] = /^\[(\w+)(?:=(\w+))?\]$/.exec(step) ?? [];
  if (field === undefined) return (found as Record<string, unknown>)[step];
  const items = found as Record<string, unknown>[];
  if (value === undefined) return items[Number(field)];
  return items.find((item) => item[field] === value);
}
