import assert from "node:assert/strict";
import { withStandIns } from "./stand-ins";
import { onFirstNode } from "../../support/first-node";
import { PipelineProto } from "../../../pipeline/sdk/pipeline-proto";

/** What Dataflow is asked for where nothing of a graph is in another language. */
describe("a submission of the lean graph", function () {
  this.timeout(240_000);
  const at = withStandIns(this);
  const LEAN = ["--project", "proj-1", "--pubsub_read", "native", "--bigquery_write_method", "native"];

  onFirstNode("is the job that was asked for: one image, one environment, the graph alone is staged", async () => {
    const { code, stderr } = await at.submit(...LEAN);
    assert.equal(code, 0, stderr);
    const { comparisons } = at.record();
    assert.deepEqual(
      comparisons.filter(({ verdict }) => verdict !== "same"),
      [],
    );
    assert.ok(!comparisons.some(({ option }) => option === "python_sdk_container_image"));

    const staged = await at.staged();
    assert.deepEqual(
      staged.map((name) => name.split("/").at(-1)),
      ["pipeline.pb"],
    );
    const { components } = PipelineProto.fromBinary(await at.object(staged[0]!));
    assert.deepEqual(Object.keys(components!.environments), ["jsEnvironment"]);
    assert.deepEqual(components!.environments.jsEnvironment!.dependencies, []);

    const [pool] = at.onlyJob().environment!.workerPools as {
      sdkHarnessContainerImages: { environmentId: string }[];
    }[];
    assert.deepEqual(
      pool!.sdkHarnessContainerImages.map(({ environmentId }) => environmentId),
      ["jsEnvironment"],
    );
  });

  onFirstNode("is dry where it is to be dry, with the same graph", async () => {
    const { code, stderr } = await at.submit(...LEAN, "--dry_run");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await at.staged(), []);
    assert.deepEqual(at.paths(), []);
  });
});
