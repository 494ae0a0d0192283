/** The real command line between stand-ins: what is refused, what is recorded, what is left behind. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { APART, PROJECT, TOGETHER } from "./every-option";
import { BUCKET, withStandIns } from "./stand-ins";
import { onFirstNode } from "../../support/first-node";
import { FLAGS, type Flag, type FlagName, type FlagValues } from "../../../pipeline/dataflow/flags";
import type { Job } from "../../../pipeline/dataflow/job";
import { compared } from "../../../pipeline/dataflow/read-back";
import { loadTableSchema } from "../../../schemas/load";
import { schemaVersion } from "../../../schemas/version";

/** The article's command; its Python module's name is replaced by the script, and P by a project. */
const ARTICLE = `--project_name bank-project --pubsub_topic projects/bank-project/topics/str-pl-pubsub-topic --streaming
  --staging_location gs://da_streaming_pipeline/stage --temp_location gs://da_streaming_pipeline/temp
  --region europe-west1 --zone=europe-west2-b
  --dataflow_kms_key projects/bank-project/locations/global/keyRings/str-pl-global-kr/cryptoKeys/str-pl-global-key01`.split(
  /\s+/,
);
const REAL = ["--project", PROJECT];

/** Options as a command line. */
function commandLine(values: FlagValues): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (name === "use_public_ips") return [value ? "--use_public_ips" : "--no_use_public_ips"];
    if (typeof value === "boolean") return [`--${name}`];
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [`--${name}`, String(one)]);
  });
}

describe("a submission to Dataflow", function () {
  const on = withStandIns(this);
  async function nothingWasSent(): Promise<void> {
    assert.deepEqual(on.paths(), []);
    assert.deepEqual(await on.staged(), []);
  }

  describe("by the article's command", () => {
    it("is refused by rules that are named, and nothing is staged", async () => {
      const { code, stdout, stderr } = await on.submit(...ARTICLE);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^LOC-1 {2}/m);
      assert.match(stderr, /^KEY-2 {2}/m);
      assert.equal(stderr.match(/^[A-Z]+-\d+ {2}/gm)!.length, 2);
      assert.equal(stdout, "");
      await nothingWasSent();
      assert.deepEqual(readdirSync(on.folder), []);
    });

    it("is refused as long as one of them is not accepted", async () => {
      const { code, stderr } = await on.submit(...ARTICLE, "--accept", "LOC-1");
      assert.equal(code, 2);
      assert.deepEqual(stderr.match(/^[A-Z]+-\d+ {2}/gm), ["KEY-2  "]);
      await nothingWasSent();
    });

    it("is recorded as it says where both are accepted, and carries their names", async () => {
      const { code, stdout, stderr } = await on.submit(...ARTICLE, "--accept", "LOC-1", "--accept", "KEY-2");
      assert.equal(code, 0, stderr);
      const job = on.onlyJob();
      assert.equal(on.paths()[0], "POST /v1b3/projects/bank-project/locations/europe-west1/jobs");
      const { environment } = job;
      assert.equal(
        environment?.serviceKmsKeyName,
        "projects/bank-project/locations/global/keyRings/str-pl-global-kr/cryptoKeys/str-pl-global-key01",
      );
      assert.equal(environment?.workerZone, "europe-west2-b");
      assert.equal(environment?.workerPools?.[0]?.ipConfiguration, "WORKER_IP_PRIVATE");
      const schema_version = schemaVersion(loadTableSchema("schemas/cc_account_info.json"));
      assert.deepEqual(job.labels, { schema_version, accepted_rules: "key-2_loc-1" });
      assert.deepEqual(
        on
          .record()
          .acceptedRules.map(({ id }) => id)
          .sort(),
        ["KEY-2", "LOC-1"],
      );
      assert.match(stdout, /LOC-1/);
      assert.match(stdout, /KEY-2/);
    });
  });

  describe("by the default profile", () => {
    it("passes with no rule accepted, stages the graph, and says what it found", async () => {
      const { code, stdout, stderr } = await on.submit(...REAL);
      assert.equal(code, 0, stderr);
      const job = on.onlyJob();
      const record = on.record();
      assert.equal(record.jobId, job.id);
      assert.equal(record.state, "JOB_STATE_RUNNING");
      assert.deepEqual(record.acceptedRules, []);
      assert.deepEqual([...new Set(record.comparisons.map(({ verdict }) => verdict))], ["same"]);
      assert.equal(
        record.consoleUrl,
        `https://console.cloud.google.com/dataflow/jobs/europe-west2/${job.id}?project=${PROJECT}`,
      );
      for (const said of [job.id!, record.consoleUrl!, record.graph.sha256]) assert.ok(stdout.includes(said), said);

      const [graph, ...more] = await on.staged();
      assert.deepEqual(more, []);
      assert.match(graph!, /^stage\/str-pl\.[\d.]+\/pipeline\.pb$/);
      const staged = await on.object(graph!);
      assert.deepEqual(staged, readFileSync(join(on.folder, "pipeline.pb")));
      assert.equal(createHash("sha256").update(staged).digest("hex"), record.graph.sha256);
      assert.equal(job.environment?.sdkPipelineOptions?.options?.pipelineUrl, `gs://${BUCKET}/${graph}`);
    });

    onFirstNode("makes the same graph, byte for byte, whether it is sent or not; a dry run sends nothing", async () => {
      const dry = await on.submit(...REAL, "--dry_run");
      assert.equal(dry.code, 0, dry.stderr);
      await nothingWasSent();
      const read = (name: string) => readFileSync(join(on.folder, name));
      const [graph, request] = [read("pipeline.pb"), JSON.parse(String(read("request.json")))];
      const { dryRun, jobId, comparisons } = on.record();
      assert.deepEqual([dryRun, jobId], [true, null]);
      assert.deepEqual([...new Set(comparisons.map(({ verdict }) => verdict))], ["same"]);

      const { code, stderr } = await on.submit(...REAL);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await on.object((await on.staged())[0]!), graph);
      assert.equal(on.onlyJob().environment?.serviceKmsKeyName, request.environment.serviceKmsKeyName);
    });
  });

  describe("with every option", () => {
    async function arrives(asked: FlagValues): Promise<void> {
      const { code, stderr } = await on.submit(...commandLine(asked));
      assert.equal(code, 0, stderr);
      const job = on.dataflow.jobs.all.at(-1) as unknown as Job;
      const differing = compared(asked, job).filter(({ verdict }) => verdict !== "same");
      assert.deepEqual(differing, []);
      assert.deepEqual(
        on.record().comparisons.filter(({ option, verdict }) => option in asked && verdict !== "same"),
        [],
      );
      const given = Object.keys(asked).filter((name) => (FLAGS[name as FlagName] as Flag).found !== undefined);
      const told = on.record().comparisons.map(({ option }) => option);
      assert.deepEqual(
        given.filter((name) => !told.includes(name)),
        [],
      );
    }

    it("that can be asked for at once: all of them arrive in the job", async () => {
      const at = { project: PROJECT, location: TOGETHER.region };
      const running = on.dataflow.jobs.add(at, { name: TOGETHER.job_name });
      on.dataflow.jobs.add({ ...at, location: "europe-west1" }, { name: TOGETHER.job_name });
      await arrives(TOGETHER);
      assert.equal((on.dataflow.jobs.all.at(-1) as unknown as Job).replaceJobId, running.id);
      assert.equal(on.dataflow.jobs.get(at, running.id).currentState, "JOB_STATE_UPDATED");
    });

    onFirstNode("that contradicts one of those", async () => {
      const region = { worker_region: "europe-west2", use_public_ips: true, autoscaling_algorithm: "NONE" };
      assert.ok("worker_region" in APART);
      const accept = ["--accept", "NET-1"];
      const { code, stderr } = await on.submit(...REAL, ...commandLine(region), ...accept);
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        compared(region, on.onlyJob()).map(({ verdict }) => verdict),
        ["same", "same", "same"],
      );
    });

    onFirstNode("a template is written, and makes no job", async () => {
      const { code, stderr } = await on.submit(...REAL, "--template_location", `gs://${BUCKET}/templates/str-pl`);
      assert.equal(code, 0, stderr);
      assert.deepEqual(on.paths(), []);
      assert.ok((await on.staged()).includes("templates/str-pl"));
      const template = JSON.parse(String(await on.object("templates/str-pl"))) as Job;
      assert.equal(template.environment?.workerPools?.[0]?.ipConfiguration, "WORKER_IP_PRIVATE");
      assert.equal(on.record().jobId, null);
    });
  });
});
