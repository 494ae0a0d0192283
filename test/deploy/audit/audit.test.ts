import assert from "node:assert/strict";
import { everyRuleHolds, openPoints, type Audit } from "../../../deploy/observe/audit/model";
import { readWorkers } from "../../../deploy/observe/audit/jobs";
import { questions } from "../../../deploy/observe/audit/questions";
import { allWell, type Answers, answering, auditOf, DIGEST, JOB_ID, job, KEY, PROJECT, WORKER } from "./answers";

const openIds = (audit: Audit) => openPoints(audit).map(({ id, outcome }) => `${id} ${outcome}`);
const found = (audit: Audit, id: string) => audit.outcomes.find((one) => one.id === id)!.found.join("\n");

describe("an audit", () => {
  it("finds nothing where all is well", async () => {
    const audit = await auditOf();
    assert.deepEqual(openPoints(audit), []);
    assert.ok(everyRuleHolds(audit));
    assert.equal(audit.by, "auditor@bank.example");
  });

  it("tells the way of a message: each place, each key, the versions that are seen", async () => {
    const { chain } = await auditOf();
    assert.deepEqual(
      [...new Set(chain.map(({ step }) => step))],
      ["messages", "workers", "state", "images", "files", "rows", "dead letters", "logs", "copies"],
    );
    const link = (what: string) => chain.find((one) => one.what.startsWith(what))!;
    assert.deepEqual(link("workers").place, ["europe-west2-b"]);
    assert.equal(link("workers").more["external address"], "none");
    assert.deepEqual(link("bucket").key, { name: KEY, versions: [`${KEY}/cryptoKeyVersions/2`] });
    assert.deepEqual(link("topic").key, { name: KEY, versions: { notObserved: "Pub/Sub does not tell the version" } });
    assert.deepEqual(link("log sink _Default").place, { none: "it leaves the workers' lines out" });
  });

  it("says of each question which command, when and by whom", async () => {
    const { observations } = await auditOf();
    assert.ok(observations.length > 30);
    for (const { command, observedAt, by } of observations) {
      assert.match(command, /^(gcloud|bq) /);
      assert.deepEqual([observedAt, by], ["2026-11-24T12:00:00.000Z", "auditor@bank.example"]);
    }
    const of = (what: string) => observations.find((one) => one.what === what)?.answer;
    assert.equal(of("topic str-pl-pubsub-topic")?.key, KEY);
    assert.deepEqual(of(`job str-pl (${JOB_ID})`), { location: ["europe-west2"], key: KEY });
    assert.deepEqual(of("versions of key europe-west2/str-pl-london-key01")?.keyVersions, [
      `${KEY}/cryptoKeyVersions/2`,
    ]);
  });

  it("tells two things of one list apart", async () => {
    const { observations } = await auditOf((all) => (all["pubsub topics list"][1].kmsKeyName = `${KEY}-another`));
    const of = (what: string) => observations.find((one) => one.what === what)?.answer?.key;
    assert.equal(of("topic str-pl-pubsub-topic"), KEY);
    assert.equal(of("topic str-pl-pubsub-topic-dead-letters"), `${KEY}-another`);
  });

  it("takes the graph's and the images' digests from the cloud", async () => {
    const { jobs } = await auditOf();
    assert.ok(Array.isArray(jobs));
    assert.match(jobs[0].graph.sha256, /^[0-9a-f]{64}$/);
    assert.equal(jobs[0].images[0].digest, DIGEST);
  });

  /** One thing moved, what is open then, and what is said of it: the thing by its name. */
  const MOVED: Record<string, [change: (answers: Answers) => void, id: string, said: RegExp]> = {
    "a bucket's key": [
      (all) => (all["storage buckets describe"].encryption.defaultKmsKeyName = KEY.replace("key01", "key99")),
      "AUD-2",
      /^bucket da_streaming_pipeline is under key europe-west2\/str-pl-london-key99, no key of the deployment/m,
    ],
    "a bucket's key that is Google's": [
      (all) => delete all["storage buckets describe"].encryption,
      "KEY-6",
      /the staging bucket is under Google's own key/,
    ],
    "a table's location": [
      (all) => (all["bq show"].location = "EU"),
      "AUD-1",
      /^table da_streaming_pipeline.cc_account_info is in eu, not in europe-west2$/m,
    ],
    "one more decrypter": [
      (all) =>
        all["kms keys get-iam-policy"].bindings.push({
          role: "roles/cloudkms.cryptoKeyDecrypter",
          members: ["user:mallory@elsewhere.example"],
        }),
      "AUD-4",
      /^user:mallory@elsewhere.example can decrypt by roles\/cloudkms.cryptoKeyDecrypter on the key/m,
    ],
    "a decrypter of the whole organisation": [
      (all) =>
        all["projects get-ancestors-iam-policy"][1].policy.bindings.push({
          role: "roles/owner",
          members: ["group:admins@bank.example"],
        }),
      "AUD-4",
      /^group:admins@bank.example can decrypt by roles\/owner on organization 42/m,
    ],
    "a job without a key": [
      (all) => delete all["dataflow jobs describe"].environment.serviceKmsKeyName,
      "KEY-1",
      new RegExp(`^job str-pl \\(${JOB_ID}\\): no key is given$`, "m"),
    ],
    "a job of another name that runs as the workers' account, elsewhere": [
      (all) => Object.assign(all["dataflow jobs describe"], { name: "copy", location: "us-central1" }),
      "AUD-1",
      new RegExp(`^state of job copy \\(${JOB_ID}\\) is in us-central1, not in europe-west2$`, "m"),
    ],
    "a value in a label": [
      (all) => (all["dataflow jobs describe"].labels.customer = "gb29nwbk60161331926819"),
      "AUD-5",
      new RegExp(`^label 2 of job ${JOB_ID}: what reads as an IBAN$`, "m"),
    ],
    "a value in a resource's label": [
      (all) => (all["pubsub topics list"][0].labels.card = "4111111111111111"),
      "AUD-5",
      /^label 2 of topic str-pl-pubsub-topic: what reads as a card number$/m,
    ],
    "a value in the graph": [
      (all) => (all["storage cp"] = "constant: jane.doe@customer.example"),
      "AUD-5",
      new RegExp(`^the graph of job ${JOB_ID}: what reads as an e-mail address$`, "m"),
    ],
    "a value in a log line": [
      (all) => (all["logging read"][0].textPayload = "row of +44 7700 900123 refused"),
      "AUD-5",
      /^log lines of writeRows: what reads as a telephone number$/m,
    ],
    "a worker with an external address": [
      (all) => (all["compute instances list"][0].networkInterfaces[0].accessConfigs = [{ natIP: "203.0.113.9" }]),
      "AUD-6",
      new RegExp(`^machines of job ${JOB_ID} have external addresses$`, "m"),
    ],
    "a sink that keeps the workers' lines": [
      (all) => delete all["logging sinks list"][0].exclusions,
      "AUD-1",
      /^log sink _Default is in global, not in europe-west2$/m,
    ],
    "a grant that was taken away": [
      (all) => (all["storage buckets get-iam-policy"].bindings = []),
      "AUD-3",
      new RegExp(
        `^bucket da_streaming_pipeline: serviceAccount:${WORKER} does not hold roles/storage.objectAdmin$`,
        "m",
      ),
    ],
    "a file that is under no key": [
      (all) => all["storage objects list"].push({ name: "temp/1" }),
      "AUD-2",
      /^1 files of bucket da_streaming_pipeline are under no key of the deployment$/m,
    ],
  };
  for (const [what, [change, id, said]] of Object.entries(MOVED)) {
    it(`finds by name that there is ${what}`, async () => {
      const audit = await auditOf(change);
      assert.ok(openIds(audit).includes(`${id} broken`), openIds(audit).join());
      assert.match(found(audit, id), said);
      assert.equal(everyRuleHolds(audit), false);
    });
  }

  it("writes no personal value anywhere, whoever put it where", async () => {
    const values = ["jane.doe@customer.example", "gb29nwbk60161331926819", "4111111111111111", "+44 7700 900123"];
    const audit = await auditOf((all) => {
      const [email, iban, card, phone] = values;
      all["storage cp"] = email;
      all["dataflow jobs describe"].name = `str-pl-${iban}`;
      all["dataflow jobs describe"].labels = { card, iban };
      all["pubsub topics list"][0].labels.deployment = card;
      all["bq show"].description = email;
      all["logging read"][0].textPayload = phone;
      all["compute instances list"][0].name = `str-pl-${iban}-harness`;
    });
    const written = JSON.stringify(audit);
    for (const value of values) assert.ok(!written.includes(value), value);
    assert.match(found(audit, "AUD-5"), /IBAN/);
  });

  it("says why where nobody may look, and takes it for no success", async () => {
    const audit = await auditOf((all) => {
      all["pubsub topics list"] = new Error("PERMISSION_DENIED");
      all["dataflow jobs list"] = new Error("PERMISSION_DENIED");
    });
    assert.equal(everyRuleHolds(audit), false);
    assert.match(found(audit, "KEY-7"), /PERMISSION_DENIED/);
    assert.match(found(audit, "AUD-8"), /the jobs: ERROR: PERMISSION_DENIED/);
  });

  it("takes half an answer for none", async () => {
    const run = async (...[command]: Parameters<ReturnType<typeof answering>>) => ({
      ...(await answering(allWell())(command)),
      stderr: "WARNING: Some requests did not succeed.",
    });
    const workers = await readWorkers({ project: PROJECT } as never, questions(run));
    assert.ok("notObserved" in workers);
  });

  it("holds what is accepted by id, its own checks too", async () => {
    const owner = (all: Answers) =>
      all["projects get-iam-policy"].bindings.push({ role: "roles/owner", members: ["user:founder@bank.example"] });
    const audit = await auditOf(owner, { ACCEPT: "AUD-4" });
    assert.deepEqual(openIds(audit), ["AUD-4 accepted"]);
    assert.ok(everyRuleHolds(audit));
  });

  it("counts who used the key, and says loudly where that is not logged", async () => {
    const used = await auditOf();
    assert.ok("by" in used.keys[0]!.uses);
    const silent = await auditOf((all) => delete all["projects get-iam-policy"].auditConfigs);
    assert.match(found(silent, "AUD-7"), /nobody can say who used the key/);
  });

  it("leaves other people's jobs to them, and lists them", async () => {
    const audit = await auditOf((all) => {
      const other = { ...job(), id: "other", name: "theirs" };
      other.environment = { ...other.environment, serviceAccountEmail: "x@y", tempStoragePrefix: "" };
      all["dataflow jobs describe"] = other;
    });
    assert.deepEqual(audit.otherJobs, [{ id: "other", name: "theirs", region: "europe-west2", key: KEY }]);
    assert.deepEqual(openIds(audit), ["AUD-8 not observed"]);
  });
});
