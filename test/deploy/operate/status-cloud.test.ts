/** A status by the real gcloud, in the fake cloud: a job that runs, and then one that the service cancelled for its key. */
import assert from "node:assert/strict";
import { main } from "../../../deploy/operate";
import type { Status } from "../../../deploy/operate/status/model";
import { ToolMissing } from "../../../deploy/run";
import { isFirstNode } from "../../support/first-node";
import { call } from "../../support/fake-cloud/client";
import { MissingTool } from "../../support/emulators/process";
import { warmRunner } from "../../support/fake-cloud/warm/warm";
import { skipFor } from "../../support/skip";
import { type PreparedCloud, preparedCloud } from "../off-switch/prepared-cloud";

if (isFirstNode) {
  describe("a status by the real gcloud", function () {
    this.timeout(120_000);
    let made: PreparedCloud;
    before(async function () {
      try {
        made = await preparedCloud();
        await warmRunner(made.cloud.env)({ tool: "gcloud", args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing) skipFor(this, new MissingTool("A status is tested by gcloud", error.message));
        throw error instanceof MissingTool ? skipFor(this, error) : error;
      }
    });
    after(() => made?.cloud.stop());

    async function statusNow(): Promise<{ code: number; status: Status }> {
      const { cloud } = made;
      let printed = "";
      const world = {
        env: { ...cloud.env, PROJECT_ID: cloud.project },
        run: warmRunner(cloud.env),
        print: (text: string) => {
          printed += text;
        },
        complain: (text: string) => assert.fail(text),
        settingsFile: "none.env",
      };
      const code = await main(["status", "--json", "--no-reasons"], world);
      return { code, status: JSON.parse(printed) as Status };
    }

    it("tells of the job and of the key's primary version, and that the fake has no Monitoring", async () => {
      const { status } = await statusNow();
      assert.ok("active" in status.jobs, JSON.stringify(status.jobs));
      const [job] = status.jobs.active;
      assert.deepEqual([job!.id, job!.state, job!.key], [made.jobId, "JOB_STATE_RUNNING", made.key]);
      assert.ok(job!.since !== null && "zones" in job!.workers);
      assert.deepEqual(status.keys, [{ name: made.key, primary: { version: "2", state: "ENABLED" } }]);
      assert.match(JSON.stringify(status.backlog), /Cloud Monitoring answered \d+/);
      assert.deepEqual(status.alerts, { policies: [] });
    });

    it("tells how the last job ended, and changes nothing", async () => {
      const { cloud, key } = made;
      const path = `/cloudkms/v1/${key}/cryptoKeyVersions/2?updateMask=state`;
      const { status: http } = await call(cloud, "PATCH", path, { state: "DISABLED" });
      assert.equal(http, 200);
      const [names, asked] = [cloud.names(), cloud.requests.length];
      const { code, status } = await statusNow();
      assert.equal(code, 1);
      assert.deepEqual(status.keys[0]!.primary, { version: "2", state: "DISABLED" });
      assert.ok("last" in status.jobs && status.jobs.last, JSON.stringify(status.jobs));
      assert.ok("state" in status.jobs.last, JSON.stringify(status.jobs));
      assert.deepEqual([status.jobs.last.id, status.jobs.last.state], [made.jobId, "Cancelled"]);
      assert.ok(status.troubles.includes("no job is active"));
      assert.ok(status.troubles.some((one) => one.endsWith("primary version 2 is DISABLED")));
      assert.deepEqual(cloud.names(), names);
      const changes = cloud.requests.slice(asked).filter(({ method }) => method !== "GET");
      assert.deepEqual(changes, []);
    });
  });
}
