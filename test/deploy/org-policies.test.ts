/** The organisation's policies by the real gcloud: set, read back as they were declared, taken away. */
import assert from "node:assert/strict";
import { API } from "../../deploy/resources/apis";
import { type Command, shown } from "../../deploy/resources/command";
import { orgPolicies } from "../../deploy/resources/org-policies";
import type { Removal, Resource } from "../../deploy/resources/resource";
import { type Run, ToolMissing } from "../../deploy/run";
import { asking } from "../../deploy/observe/ask";
import { readOne } from "../../deploy/observe/read";
import { differences } from "../../deploy/walk/diff";
import { isFirstNode } from "../pipeline/dataflow/stand-ins";
import { MissingTool } from "../support/emulators/process";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { warmRunner } from "../support/fake-cloud/warm/warm";
import { skipFor } from "../support/skip";
import { setupFor } from "./setups";

if (isFirstNode) {
  describe("the organisation's policies", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    let run: Run;
    const policies = orgPolicies(setupFor({}, true), []);

    before(async function () {
      try {
        cloud = await startFakeCloud({ enabled: Object.values(API) });
        run = warmRunner(cloud.env);
        await run({ tool: "gcloud", args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The organisation's policies are tested by gcloud", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(() => cloud?.stop());

    /** What differs of each, by its title. */
    async function differing(): Promise<string[]> {
      const read = async (one: Resource) => differences(one, false, await readOne(one, asking(run), reading));
      const reading = async () => ({ kind: "not observed", notObserved: "nobody looks" }) as const;
      const all = await Promise.all(policies.map(read));
      return policies.filter((_, at) => all[at]!.length > 0).map(({ title }) => title);
    }

    async function runAll(commands: readonly Command[]): Promise<void> {
      for (const [at, { code, stderr }] of (await Promise.all(commands.map(run))).entries())
        assert.equal(code, 0, `${shown(commands[at]!)}\n${stderr}`);
    }

    it("are missing, are set, and are then as they were declared", async () => {
      assert.deepEqual(
        await differing(),
        policies.map(({ title }) => title),
      );
      await runAll(policies.flatMap(({ create }) => create));
      assert.deepEqual(await differing(), []);
    });

    it("are taken away", async () => {
      await runAll(policies.flatMap(({ remove }) => (remove as Removal).commands({})));
      assert.deepEqual(
        cloud.names().filter((name) => name.startsWith("policies ")),
        [],
      );
      assert.deepEqual(cloud.violations(), []);
    });
  });
}
