/** Command lines that no job is made of. */
import assert from "node:assert/strict";
import { PROJECT } from "./every-option";
import { main } from "../../../pipeline/main";
import { type DataflowOptions, parseOptions } from "../../../pipeline/options";
import { UsageError } from "../../../pipeline/usage-error";
import { DeploymentError } from "../../../deploy/deployment";

const parse = (...args: readonly string[]) =>
  parseOptions(["--runner", "Dataflow", "--project", PROJECT, ...args]) as DataflowOptions;
const line = (text: string) => (text === "" ? [] : text.split(" "));

describe("a command line for Dataflow", () => {
  const refused: Record<string, string> = {
    "an unknown flag": "--zoned europe-west2-b",
    "an argument that is no flag": "europe-west2",
    "a flag of the DirectRunner": "--duckdb rows.duckdb",
    "another flag of the DirectRunner": "--max_messages 5",
    "a flag of a portable runner": "--job_endpoint 127.0.0.1:1",
    "a zone and a region of the workers": "--worker_zone europe-west2-b --worker_region europe-west2",
    "a zone by both its names": "--worker_zone europe-west2-b --zone europe-west2-b",
    "a project by both its names": "--project_name my-project",
    "a topic and a subscription": "--pubsub_topic projects/p/topics/t --pubsub_subscription projects/p/subscriptions/s",
    "public addresses and none": "--use_public_ips --no_use_public_ips",
    "a flag given twice": "--region europe-west2 --region europe-west1",
    "an empty value": "--region=",
    "a count that is none": "--num_workers two",
    "a count of nothing": "--max_num_workers 0",
    "half a worker": "--num_workers 1.5",
    "names that are mapped without an update": '--transform_name_mapping {"a":"b"}',
    "a mapping that is no JSON": "--update --transform_name_mapping a=b",
    "a mapping of something else than names": '--update --transform_name_mapping {"a":1}',
    "a dry run that drains": "--drain --dry_run",
    "an update that drains": "--drain --update",
    "a dry run that is waited for": "--dry_run --wait",
    "a template whose job is kept": "--template_location gs://a-bucket/t --keep_on_mismatch",
    "a label with two values": "--labels team=cards --labels team=loans",
    "a batch job": "--streaming=false",
    "a job without Streaming Engine": "--enable_streaming_engine=false",
  };
  for (const [what, args] of Object.entries(refused)) {
    it(`is refused in one line for ${what}`, () => {
      assert.throws(
        () => parse(...line(args)),
        (error) => error instanceof UsageError && !error.message.includes("\n"),
      );
    });
  }

  it("is refused without a project", () => {
    assert.throws(() => parseOptions(["--runner", "Dataflow"]), UsageError);
  });

  const malformed: Record<string, [args: string, setting: string]> = {
    "a region that is none": ["--region london", "region"],
    "a zone without its letter": ["--worker_zone europe-west2", "workerZone"],
    "a key's version": [
      "--dataflow_kms_key projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
      "dataflowKmsKey",
    ],
    "a bucket without gs://": ["--temp_location da_streaming_pipeline/temp", "tempLocation"],
    "a subnetwork without its region": ["--subnetwork default", "subnetwork"],
    "an account that is a person's": ["--service_account_email ada@example.com", "serviceAccount"],
    "an unknown profile": ["--profile paris", "profile"],
  };
  for (const [what, [args, setting]] of Object.entries(malformed)) {
    it(`is refused in one line for ${what}`, () => {
      assert.throws(
        () => parse(...line(args)),
        (error) => error instanceof DeploymentError && error.setting === setting && !error.message.includes("\n"),
      );
    });
  }

  it("exits with 2 for each kind of refusal", async () => {
    const { write } = process.stderr;
    process.stderr.write = () => true;
    try {
      const start = ["--runner", "Dataflow", "--no_auth", "--project", PROJECT];
      for (const more of [["--zoned", "x"], ["--region", "london"], ["--use_public_ips"], ["--accept", "NO-1"]]) {
        assert.equal(await main([...start, ...more]), 2, more.join(" "));
      }
    } finally {
      process.stderr.write = write;
    }
  });

  it("takes old names, lists that are repeated, and rules in one flag or several", () => {
    const options = parseOptions([
      ...["--runner", "DataflowRunner", "--project_name", PROJECT, "--zone=europe-west2-b"],
      ...["--experiments", "a", "--experiments=b=1", "--labels", "team=cards", "--labels", "stage=test"],
      ...["--accept", "LOC-1,KEY-2", "--accept", "NET-1"],
    ]) as DataflowOptions;
    assert.equal(options.deployment.project, PROJECT);
    assert.equal(options.deployment.workerZone, "europe-west2-b");
    assert.deepEqual(options.deployment.labels, { team: "cards", stage: "test" });
    assert.deepEqual(options.others.experiments, ["a", "b=1"]);
    assert.deepEqual(options.accept, ["LOC-1", "KEY-2", "NET-1"]);
  });

  it("asks for nothing that nobody gave", () => {
    const options = parse();
    assert.deepEqual(options.others, {});
    assert.deepEqual(
      [options.dryRun, options.drain, options.wait, options.keepOnMismatch],
      [false, false, false, false],
    );
    assert.equal(options.deployment.usePublicIps, false);
  });
});
