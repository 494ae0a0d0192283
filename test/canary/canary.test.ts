/** The canary between stand-ins: the job is kept by one, and run by the DirectRunner in its place. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withMethods, withoutPlaces } from "./arguments";
import type { CanarySummary } from "./main";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { PipelineProto } from "../../pipeline/sdk/pipeline-proto";
import { withStandIns } from "../pipeline/dataflow/stand-ins";
import { onFirstNode } from "../support/first-node";
import { run, start, waitUntil } from "../support/commands";
import { startBigQueryEmulator } from "../support/emulators/bigquery";
import { orSkip } from "../support/skip";
import { withPubsub } from "../support/with-pubsub";

describe("a canary", function () {
  this.timeout(300_000);
  const at = withStandIns(this);
  const pubsub = withPubsub(this);
  let bigQuery: Awaited<ReturnType<typeof startBigQueryEmulator>> | undefined;
  before(async function () {
    bigQuery = await orSkip(this, () => startBigQueryEmulator());
  });
  after(() => bigQuery?.stop());

  onFirstNode("has its template looked at, its job run, one row written, and leaves nothing behind", async () => {
    process.env.BIGQUERY_EMULATOR_HOST = bigQuery!.host;
    const { client } = bigQueryClient("test-project");
    await client.createDataset("da_streaming_pipeline");
    delete process.env.BIGQUERY_EMULATOR_HOST;

    const env = {
      PUBSUB_EMULATOR_HOST: pubsub.host,
      BIGQUERY_EMULATOR_HOST: bigQuery!.host,
      BIGQUERY_STORAGE_EMULATOR_HOST: bigQuery!.grpcHost,
      OUT: join(at.folder, "canary"),
      MINUTES: "1",
    };
    const args = ["--project", "test-project", "--dataflow_endpoint", at.dataflow.endpoint, "--no_auth"];
    const canary = start("test/canary/main.ts", args, { ...env, ...at.storageEnv });
    await waitUntil(() => at.dataflow.jobs.all.length > 0 || canary.child.exitCode !== null, 120);
    assert.equal(canary.child.exitCode, null, canary.output.stderr);

    // What the job does, on one machine.
    const [graph] = (await at.staged()).filter((name) => name.endsWith("pipeline.pb")).reverse();
    const { components } = PipelineProto.fromBinary(await at.object(graph!));
    assert.deepEqual(Object.keys(components!.environments), ["jsEnvironment"]);
    const subscription = await pubsub.subscriber.listSubscriptions({ project: "projects/test-project" });
    const name = subscription[0].map((one) => one.name!).find((one) => /canary-[a-z0-9]+$/.test(one))!;
    const id = name.split("canary-")[1]!;
    const table = `test-project:da_streaming_pipeline.canary_${id}`;
    const letters = `projects/test-project/topics/str-pl-canary-${id}-dead-letters`;
    const ends = ["--pubsub_subscription", name, "--table", table, "--dead_letter_topic", letters, "--write_metadata"];
    const way = ["--bigquery_write_method", "native", "--max_messages", "1"];
    await run("pipeline/main.ts", ["--runner", "Direct", ...ends, ...way], env);

    await waitUntil(() => at.onlyJob().currentState === "JOB_STATE_DRAINING", 60);
    at.dataflow.jobs.set(at.onlyJob().id!, { currentState: "JOB_STATE_DRAINED" });
    assert.equal(await canary.ended, 0, canary.output.stderr);

    const summary: CanarySummary = JSON.parse(readFileSync(join(env.OUT, "summary.json"), "utf8"));
    assert.deepEqual([summary.templateValid, summary.rows, summary.drained], [true, 1, true]);
    const launches = at.dataflow.requests.filter(({ path }) => path.endsWith("templates:launch"));
    assert.deepEqual(
      launches.map(({ query }) => query.get("validateOnly")),
      ["true"],
    );
    const [left] = await pubsub.publisher.listTopics({ project: "projects/test-project" });
    assert.deepEqual(left, []);
  });

  it("has places of its own, whatever is given, and the lean graph where no other is", () => {
    const given = ["--project", "p", "--table", "p:d.t", "--pubsub_topic=projects/p/topics/t", "--write_metadata"];
    assert.deepEqual(withoutPlaces([...given, "--region=r"]), ["--project", "p", "--region=r"]);
    assert.deepEqual(withMethods(["--pubsub_read=python"]), [
      "--pubsub_read=python",
      "--bigquery_write_method",
      "native",
    ]);
  });
});
