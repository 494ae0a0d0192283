import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/main";
import { shown } from "../../../deploy/resources/command";
import type { Run } from "../../../deploy/run";
import { settingsFrom } from "../../../deploy/settings";

const P = "projects/bank-project";
const R = `${P}/locations/europe-west2`;

/** The article's, set up by hand: nothing carries a label. */
const BY_HAND = {
  "gcloud services list": [{ name: "projects/7/services/pubsub.googleapis.com" }],
  "gcloud kms keyrings list": [{ name: `${R}/keyRings/ring` }],
  "gcloud kms keys list": [
    {
      name: `${R}/keyRings/ring/cryptoKeys/key`,
      purpose: "ENCRYPT_DECRYPT",
      destroyScheduledDuration: "86400s",
      rotationPeriod: "2592000s",
      versionTemplate: { protectionLevel: "HSM" },
      primary: { state: "ENABLED" },
    },
    { name: `${R}/keyRings/ring/cryptoKeys/signing`, purpose: "ASYMMETRIC_SIGN" },
  ],
  "gcloud pubsub topics list": [{ name: `${P}/topics/cards` }, { name: `${P}/topics/cards-dlq` }],
  "gcloud pubsub subscriptions list": [
    { name: `${P}/subscriptions/cards-sub`, topic: `${P}/topics/cards`, messageRetentionDuration: "259200s" },
    { name: `${P}/subscriptions/cards-dlq-sub`, topic: `${P}/topics/cards-dlq` },
  ],
  "bq --project_id=bank-project --format=json ls --datasets": [{ datasetReference: { datasetId: "cards" } }],
  "bq --project_id=bank-project --format=json ls --max_results=1000 bank-project:cards": [
    { tableReference: { tableId: "accounts" }, type: "TABLE", timePartitioning: { type: "DAY", field: "day" } },
    { tableReference: { tableId: "accounts_view" }, type: "VIEW" },
  ],
  "gcloud storage buckets list": [{ name: "bank-stage" }, { name: "bank-project_cloudbuild" }],
  "gcloud artifacts repositories list": [{ name: `${R}/repositories/images`, format: "DOCKER" }],
  "gcloud compute networks list": [{ name: "default" }, { name: "workers" }],
  "gcloud compute networks subnets list": [
    { name: "workers-london", network: "https://c/projects/p/global/networks/workers", ipCidrRange: "10.9.0.0/20" },
    { name: "default", network: "https://c/projects/p/global/networks/default", ipCidrRange: "10.154.0.0/20" },
  ],
  "gcloud iam service-accounts list": [
    { email: "7-compute@developer.gserviceaccount.com" },
    { email: "dataflow-worker@bank-project.iam.gserviceaccount.com" },
  ],
  "gcloud logging buckets list": [{ name: `${R}/buckets/_Default`, retentionDays: 30 }],
} as const;

type Answers = Readonly<Record<string, unknown>>;

/** Answers by the longest of a command's beginnings; an Error is what gcloud says. */
const cloud =
  (answers: Answers): Run =>
  async (command) => {
    const words = shown(command);
    const start = Object.keys(answers)
      .filter((one) => words.startsWith(one))
      .sort((a, b) => b.length - a.length)[0];
    const answer = start === undefined ? new Error("ERROR: NOT_FOUND: no such thing") : answers[start];
    if (answer instanceof Error) return { code: 1, stdout: "", stderr: answer.message };
    if (answer === "nothing") return { code: 0, stdout: "", stderr: "" };
    return { code: 0, stdout: JSON.stringify(answer), stderr: "" };
  };

describe("adopt", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "adopt-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => join(folder, "adopted.env");

  async function adopt(answers: Answers, ...words: readonly string[]) {
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const world = {
      env: {},
      settingsFile: "none",
      wait: async () => {},
      run: cloud(answers),
      print: say,
      complain: say,
    };
    const code = await main(["adopt", "PROJECT_ID=bank-project", ...words, `--file=${file()}`], world);
    return { code, said, text: existsSync(file()) ? readFileSync(file(), "utf8") : "" };
  }
  const settings = () => settingsFrom([], {}, file());

  it("takes what there is one of, and what cannot be changed as it is", async () => {
    const { code, said } = await adopt(BY_HAND);
    assert.equal(code, 0, said);
    const found = settings();
    const expected = {
      ...{ KEY_RING: "ring", KEY: "key", KEY_PROTECTION: "hsm", KEY_DESTROY_DAYS: "1", KEY_ROTATION_DAYS: "30" },
      ...{ TOPIC: "cards", SUBSCRIPTION: "cards-sub", RETENTION_DAYS: "3" },
      ...{ DEAD_LETTER_TOPIC: "cards-dlq", DEAD_LETTER_SUBSCRIPTION: "cards-dlq-sub" },
      ...{ DATASET: "cards", TABLE: "accounts", PARTITION_COLUMN: "day", BUCKET: "bank-stage", REGISTRY: "images" },
      ...{ NETWORK: "workers", SUBNETWORK: "workers-london", SUBNETWORK_RANGE: "10.9.0.0/20" },
      ...{ SERVICE_ACCOUNT: "dataflow-worker", LOG_BUCKET: "str-pl-logs" },
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(found[name as keyof typeof found], value, name);
  });

  it("says what there is none of, and what breaks the rules", async () => {
    const { said, text } = await adopt(BY_HAND);
    assert.match(text, /^# LOG_BUCKET: there is none; apply makes\n#LOG_BUCKET=str-pl-logs$/m);
    assert.match(said, /^broken +KEY-7 /m);
    assert.match(said, /^\d+ of \d+ do not hold$/m);
  });

  it("leaves open what there are several of, with all of them, and takes the one that is named", async () => {
    const two = [{ name: `${R}/keyRings/ring` }, { name: `${R}/keyRings/other` }];
    const answers = { ...BY_HAND, "gcloud kms keyrings list": two };
    const { code, text, said } = await adopt(answers);
    assert.equal(code, 2);
    assert.match(text, /^# KEY_RING: name one of these:\n# {3}ring\n# {3}other\n#KEY_RING=/m);
    assert.match(text, /^# KEY is not observed: KEY_RING is to be decided first$/m);
    assert.match(said, /^open +KEY_RING: one of ring, other$/m);
    rmSync(file());
    const named = await adopt(answers, "KEY_RING=ring");
    assert.equal(named.code, 0, named.said);
    assert.equal(settings().KEY_RING, "ring");
  });

  it("never takes for absent what the caller may not see", async () => {
    const denied = new Error("ERROR: PERMISSION_DENIED: pubsub.topics.list");
    const { code, text } = await adopt({ ...BY_HAND, "gcloud pubsub topics list": denied });
    assert.equal(code, 2);
    assert.match(text, /^# TOPIC is not observed: .*PERMISSION_DENIED.*\n#TOPIC=str-pl-pubsub-topic$/m);
    assert.match(text, /^# SUBSCRIPTION is not observed: TOPIC is to be decided first$/m);
  });

  it("takes for absent what is behind an API that is off, and finds nothing in an empty project", async () => {
    const off = new Error("ERROR: SERVICE_DISABLED");
    const { code, text } = await adopt({
      "gcloud services list": BY_HAND["gcloud services list"],
      gcloud: off,
      bq: off,
    });
    assert.equal(code, 0);
    assert.match(text, /^# TOPIC: there is none; apply makes$/m);
    assert.deepEqual(settings(), settingsFrom(["PROJECT_ID=bank-project"], {}, "none"));
  });

  it("takes bq's silence for an empty list", async () => {
    const tables = "bq --project_id=bank-project --format=json ls --max_results=1000 bank-project:cards";
    const { code, text } = await adopt({ ...BY_HAND, [tables]: "nothing" });
    assert.equal(code, 0);
    assert.match(text, /^# TABLE: there is none; apply makes$/m);
  });

  it("says of what is named and not there that it is not there", async () => {
    const { text } = await adopt(BY_HAND, "TOPIC=card");
    assert.match(text, /^# TOPIC: there is no such thing; there are:\n# {3}cards\nTOPIC=card$/m);
  });

  it("lets no name that others chose become a setting or a line of its own", async () => {
    const hostile = 'x\nPROJECT_ID=theirs\r\nBUCKET="$(rm -rf /)"';
    const buckets = [{ name: hostile }];
    const answers = {
      ...BY_HAND,
      "gcloud storage buckets list": buckets,
      "gcloud kms keyrings list": [{ name: hostile }],
    };
    const { code, text } = await adopt(answers);
    assert.equal(code, 2);
    assert.match(text, /^# BUCKET: its name is not one that a setting takes:$/m);
    assert.equal(settings().PROJECT_ID, "bank-project");
    assert.equal(settings().BUCKET, "da_streaming_pipeline");
  });

  it("keeps the label that what is there carries, and names the keys of another project as given", async () => {
    const topics = [{ name: `${P}/topics/cards`, labels: { deployment: "cards-prod" } }];
    await adopt({ ...BY_HAND, "gcloud pubsub topics list": topics }, "KEY_PROJECT=bank-keys");
    assert.equal(settings().DEPLOYMENT, "cards-prod");
    assert.equal(settings().GIVEN, "keyring,key");
  });

  it("wants a project, and asks nothing and writes nothing without", async () => {
    let said = "";
    const complain = (text: string) => {
      said += text;
    };
    const run: Run = () => Promise.reject(new Error("nothing is to be run"));
    const code = await main(["adopt", `--file=${file()}`], { env: {}, run, print: complain, complain });
    assert.deepEqual([code, said, existsSync(file())], [1, "PROJECT_ID is not given: say which project\n", false]);
  });

  it("writes for its owner alone, leaves nothing beside it, and never writes over a file", async () => {
    await adopt(BY_HAND);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    writeFileSync(file(), "mine");
    const { code, said, text } = await adopt(BY_HAND);
    assert.equal(code, 1);
    assert.match(said, /is there already: remove it, or name another by --file\n$/);
    assert.equal(text, "mine");
  });
});
