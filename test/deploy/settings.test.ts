import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError, type DeploymentErrorCode } from "../../deploy/deployment";
import { exampleOfSettings, settingsOf } from "../../deploy/deployment/settings";
import { settingsFrom } from "../../deploy/settings";
import { heldBeforehand } from "../../deploy/observe/plan";
import { askedFor } from "./setups";

const refused = (code: DeploymentErrorCode, setting: string) => (error: unknown) => {
  assert.ok(error instanceof DeploymentError);
  assert.deepEqual([error.code, error.setting], [code, setting]);
  assert.ok(!error.message.includes("\n"));
  return true;
};

describe("settings", () => {
  it("are the article's names where nothing is given", () => {
    const { deployment, dataKey, dataflowKey } = askedFor();
    assert.equal(dataKey.name, deployment.dataflowKmsKey);
    assert.equal(dataflowKey.name, dataKey.name);
    assert.match(dataKey.name, /europe-west2\/keyRings\/str-pl-london-kr\/cryptoKeys\/str-pl-london-key01$/);
    assert.deepEqual(deployment.table, {
      project: "bank-project",
      dataset: "da_streaming_pipeline",
      table: "cc_account_info",
    });
  });

  it("of the article's profile have two keys, and break two rules", () => {
    const asked = askedFor({ PROFILE: "article" });
    assert.match(asked.dataKey.name, /locations\/europe-west2\/keyRings\/str-pl-london-kr/);
    assert.match(
      asked.dataflowKey.name,
      /locations\/global\/keyRings\/str-pl-global-kr\/cryptoKeys\/str-pl-global-key01$/,
    );
    assert.deepEqual(
      heldBeforehand(asked).broken.map(({ rule }) => rule.id),
      ["LOC-1", "KEY-2"],
    );
  });

  it("take everything to the region that is given", () => {
    const { region, dataKey, deployment } = askedFor({ REGION: "europe-west3" });
    assert.deepEqual([region, dataKey.location], ["europe-west3", "europe-west3"]);
    assert.match(deployment.workerImage, /^europe-west3-/);
  });

  it("say before anything is called that a zone is not of the region", () => {
    const { broken } = heldBeforehand(askedFor({ ZONE: "europe-west3-a" }));
    assert.ok(broken.some(({ rule }) => rule.id === "LOC-1"));
  });

  const malformed: Record<string, string> = {
    PROJECT_ID: "my project",
    REGION: "europe",
    ZONE: "europe-west2",
    BUCKET: "My_Bucket",
    TOPIC: "goog-topic",
    DATASET: "a-b",
    KEY: "a key",
    KEY_RING: "--flag",
    KEY_PROTECTION: "soft",
    SERVICE_ACCOUNT: "abc",
    SUBNETWORK_RANGE: "10.10.0.300/24",
    RETENTION_DAYS: "31",
    EXACTLY_ONCE: "true",
    LOG_BUCKET: "$(id)",
    DEPLOYMENT: "Str-Pl",
    CLUSTER_COLUMNS: "a,b,c,d,e",
    GIVEN: "keyrings",
  };
  for (const [name, value] of Object.entries(malformed)) {
    it(`are refused where they are malformed: ${name}=${value}`, () =>
      assert.throws(() => askedFor({ [name]: value }), refused("malformed", name)));
  }

  it("are refused without a project, and where a name is none", () => {
    assert.throws(() => settingsOf({}), refused("missing", "PROJECT_ID"));
    assert.throws(() => settingsOf({ PROJECT_ID: "bank-project", TOPICS: "a" }), refused("unknown_setting", "TOPICS"));
  });
});

describe("where settings come from", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "settings-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("the command line wins over the environment, which wins over .env", () => {
    const file = join(folder, ".env");
    writeFileSync(file, '# a comment\n\nPROJECT_ID=from-file\nexport TOPIC="from-file"\nBUCKET=from-file\n');
    const { PROJECT_ID, TOPIC, BUCKET } = settingsFrom(["BUCKET=from-words"], { TOPIC: "from-env", HOME: "/" }, file);
    assert.deepEqual([PROJECT_ID, TOPIC, BUCKET], ["from-file", "from-env", "from-words"]);
  });

  it("a word or a line of another form is refused", () => {
    assert.throws(() => settingsFrom(["plan"], {}, join(folder, "none")), refused("malformed", "the command line"));
    const file = join(folder, ".env");
    writeFileSync(file, "PROJECT_ID\n");
    assert.throws(() => settingsFrom([], {}, file), refused("malformed", file));
  });
});

describe("deployment.example.env", () => {
  it("has every setting (UPDATE=1 writes it)", () => {
    const path = "deployment.example.env";
    if (process.env.UPDATE) writeFileSync(path, exampleOfSettings());
    assert.equal(readFileSync(path, "utf8"), exampleOfSettings());
  });

  it("is a file that settings are read from", () => {
    const settings = settingsFrom(["PROJECT_ID=bank-project"], {}, "deployment.example.env");
    assert.deepEqual(settings, settingsOf({ PROJECT_ID: "bank-project" }));
  });
});
