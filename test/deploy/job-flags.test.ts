import assert from "node:assert/strict";
import { main } from "../../deploy/main";
import { deploymentOfSettings } from "../../deploy/deployment/from-settings";
import { jobFlags } from "../../deploy/deployment/job-flags";
import { settingsOf } from "../../deploy/deployment/settings";
import { packageVersion } from "../../deploy/settings";
import { parseOptions } from "../../pipeline/options";

const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the profile's names": {},
  "another's": {
    REGION: "europe-west3",
    ZONE: "europe-west3-a",
    DEPLOYMENT: "payments",
    KEY_PROJECT: "keys-project",
    KEY_RING: "ring",
    KEY: "key",
    SUBSCRIPTION: "messages",
    DEAD_LETTER_TOPIC: "refused",
    DATASET: "payments",
    TABLE: "accounts-1",
    BUCKET: "payments-bucket",
    REGISTRY: "images",
    SERVICE_ACCOUNT: "payments-worker",
    SUBNETWORK: "payments",
  },
  "in a shared network": { NETWORK_PROJECT: "host-project", SUBNETWORK: "shared" },
  "the article's": { PROFILE: "article", ACCEPT: "LOC-1, KEY-2" },
};

describe("the flags of a deployment's job", () => {
  for (const [name, given] of Object.entries(SETTINGS)) {
    it(`are read by the pipeline as the same deployment: ${name}`, () => {
      const settings = settingsOf({ PROJECT_ID: "bank-project", ...given });
      const options = parseOptions(["--runner", "Dataflow", ...jobFlags(settings, packageVersion())]);
      assert.ok(options?.runner === "Dataflow");
      const labels = { deployment: settings.DEPLOYMENT };
      assert.deepEqual(options.deployment, { ...deploymentOfSettings(settings, packageVersion()), labels });
      assert.deepEqual(options.accept, given.ACCEPT?.split(", ") ?? []);
      assert.equal(options.profile, settings.PROFILE);
    });
  }

  it("stand one a line, and none has a space, for make to hand on", async () => {
    let out = "";
    const world = {
      env: { PROJECT_ID: "bank-project", ACCEPT: "LOC-1 KEY-2" },
      settingsFile: "no such file",
      run: () => Promise.reject(new Error("nothing is to be run")),
      print: (text: string) => {
        out += text;
      },
      complain: () => {},
    };
    assert.equal(await main(["job-flags", "SUBSCRIPTION=messages"], world), 0);
    assert.match(out, /^(--\w+=\S+\n)+$/);
    assert.match(out, /^--pubsub_subscription=projects\/bank-project\/subscriptions\/messages$/m);
  });
});
