/** The article's project, set up by hand with its commands, adopted and then completed: by the real gcloud and bq in the fake cloud. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../deploy/main";
import { API } from "../../deploy/resources/apis";
import { bq, type Command, gcloud, shown } from "../../deploy/resources/command";
import { type Run, ToolMissing } from "../../deploy/run";
import { isFirstNode } from "../support/first-node";
import { MissingTool } from "../support/emulators/process";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { warmRunner } from "../support/fake-cloud/warm/warm";
import { skipFor } from "../support/skip";

const DECRYPTER = "roles/cloudkms.cryptoKeyEncrypterDecrypter";

/** In turn; what stands in one list side by side. */
function byHand(project: string, number: string): readonly (readonly Command[])[] {
  const key = `projects/${project}/locations/europe-west2/keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01`;
  const at = (location: string, keyring: string) => ({ keyring, location, project, purpose: "encryption" });
  // On the whole project, as the article has it.
  const agents = [`service-${number}@gcp-sa-pubsub`, `bq-${number}@bigquery-encryption`];
  return [
    [
      gcloud("kms keyrings create", { location: "europe-west2", project }, "str-pl-london-kr"),
      gcloud("kms keyrings create", { location: "global", project }, "str-pl-global-kr"),
      gcloud("beta services identity create", { service: API.pubsub, project }),
      bq({ project_id: project }, "show", { encryption_service_account: true }),
    ],
    [
      gcloud("kms keys create", at("europe-west2", "str-pl-london-kr"), "str-pl-london-key01"),
      gcloud("kms keys create", at("global", "str-pl-global-kr"), "str-pl-global-key01"),
    ],
    ...agents.map((agent) => [
      gcloud(
        "projects add-iam-policy-binding",
        { member: `serviceAccount:${agent}.iam.gserviceaccount.com`, role: DECRYPTER, condition: "None" },
        project,
      ),
    ]),
    [
      gcloud(
        "pubsub topics create",
        { project, "topic-encryption-key": key, "message-storage-policy-allowed-regions": "europe-west2" },
        "str-pl-pubsub-topic",
      ),
      bq(
        { project_id: project, location: "europe-west2" },
        "mk",
        { dataset: true, default_kms_key: key, description: "dataset for streaming pipeline sink" },
        `${project}:da_streaming_pipeline`,
      ),
    ],
  ];
}

if (isFirstNode) {
  describe("the article's project, set up by hand", function () {
    this.timeout(600_000);
    let cloud: FakeCloud;
    let run: Run;
    const folder = mkdtempSync(join(tmpdir(), "article-"));
    const settingsFile = join(folder, "adopted.env");

    async function deploy(...argv: string[]): Promise<{ code: number; out: string }> {
      let out = "";
      const say = (text: string) => {
        out += text;
      };
      const world = { env: {}, settingsFile, journal: join(folder, "journal.jsonl"), run, print: say, complain: say };
      return { code: await main(argv, world), out };
    }

    before(async function () {
      try {
        cloud = await startFakeCloud({ enabled: Object.values(API) });
        run = warmRunner(cloud.env);
        for (const tool of ["gcloud", "bq"] as const) await run({ tool, args: ["version"] });
      } catch (error) {
        if (error instanceof ToolMissing)
          skipFor(this, new MissingTool("The article's project is tested by gcloud and bq", error.message));
        if (error instanceof MissingTool) skipFor(this, error);
        throw error;
      }
      for (const commands of byHand(cloud.project, cloud.projectNumber)) {
        for (const [at, { code, stderr, stdout }] of (await Promise.all(commands.map(run))).entries())
          assert.equal(code, 0, `${shown(commands[at]!)}\n${stderr}${stdout}`);
      }
    });
    after(async () => {
      await cloud?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("is adopted under its names, and what it lacks is said", async () => {
      const accept = "ACCEPT=LOC-1,KEY-2";
      const { code, out } = await deploy(
        "adopt",
        `PROJECT_ID=${cloud.project}`,
        "PROFILE=article",
        accept,
        `--file=${settingsFile}`,
      );
      assert.equal(code, 0, out);
      for (const name of ["KEY_RING=str-pl-london-kr", "DATAFLOW_KEY=str-pl-global-key01", "TOPIC=str-pl-pubsub-topic"])
        assert.match(out, new RegExp(`^adopted +${name}$`, "m"));
      const bad = out.split("\n").filter((line) => / is not there$/.test(line));
      assert.ok(bad.length > 0);
      assert.deepEqual(
        bad.filter((line) => /key|topic str-pl-pubsub-topic is|dataset/.test(line)),
        [],
      );
    });

    it("is completed from that file, with its two sets of keys, and nothing made twice", async () => {
      const { code, out } = await deploy("apply", "--yes");
      assert.equal(code, 0, out);
      const names = cloud.names().filter((name) => /^(cryptoKeys|topics|datasets) /.test(name));
      for (const name of [
        "str-pl-london-kr/cryptoKeys/str-pl-london-key01",
        "str-pl-global-kr/cryptoKeys/str-pl-global-key01",
      ])
        assert.ok(
          names.some((one) => one.endsWith(name)),
          name,
        );
      assert.equal(names.filter((name) => name.startsWith("cryptoKeys ")).length, 2);
      const after = await deploy("plan");
      assert.match(after.out, /^accepted: LOC-1, KEY-2$/m);
      assert.match(after.out, /There is nothing to do/);
      assert.equal(after.code, 0);
    });

    it("asked for nothing, and got nothing, that Google's discovery documents do not know", () => {
      assert.deepEqual(cloud.violations(), []);
    });
  });
}
