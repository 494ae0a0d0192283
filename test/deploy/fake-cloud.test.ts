/**
 * The real gcloud and bq against the fake cloud: what is declared is what they make, read, change and take away, by callers who hold the set
 * of roles of docs/permissions.md and no more.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../deploy/main";
import { API } from "../../deploy/resources/apis";
import { gcloud, shown } from "../../deploy/resources/command";
import { type Answer, type Run, ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { warmRunner } from "../support/fake-cloud/warm/warm";
import { skipFor } from "../support/skip";
import { callerFor } from "./callers";

const ORG_ADMIN = "roles/orgpolicy.policyAdmin";

if (isFirstNode) {
  describe("a deployment in the fake cloud", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    /** May do everything. */
    let run: Run;
    let atFirst: readonly string[];
    const folder = mkdtempSync(join(tmpdir(), "deploy-"));
    /** Answers of the cloud as it was last looked at, so that a plan and a verify look once. */
    const seen = new Map<string, Answer>();
    let verifier: FakeCloud["env"];
    const looking: Run = async (command) => {
      const answer = seen.get(shown(command)) ?? (await warmRunner(verifier)(command));
      seen.set(shown(command), answer);
      return answer;
    };

    async function deploy(text: string, how: Run): Promise<{ code: number; out: string }> {
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = {
        env: {},
        settingsFile: "no such file",
        run: how,
        print: say,
        complain: say,
        journal: join(folder, "journal.jsonl"),
      };
      return { code: await main([...text.split(" "), `PROJECT_ID=${cloud.project}`], world), out };
    }

    before(async function () {
      try {
        // Only one is off: that a plan is made anew once it is on shows with one.
        cloud = await startFakeCloud({ enabled: Object.values(API).filter((api) => api !== API.dataflow) });
        run = warmRunner(cloud.env);
        verifier = callerFor(cloud, "verify", { besides: ["orgpolicy.policy.get"] });
        atFirst = cloud.names();
        for (const tool of ["gcloud", "bq"] as const) await run({ tool, args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The deployment is tested by gcloud and bq", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Whoever may apply, and set the organisation's policies. */
    const applier = (more: { without?: string; besides?: readonly string[] } = {}) =>
      warmRunner(callerFor(cloud, "apply", { ...more, besides: [ORG_ADMIN, ...(more.besides ?? [])] }));

    it("names the permission that is missing where one role of the set is", async () => {
      const { code, out } = await deploy(
        "apply --yes --org-policies",
        applier({ without: "roles/compute.securityAdmin" }),
      );
      assert.equal(code, 1);
      assert.match(
        out,
        /gcloud compute firewall-rules create [\s\S]*compute\.firewalls\.create[\s\S]*ask for the role/,
      );
    });

    it("goes on by whoever holds the whole set, with the organisation's policies, and is read back as declared", async () => {
      const { code, out } = await deploy("apply --yes --org-policies", applier());
      assert.equal(code, 0, out);
      const journal = readFileSync(join(folder, "journal.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const failed = journal.filter(({ outcome }) => outcome === "failed");
      assert.deepEqual(
        failed.filter(({ resource }) => !resource.startsWith("firewall rule")),
        [],
      );
      assert.ok(journal.every(({ at, by }) => at && by));
      assert.equal(cloud.names().filter((name) => name.startsWith("policies ")).length, 7);
    });

    it("then has nothing to do", async () => {
      const { code, out } = await deploy("plan --org-policies", looking);
      assert.match(out, /There is nothing to do/);
      assert.equal(code, 0);
    });

    it("holds in everything", async () => {
      const { code, out } = await deploy("verify --org-policies", looking);
      assert.match(out, /all \d+ hold/);
      assert.equal(code, 0);
    });

    it("has the article's names", () => {
      const names = cloud.names().join("\n");
      for (const name of [
        "keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01",
        "topics/str-pl-pubsub-topic",
        "da_streaming_pipeline",
        "cc_account_info",
      ]) {
        assert.ok(names.includes(name), name);
      }
    });

    it("is found to be broken where somebody changes it by hand", async () => {
      const policy = { project: cloud.project, "message-storage-policy-allowed-regions": "europe-west1" };
      assert.equal((await run(gcloud("pubsub topics update", policy, "str-pl-pubsub-topic"))).code, 0);
      for (const command of [...seen.keys()]) if (/pubsub topics/.test(command)) seen.delete(command);
      const { code, out } = await deploy("verify --org-policies", looking);
      assert.equal(code, 1);
      assert.match(out, /^broken +LOC-3 /m);
      assert.match(out, /^broken +topic str-pl-pubsub-topic: storage is /m);
    });

    it("is taken away by whoever may apply, delete accounts and see jobs: all but keys and what has no end", async () => {
      const besides = ["roles/iam.serviceAccountDeleter", "roles/dataflow.viewer"];
      const { code, out } = await deploy("teardown --yes --delete-data --org-policies", applier({ besides }));
      assert.equal(code, 0, out);
      const left = cloud.names().filter((name) => !atFirst.includes(name));
      assert.deepEqual(
        left.filter((name) => !/^(keyRings|cryptoKeys|keyVersions) /.test(name)),
        [],
      );
      assert.deepEqual(
        atFirst.filter((name) => !cloud.names().includes(name)),
        [],
      );
    });

    it("asked for nothing, and got nothing, that Google's discovery documents do not know", () => {
      assert.deepEqual(cloud.violations(), []);
    });
  });
}
