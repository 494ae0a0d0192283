/** A job that writes by Java's Storage Write, between the stand-ins. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { PROJECT } from "./every-option";
import { withStandIns } from "./stand-ins";
import { onFirstNode } from "../../support/first-node";
import { requireJava } from "../../support/java";
import { orSkip } from "../../support/skip";

const JAVA_IMAGE = "europe-west2-docker.pkg.dev/my-project/images/java:7";

describe("a submission that writes by Java's Storage Write", function () {
  this.timeout(120_000);
  before(function () {
    orSkip(this, requireJava);
  });
  const on = withStandIns(this);

  for (const method of ["storage_write_at_least_once", "storage_write_exactly_once"]) {
    onFirstNode(`${method} has three images and stages the graph alone`, async () => {
      const how = ["--bigquery_write_method", method, "--java_sdk_container_image", JAVA_IMAGE];
      const { code, stdout, stderr } = await on.submit("--project", PROJECT, ...how);
      assert.equal(code, 0, stderr);
      const images = on.onlyJob().environment!.workerPools![0]!.sdkHarnessContainerImages!;
      assert.deepEqual(images.map(({ environmentId }) => environmentId).sort(), [
        "javaEnvironment",
        "jsEnvironment",
        "pythonEnvironment",
      ]);
      const java = images.find(({ environmentId }) => environmentId === "javaEnvironment")!;
      assert.equal(java.containerImage, JAVA_IMAGE);
      assert.match(stdout, new RegExp(`= java_sdk_container_image +${JAVA_IMAGE}`));
      const staged = await on.staged();
      assert.deepEqual(
        staged.map((name) => name.split("/").at(-1)),
        ["pipeline.pb"],
      );
    });
  }

  it("says that Java is missing before anything is started", () => {
    const args = ["--runner", "Dataflow", "--dry_run", "--project", PROJECT, "--job_folder", on.folder];
    const { status, stderr } = spawnSync(
      process.execPath,
      ["-r", "ts-node/register", "pipeline/main.ts", ...args, "--bigquery_write_method", "storage_write_exactly_once"],
      { encoding: "utf8", env: { ...process.env, JAVA_HOME: "/nowhere" } },
    );
    assert.equal(status, 2);
    assert.equal(
      stderr,
      "/nowhere/bin/java cannot be run: install a JDK, 11 or newer, or say by JAVA_HOME where it is\n",
    );
  });
});
