/** The duties that read, by the real gcloud and bq, held to their sets by a cloud that refuses everything else. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../deploy/main";
import { API } from "../../deploy/resources/apis";
import { ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { warmRunner } from "../support/fake-cloud/warm/warm";
import { skipFor } from "../support/skip";
import { callerFor } from "./callers";

if (isFirstNode) {
  describe("who holds the plan's set, and no more", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    const folder = mkdtempSync(join(tmpdir(), "duties-"));

    async function deploy(...argv: string[]): Promise<{ code: number; out: string }> {
      const run = warmRunner(callerFor(cloud, "plan"));
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = { env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl"), run };
      const code = await main([...argv, `PROJECT_ID=${cloud.project}`], { ...world, print: say, complain: say });
      return { code, out };
    }

    before(async function () {
      try {
        cloud = await startFakeCloud({ enabled: Object.values(API) });
        for (const tool of ["gcloud", "bq"] as const) await warmRunner({})({ tool, args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The duties are tested by gcloud and bq", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("sees everything that plan asks for", async () => {
      const { code, out } = await deploy("plan");
      assert.doesNotMatch(out, /^not observed/m);
      assert.equal(code, 2, out);
    });

    it("can write the same for Terraform", async () => {
      const { code, out } = await deploy("terraform");
      assert.equal(code, 0, out);
      const file = JSON.parse(readFileSync("build/terraform/main.tf.json", "utf8"));
      assert.ok(Object.keys(file.resource).length > 15);
    });

    it("can change nothing", async () => {
      const before = cloud.names();
      const { code, out } = await deploy("apply", "--yes");
      assert.equal(code, 1);
      assert.match(out, /PERMISSION_DENIED|403|does not have/);
      assert.match(out, /ask for the role that it names/);
      assert.deepEqual(cloud.names(), before);
    });
  });
}
