/** The real gcloud and bq against the fake cloud: the key goes, every consumer is refused by its own error; it comes back, and each works. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONSUMERS } from "../../../deploy/observe/access/probe";
import { main } from "../../../deploy/off-switch";
import { type Run, runner, ToolMissing } from "../../../deploy/run";
import { isFirstNode } from "../../pipeline/dataflow/stand-ins";
import { MissingTool } from "../../support/emulators/process";
import { call } from "../../support/fake-cloud/client";
import { skipFor } from "../../support/skip";
import { type PreparedCloud, preparedCloud } from "./prepared-cloud";

if (isFirstNode) {
  describe("the off switch in the fake cloud", function () {
    this.timeout(600_000);
    let prepared: PreparedCloud;
    let run: Run;
    const folder = mkdtempSync(join(tmpdir(), "off-switch-"));
    const record = () => join(folder, `revocation.${prepared.cloud.project}.str-pl.json`);
    const versions = () => prepared.cloud.state.kms.keyVersions.below(`${prepared.key}/`).map(({ state }) => state);

    before(async function () {
      try {
        prepared = await preparedCloud();
        run = runner({ ...process.env, ...prepared.cloud.env });
        for (const tool of ["gcloud", "bq"] as const) await run({ tool, args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The off switch is tested by gcloud and bq", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(async () => {
      await prepared?.cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    });

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
          wait: async (ms) => await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 500))),
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

    it("revoke: every enabled version goes, late for the services, and every consumer is refused by its own error", async () => {
      await call(
        prepared.cloud,
        "POST",
        `/pubsub/v1/projects/${prepared.cloud.project}/topics/str-pl-pubsub-topic:publish`,
        {
          messages: [{ data: "e30=" }],
        },
      );
      prepared.cloud.state.lag.versionsMs = 4000;
      const { code, out } = await offSwitch(`revoke --yes ${prepared.keyName} --within 120`);
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
      prepared.cloud.state.lag.versionsMs = 0;
      const { code, out } = await offSwitch(`restore --yes ${prepared.keyName} --within 120`);
      assert.equal(code, 0, out);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED"]);
      assert.match(out, /^1 messages wait in .*: 1 were published before the key was taken/m);
      assert.match(out, /make run-dataflow PROJECT_ID=bank-project/);
      assert.equal(existsSync(record()), false);
      assert.equal(readdirSync(folder).filter((name) => name.endsWith(".restored.json")).length, 1);
    });

    it("revoke --by grant, with the job drained first: the agents are refused, and restore grants anew", async () => {
      const { state, project } = prepared.cloud;
      const job = { ...state.dataflow.all[0]!, currentState: "JOB_STATE_RUNNING" };
      state.dataflow.add({ project, location: job.location }, job);
      const revoked = await offSwitch(`revoke --yes ${prepared.keyName} --by grant --how drain --within 120`);
      assert.equal(revoked.code, 0, revoked.out);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED"]);
      assert.equal(state.policies.get(`cloudkms/${prepared.key}`).bindings, undefined);
      const { read, ...others } = outcomes(record());
      assert.equal(read, "HTTP_403");
      assert.deepEqual(Object.keys(others).sort(), ["image", "publish", "pull", "query"]);
      assert.ok(
        Object.values(others).every((code) => code === "KEY_FORBIDDEN"),
        JSON.stringify(others),
      );
      const restored = await offSwitch(`restore --yes ${prepared.keyName} --within 120`);
      assert.equal(restored.code, 0, restored.out);
      assert.equal(state.policies.get(`cloudkms/${prepared.key}`).bindings?.[0]?.members?.length, 7);
    });

    it("rotate: the table and the file go under a new version, and an older one that something may need stays", async () => {
      const { state, project } = prepared.cloud;
      const rotated = await offSwitch(`rotate --yes ${prepared.keyName} --disable-old`);
      assert.equal(rotated.code, 1, rotated.out);
      const primary = `${prepared.key}/cryptoKeyVersions/4`;
      const table = state.bigquery.tables.get(`${project}:da_streaming_pipeline.cc_account_info`);
      assert.equal(table.encryptionConfiguration?.kmsKeyName, primary);
      const file = state.storage.objects.get("da_streaming_pipeline/stage/pipeline.pb").resource;
      assert.equal((file as { kmsKeyName?: string }).kmsKeyName, primary);
      assert.deepEqual(versions(), ["ENABLED", "ENABLED", "DISABLED", "ENABLED"]);
      assert.match(rotated.out, /version 1 stays enabled: .*files of images were pushed before.*messages from before/);
      assert.match(rotated.out, /version 1 is used by no table and no file/);
      const forced = await offSwitch(`rotate --yes ${prepared.keyName} --keep-primary --disable-old --force`);
      assert.equal(forced.code, 0, forced.out);
      assert.deepEqual(versions(), ["DISABLED", "DISABLED", "DISABLED", "ENABLED"]);
    });

    it("asked for nothing, and got nothing, that Google's discovery documents do not know", () => {
      assert.deepEqual(prepared.cloud.violations(), []);
    });
  });
}
