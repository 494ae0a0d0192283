/**
 * The deployment without a key of its own, by the real gcloud and bq in the fake cloud, which refuses what the set of compare-keys in
 * docs/permissions.md does not hold: made, found as declared, asked as in a round, and taken away.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudBench } from "../../../deploy/compare/cloud-bench";
import { goingOf, makeAll, takeAll } from "../../../deploy/compare/deployments";
import { BASE, type VariantAsked, variantOf } from "../../../deploy/compare/variants";
import { settingsOf } from "../../../deploy/deployment/settings";
import type { Resource } from "../../../deploy/resources/resource";
import { packageVersion } from "../../../deploy/settings";
import { type Run, ToolMissing } from "../../../deploy/run";
import { loadTableSchema } from "../../../schemas/load";
import { isFirstNode } from "../../support/first-node";
import { MissingTool } from "../../support/emulators/process";
import { fakeCloudFor } from "../../support/fake-cloud/client";
import type { FakeCloud } from "../../support/fake-cloud/cloud";
import { warmRunner } from "../../support/fake-cloud/warm/warm";
import { skipFor } from "../../support/skip";
import { callerFor } from "../callers";

if (isFirstNode) {
  describe("a deployment under Google's own key", function () {
    this.timeout(300_000);
    let cloud: FakeCloud;
    const folder = mkdtempSync(join(tmpdir(), "compare-"));
    before(async function () {
      cloud = await fakeCloudFor(this);
      try {
        await warmRunner(cloud.env)({ tool: "bq", args: ["version"] });
      } catch (error) {
        if (!(error instanceof ToolMissing)) throw error;
        skipFor(this, new MissingTool("The deployments of a comparison are tested by gcloud and bq", error.message));
      }
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("is made by the same walk, names no key, and is gone after teardown", async () => {
      const settings = settingsOf({ PROJECT_ID: cloud.project, DEPLOYMENT: "keys", ZONE: "europe-west2-b" });
      const one = withoutShared(variantOf(settings, BASE, loadTableSchema(settings.SCHEMA), packageVersion()));
      const run = warmRunner(callerFor(cloud, "compare-keys"));
      const world = { env: {}, run, print: () => {}, complain: () => {} };
      const told: string[] = [];
      const tell = (what: string) => void told.push(what);
      const before = cloud.names();
      await makeAll([one], { ...world, journal: join(folder, "journal.jsonl") }, tell);
      const made = cloud.names().filter((name) => !before.includes(name));
      assert.ok(made.length >= 7, made.join("\n"));
      const written = cloud.requests.filter(({ method }) => method !== "GET").map((request) => JSON.stringify(request));
      assert.ok(written.length >= 7 && !written.some((request) => /cryptoKeys/.test(request)));
      const topic = cloud.state.pubsub.topics.get(`projects/${cloud.project}/topics/keys-nocmek`);
      assert.equal(topic.kmsKeyName, undefined);

      const bench = benchFor(one, run, folder);
      await bench.clear(BASE);
      assert.equal(await bench.rows(BASE, { from: 1, to: 2 }), 0);
      assert.equal((await bench.timings(BASE, { from: 1, to: 2 })).rows, 0);

      const going = await goingOf([one], [], world);
      await takeAll(going, { ...world, journal: join(folder, "journal.jsonl") }, tell);
      // The queries stay in the history of jobs.
      assert.deepEqual(
        cloud.names().filter((name) => !name.startsWith("queries ")),
        before,
      );
      assert.deepEqual(cloud.violations(), []);
    });
  });
}

/** What a round asks of the cloud; nothing is published, and no job submitted. */
function benchFor(one: VariantAsked, run: Run, folder: string) {
  const nobody = () => assert.fail("nothing is published or submitted");
  const shape = { machineType: "n2-standard-2", workers: 1, more: [] };
  const world = { run, wait: async () => {}, now: Date.now, generate: nobody, submit: nobody };
  return cloudBench({ variants: [one], shape, version: packageVersion(), folder }, world);
}

/** Network, account and registry are made by `apply`, and tested there. */
function withoutShared(one: VariantAsked): VariantAsked {
  const { given } = one.asked;
  const alone = ({ policy: _, ...resource }: Resource, made: ReadonlyMap<string, Resource>): Resource => ({
    ...resource,
    refersTo: resource.refersTo.flatMap(({ title }) => made.get(title) ?? []),
  });
  return {
    ...one,
    declare: (setup) => {
      const made = new Map<string, Resource>();
      for (const resource of one.declare(setup).needed)
        if (!given.has(resource.kind)) made.set(resource.title, alone(resource, made));
      return { needed: [...made.values()], offered: [] };
    },
  };
}
