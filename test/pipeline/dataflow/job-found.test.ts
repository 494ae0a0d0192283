/** The job that was created, as the service gives it back to the real command line. */
import assert from "node:assert/strict";
import { PROJECT } from "./every-option";
import { withStandIns } from "./stand-ins";
import { onFirstNode } from "../../support/first-node";
import { Refused } from "../../support/dataflow/jobs";
import type { Job } from "../../../pipeline/dataflow/job";

const REAL = ["--project", PROJECT];

describe("a submission to Dataflow", function () {
  const on = withStandIns(this);

  describe("to a service that has another job than was asked for", () => {
    const changed = ({ environment = {}, ...job }: Job): Job => {
      const [pool] = environment.workerPools!;
      const images = pool!.sdkHarnessContainerImages!.map((one) => ({ ...one, containerImage: "docker.io/other:1" }));
      const workerPools = [{ ...pool, sdkHarnessContainerImages: images }];
      return {
        ...job,
        environment: { ...environment, serviceKmsKeyName: "another-key", workerZone: "us-east1-b", workerPools },
      };
    };

    it("is an error with both sides, and the job is cancelled", async () => {
      on.dataflow.changed = changed as never;
      const { code, stdout, stderr } = await on.submit(...REAL, "--worker_zone", "europe-west2-c");
      assert.equal(code, 1);
      const different = on.record().comparisons.filter(({ verdict }) => verdict === "different");
      assert.deepEqual(different.map(({ option }) => option).sort(), [
        "dataflow_kms_key",
        "python_sdk_container_image",
        "sdk_container_image",
        "worker_zone",
      ]);
      for (const { asked, found } of different) {
        assert.ok(stdout.includes(String(asked)) && stdout.includes(String(found)), String(asked));
      }
      assert.match(stderr, /worker_zone/);
      assert.equal(on.onlyJob().currentState, "JOB_STATE_CANCELLED");
      const { method, body } = on.dataflow.requests.at(-1)!;
      assert.deepEqual([method, body], ["PUT", { requestedState: "JOB_STATE_CANCELLED" }]);
    });

    onFirstNode("is an error, and the job goes on where it is told to", async () => {
      on.dataflow.changed = changed as never;
      const { code } = await on.submit(...REAL, "--worker_zone", "europe-west2-c", "--keep_on_mismatch");
      assert.equal(code, 1);
      assert.equal(on.onlyJob().currentState, "JOB_STATE_RUNNING");
      assert.ok(!on.paths().some((path) => path.startsWith("PUT")));
    });

    onFirstNode("is said to be not observed where the service shows nothing of it", async () => {
      on.dataflow.changed = ({ environment: _, ...job }) => job;
      const { code, stdout, stderr } = await on.submit(...REAL);
      assert.equal(code, 0, stderr);
      assert.equal(
        on.record().comparisons.find(({ option }) => option === "dataflow_kms_key")?.verdict,
        "not observed",
      );
      assert.match(stdout, /not observed: the job/);
      assert.equal(on.onlyJob().currentState, "JOB_STATE_RUNNING");
    });
  });

  onFirstNode("whose job cannot be read back is an error that names the job", async () => {
    on.dataflow.changed = () => {
      throw new Refused(404, "NOT_FOUND", "Nobody knows why.");
    };
    const { code, stderr } = await on.submit(...REAL);
    assert.equal(code, 1);
    for (const said of [on.onlyJob().id!, "Nobody knows why.", "https://console.cloud.google.com/"]) {
      assert.ok(stderr.includes(said), stderr);
    }
  });
});
