/** The real gcloud and bq against the fake cloud: the key goes, every consumer is refused by its own error; it comes back, and each works. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONSUMERS } from "../../../deploy/observe/access/probe";
import { main } from "../../../deploy/off-switch";
import type { Run } from "../../../deploy/run";
import { isFirstNode } from "../../support/first-node";
import { MissingTool } from "../../support/emulators/process";
import { agentsOf, bindingFor, call } from "../../support/fake-cloud/client";
import { isOnPath } from "../../support/go";
import { warmRunner } from "../../support/fake-cloud/warm/warm";
import { skipFor } from "../../support/skip";
import { callerFor } from "../callers";
import { type PreparedCloud, preparedCloud } from "./prepared-cloud";

if (isFirstNode) {
  describe("the off switch in the fake cloud", function () {
    // Some hundred commands, on a machine that may be loaded.
    this.timeout(900_000);
    let prepared: PreparedCloud;
    let run: Run;
    const folder = mkdtempSync(join(tmpdir(), "off-switch-"));
    const record = () => join(folder, `revocation.${prepared.cloud.project}.str-pl.json`);
    const versions = () => prepared.cloud.state.kms.keyVersions.below(`${prepared.key}/`).map(({ state }) => state);

    before(async function () {
      try {
        prepared = await preparedCloud();
        run = permitted();
        for (const tool of ["gcloud", "bq"]) {
          // That it runs is seen below: a second of each would be for nothing.
          if (!isOnPath(tool)) throw new MissingTool("The off switch is tested by gcloud and bq", `Install ${tool}`);
        }
      } catch (error) {
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(async () => {
      await prepared?.cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** By somebody who holds the set for `revoke`, and no more than `besides`. */
    const permitted = (...besides: readonly string[]): Run =>
      warmRunner(callerFor(prepared.cloud, "revoke", { besides }));

    async function offSwitch(text: string): Promise<{ code: number; out: string }> {
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = { env: {}, settingsFile: join(folder, "none"), journal: join(folder, "journal.jsonl") };
      const argv = [...text.split(" "), `PROJECT_ID=${prepared.cloud.project}`];
      return {
        code: await main(argv, {
          ...world,
          run,
          print: say,
          complain: say,
          wait: async (ms) => await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 100))),
        }),
        out,
      };
    }

    /** Every consumer with how it was left, as the record has it. */
    function outcomes(file: string): Record<string, string> {
      const { access } = JSON.parse(readFileSync(file, "utf8"));
      return Object.fromEntries(
        access.map(
          ({ consumer, reached, last }: { consumer: string; reached: boolean; last: { refused?: string } }) => [
            consumer,
            reached ? last.refused : "not refused",
          ],
        ),
      );
    }

    it("revoke: every enabled version goes, and every consumer is refused by its own error", async () => {
      const topic = `/pubsub/v1/projects/${prepared.cloud.project}/topics/str-pl-pubsub-topic`;
      await call(prepared.cloud, "POST", `${topic}:publish`, { messages: [{ data: "e30=" }] });
      const { code, out } = await offSwitch(`revoke --yes ${prepared.keyName} --within 300`);
      assert.equal(code, 0, out);
      assert.deepEqual(versions(), ["DISABLED", "DISABLED", "DISABLED"]);
      assert.deepEqual(outcomes(record()), {
        publish: "KEY_DISABLED",
        pull: "KEY_DISABLED",
        job: "JOB_STATE_CANCELLED",
        query: "KEY_DISABLED",
        read: "HTTP_400",
        image: "KEY_DISABLED",
      });
      assert.equal(Object.keys(outcomes(record())).length, CONSUMERS.length);
      assert.equal(statSync(record()).mode & 0o777, 0o600);
      assert.match(out, /the job's last words: .*Cloud KMS key/);
      assert.match(out, /left so +version 3/);
    });

    it("restore: what was taken comes back and no more, everything works, and what waited is counted by id", async () => {
      // The others were asked before the key was taken, and worked.
      const { code, out } = await offSwitch(
        `restore --yes ${prepared.keyName} --within 300 --skip query --skip read --skip image`,
      );
      assert.equal(code, 0, out);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED"]);
      assert.match(out, /^1 messages wait in .*: 1 were published before the key was taken/m);
      assert.match(out, /make run-dataflow PROJECT_ID=bank-project/);
      assert.equal(existsSync(record()), false);
      assert.equal(readdirSync(folder).filter((name) => name.endsWith(".restored.json")).length, 1);
    });

    it("revoke --by grant, with the job drained first: the agents are refused", async () => {
      const { state, project } = prepared.cloud;
      // One command each, one after the other: those of what is asked here, and of the job, which ends without them.
      const { pubsub, storage, dataflow, compute } = agentsOf(prepared.cloud);
      state.policies.set(`cloudkms/${prepared.key}`, bindingFor(pubsub, storage, dataflow, compute));
      const job = { ...state.dataflow.all[0]!, currentState: "JOB_STATE_RUNNING" };
      state.dataflow.add({ project, location: job.location }, job);
      run = permitted("cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy");
      const skipped = "--skip publish --skip query --skip image";
      const { code, out } = await offSwitch(
        `revoke --yes ${prepared.keyName} --by grant --how drain --within 300 ${skipped}`,
      );
      assert.equal(code, 0, out);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED"]);
      assert.equal(state.policies.get(`cloudkms/${prepared.key}`).bindings, undefined);
      assert.deepEqual(outcomes(record()), { pull: "KEY_FORBIDDEN", read: "HTTP_403" });
      assert.ok(state.dataflow.all.some(({ currentState }) => currentState === "JOB_STATE_DRAINED"));
    });

    it("rotate: the table and the file go under a new version, and an older one that something may need stays", async () => {
      const { state, project } = prepared.cloud;
      run = warmRunner(callerFor(prepared.cloud, "rotate"));
      // What was taken before comes back.
      state.policies.set(`cloudkms/${prepared.key}`, bindingFor(...Object.values(agentsOf(prepared.cloud))));
      const rotated = await offSwitch(`rotate --yes ${prepared.keyName} --disable-old`);
      assert.equal(rotated.code, 1, rotated.out);
      const primary = `${prepared.key}/cryptoKeyVersions/4`;
      const table = state.bigquery.tables.get(`${project}:da_streaming_pipeline.cc_account_info`);
      assert.equal(table.encryptionConfiguration?.kmsKeyName, primary, rotated.out);
      const file = state.storage.objects.get("da_streaming_pipeline/stage/pipeline.pb").resource;
      assert.equal((file as { kmsKeyName?: string }).kmsKeyName, primary, rotated.out);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED", "ENABLED"]);
      assert.match(rotated.out, /version 1 stays enabled: .*files of images were pushed before.*messages from before/);
      assert.match(rotated.out, /version 1 is used by no table and no file/);
    });

    it("asked for nothing, and got nothing, that Google's discovery documents do not know", () => {
      assert.deepEqual(prepared.cloud.violations(), []);
    });
  });
}
