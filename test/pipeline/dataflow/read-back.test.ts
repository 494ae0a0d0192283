/** The job that the service has, held against the one that was asked for. */
import assert from "node:assert/strict";
import { JOB, TOGETHER } from "./every-option";
import type { FlagValues } from "../../../pipeline/dataflow/flags";
import type { Job, JobEnvironment, WorkerPool } from "../../../pipeline/dataflow/job";
import { compared, splitLabel } from "../../../pipeline/dataflow/read-back";

const verdicts = (asked: FlagValues, job: Job) =>
  Object.fromEntries(compared(asked, job).map(({ option, verdict }) => [option, verdict]));
const differing = (job: Job, asked: FlagValues = TOGETHER) =>
  compared(asked, job).flatMap(({ option, verdict }) => (verdict === "different" ? [option] : []));

const withEnvironment = (changed: Partial<JobEnvironment>): Job => ({
  ...JOB,
  environment: { ...JOB.environment, ...changed },
});
const withPool = (changed: Partial<WorkerPool>) =>
  withEnvironment({ workerPools: [{ ...JOB.environment!.workerPools![0], ...changed }] });

describe("the job that is read back", () => {
  it("is the one that was asked for, whatever the service has added", () => {
    assert.deepEqual([...new Set(compared(TOGETHER, JOB).map(({ verdict }) => verdict))], ["same"]);
    assert.equal(compared(TOGETHER, JOB).length, Object.keys(TOGETHER).length);
  });

  const changes: Record<string, [option: string, job: Job]> = {
    "another project": ["project", { ...JOB, projectId: "other" }],
    "another region": ["region", { ...JOB, location: "us-central1" }],
    "another name": ["job_name", { ...JOB, name: "other" }],
    "a batch job": ["streaming", { ...JOB, type: "JOB_TYPE_BATCH" }],
    "a label with another value": ["labels", { ...JOB, labels: { team: "loans", stage: "" } }],
    "a label that is missing": ["labels", { ...JOB, labels: { team: "cards" } }],
    "no labels": ["labels", (({ labels: _, ...job }) => job)(JOB)],
    "a job that replaces none": ["update", (({ replaceJobId: _, ...job }) => job)(JOB)],
    "another snapshot": ["create_from_snapshot", { ...JOB, createdFromSnapshotId: "other" }],
    "another key": ["dataflow_kms_key", withEnvironment({ serviceKmsKeyName: `${TOGETHER.dataflow_kms_key}2` })],
    "another zone": ["worker_zone", withEnvironment({ workerZone: "europe-west1-b" })],
    "another account": ["service_account_email", withEnvironment({ serviceAccountEmail: "1-compute@developer" })],
    "another temp bucket": [
      "temp_location",
      withEnvironment({ tempStoragePrefix: "storage.googleapis.com/other/some/temp/str-pl-every-option.1.5" }),
    ],
    "another staging folder": [
      "staging_location",
      withEnvironment({
        sdkPipelineOptions: { options: { pipelineUrl: "gs://da_streaming_pipeline/stage/job.1/pipeline.pb" } },
      }),
    ],
    "an experiment that is missing": [
      "experiments",
      withEnvironment({ experiments: ["an_experiment", "enable_streaming_engine", "min_cpu_platform=AMD Milan"] }),
    ],
    "no streaming engine": [
      "enable_streaming_engine",
      withEnvironment({ experiments: ["an_experiment", "another=1", "min_cpu_platform=AMD Milan"] }),
    ],
    "a service option that is missing": ["dataflow_service_options", withEnvironment({ serviceOptions: ["added"] })],
    "no debug options": ["enable_hot_key_logging", withEnvironment({ debugOptions: {} })],
    "public addresses": ["use_public_ips", withPool({ ipConfiguration: "WORKER_IP_PUBLIC" })],
    "addresses that nobody has said": ["use_public_ips", withPool({ ipConfiguration: "WORKER_IP_UNSPECIFIED" })],
    "another subnetwork": ["subnetwork", withPool({ subnetwork: "regions/us-central1/subnetworks/default" })],
    "more workers": [
      "max_num_workers",
      withPool({ autoscalingSettings: { algorithm: "AUTOSCALING_ALGORITHM_BASIC", maxNumWorkers: 1000 } }),
    ],
    "another TypeScript image": [
      "sdk_container_image",
      withPool({
        sdkHarnessContainerImages: [
          { containerImage: TOGETHER.python_sdk_container_image, environmentId: "pythonEnvironment" },
          {
            containerImage: "europe-west2-docker.pkg.dev/my-project/images/worker:latest",
            environmentId: "jsEnvironment",
          },
        ],
      }),
    ],
    "no Python image": [
      "python_sdk_container_image",
      withPool({
        sdkHarnessContainerImages: [{ containerImage: TOGETHER.sdk_container_image, environmentId: "jsEnvironment" }],
      }),
    ],
  };
  for (const [what, [option, job]] of Object.entries(changes)) {
    it(`differs by ${what}`, () => assert.deepEqual(differing(job), [option]));
  }

  it("shows both sides of a difference", () => {
    const [comparison] = compared({ worker_zone: "europe-west2-b" }, withEnvironment({ workerZone: "us-east1-b" }));
    assert.deepEqual(comparison, {
      option: "worker_zone",
      asked: "europe-west2-b",
      found: "us-east1-b",
      verdict: "different",
    });
  });

  it("is not observed where the service gives no environment, but for what it gives", () => {
    const { environment: _, ...bare } = JOB;
    const found = verdicts(TOGETHER, bare);
    assert.equal(found.dataflow_kms_key, "not observed");
    assert.equal(found.use_public_ips, "not observed");
    assert.equal(found.enable_streaming_engine, "not observed");
    assert.equal(found.dataflow_service_options, "not observed");
    assert.equal(found.job_name, "same");
    assert.deepEqual(differing(bare), []);
    assert.deepEqual(differing({ ...bare, name: "other" }), ["job_name"]);
  });

  it("is not observed where a service leaves out what Google says of every job", () => {
    const { projectId: _, location: __, name: ___, type: ____, ...nameless } = JOB;
    const found = compared(TOGETHER, nameless).filter(({ verdict }) => verdict !== "same");
    assert.deepEqual(
      found.map(({ option, verdict }) => [option, verdict]),
      ["project", "region", "job_name", "streaming"].map((option) => [option, "not observed"]),
    );
    assert.deepEqual([...new Set(compared(TOGETHER, {}).map(({ verdict }) => verdict))], ["not observed"]);
  });

  it("may have its numbers as text and its enumerations as numbers, as protobuf's JSON allows", () => {
    const sent = {
      ...withPool({
        numWorkers: "2" as never,
        ipConfiguration: 2 as never,
        autoscalingSettings: { algorithm: 2 as never, maxNumWorkers: "7" as never },
      }),
      type: 2 as never,
    };
    assert.deepEqual(differing(sent), []);
    assert.deepEqual(differing(withPool({ ipConfiguration: 1 as never })), ["use_public_ips"]);
  });

  it("is held against nothing that was not asked for", () => {
    assert.deepEqual(compared({ no_auth: true, template_location: "gs://b/t" }, JOB), []);
  });
});

describe("a label", () => {
  it("is parted at its first =", () => {
    assert.deepEqual(splitLabel("a=b=c"), ["a", "b=c"]);
    assert.deepEqual(splitLabel("a="), ["a", ""]);
    assert.deepEqual(splitLabel("a"), ["a", ""]);
  });
});
