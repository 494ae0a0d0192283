/** An audit by the real gcloud and bq, in the fake cloud: what was moved behind its back is found by name. Slow: 0.6 s a command. */
import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kmsSigner, SigningError } from "../../../deploy/attest/kms-key";
import { settingsOf } from "../../../deploy/deployment/settings";
import { audit } from "../../../deploy/observe/audit/audit";
import { openPoints } from "../../../deploy/observe/audit/model";
import { isNotObserved } from "../../../deploy/observe/audit/model/told";
import { askedOf } from "../../../deploy/resources/setup";

import { loadTableSchema } from "../../../schemas/load";
import { isFirstNode } from "../../support/first-node";
import { MOVED } from "../../proof/moved";
import { MissingTool } from "../../support/emulators/process";
import {
  agentsOf,
  APIS,
  call,
  command,
  fakeCloudFor,
  grant,
  makeAgents,
  REGION,
} from "../../support/fake-cloud/client";
import type { FakeCloud } from "../../support/fake-cloud/cloud";
import { warmRunner } from "../../support/fake-cloud/warm/warm";
import { skipFor } from "../../support/skip";
import { job, KEY, PROJECT } from "./answers";

const BUCKET = "da_streaming_pipeline";

if (isFirstNode) {
  describe("an audit by the real commands", function () {
    this.timeout(400_000);
    let cloud: FakeCloud;
    let jobId = "";
    before(async function () {
      cloud = await fakeCloudFor(this, { project: PROJECT, enabled: APIS });
      await made(cloud);
      logged(cloud);
      jobId = cloud.state.dataflow.add({ project: PROJECT, location: REGION }, jobWithoutId()).id;
      const graph = join(cloud.env.CLOUDSDK_CONFIG!, "pipeline.pb");
      writeFileSync(graph, "readMessages decode parseRow");
      try {
        const to = `gs://${BUCKET}/stage/str-pl.1/pipeline.pb`;
        const { code, stderr } = await command(cloud.env, "gcloud", "storage", "cp", graph, to);
        assert.equal(code, 0, stderr);
      } catch (error) {
        throw error instanceof MissingTool ? skipFor(this, error) : error;
      }
    });
    after(() => cloud?.stop());

    it("finds five things that were moved, takes the graph's digest, and changes nothing", async () => {
      for (const { move } of MOVED) move(cloud, jobId);
      const [names, asked] = [cloud.names(), cloud.requests.length];
      const settings = settingsOf({ PROJECT_ID: PROJECT });
      const world = { run: warmRunner(cloud.env) };
      const made = await audit(askedOf(settings, loadTableSchema(settings.SCHEMA), "0.1.0"), world, "a fake cloud");

      // Nothing stays open because the stand-in does not know the question.
      assert.ok(!JSON.stringify(made).includes("does not serve"));
      const found = openPoints(made).flatMap((one) => one.found);
      for (const { what, said } of MOVED)
        assert.ok(
          found.some((one) => one.includes(said(jobId))),
          `${what}\n${found.join("\n")}`,
        );
      assert.ok(!isNotObserved(made.jobs));
      assert.ok(!isNotObserved(made.jobs[0]!.graph), JSON.stringify(made.jobs[0]!.graph));
      const workers = made.chain.find(({ step }) => step === "workers")!;
      assert.deepEqual([workers.place, workers.more.machines], [["europe-west2-b"], "1"]);
      assert.ok(JSON.stringify(made.keys).includes(READER));
      const files = made.chain.find(({ step }) => step === "files")!;
      assert.equal(files.more.files, "1");
      assert.ok(!JSON.stringify(made).includes("gb29nwbk60161331926819"));
      assert.deepEqual(cloud.names(), names);
      const changing = cloud.requests.slice(asked).filter(({ method, url }) => method !== "GET" && !READS.test(url));
      assert.deepEqual(
        changing.map(({ method, url }) => `${method} ${url}`),
        [],
      );
    });

    it("is signed by a key of Cloud KMS, as its public half says", async () => {
      const ring = KEY.split("/cryptoKeys/")[0]!;
      const template = { purpose: "ASYMMETRIC_SIGN", versionTemplate: { algorithm: "EC_SIGN_P256_SHA256" } };
      await call(cloud, "POST", `/cloudkms/v1/${ring}/cryptoKeys?cryptoKeyId=attest`, template);
      const run = warmRunner(cloud.env);
      const signer = await kmsSigner(`${ring}/cryptoKeys/attest/cryptoKeyVersions/1`, run);
      const statement = Buffer.from("what was observed");
      assert.ok(verify("sha256", statement, signer.publicKey, await signer.sign(statement)));
      await assert.rejects(kmsSigner(`${KEY}/cryptoKeyVersions/1`, run), SigningError);
    });
  });
}

/** Who used the key, by the log. */
const READER = "somebody@bank.example";

function logged(cloud: FakeCloud): void {
  const on = { service: "cloudkms.googleapis.com", auditLogConfigs: [{ logType: "DATA_READ" }] };
  const { policies, logEntries } = cloud.state;
  policies.set(`projects/${PROJECT}`, { ...policies.get(`projects/${PROJECT}`), auditConfigs: [on] });
  logEntries.push({
    timestamp: new Date().toISOString(),
    protoPayload: {
      serviceName: "cloudkms.googleapis.com",
      methodName: "Decrypt",
      resourceName: KEY,
      authenticationInfo: { principalEmail: READER },
    },
  });
}

/** Asked by POST, and change nothing. */
const READS = /:getIamPolicy|entries:list|:getAncestry|:testIamPermissions/;

function jobWithoutId(): object {
  const { id: _, location: __, ...rest } = job();
  return rest;
}

/** As much of a deployment as can be moved, made over HTTP, which is quick. */
async function made(cloud: FakeCloud): Promise<void> {
  const ring = KEY.split("/cryptoKeys/")[0]!;
  const at = ring.split("/keyRings/")[0]!;
  await makeAgents(cloud);
  await call(cloud, "POST", `/cloudkms/v1/${at}/keyRings?keyRingId=str-pl-london-kr`, {});
  const purpose = { purpose: "ENCRYPT_DECRYPT" };
  await call(cloud, "POST", `/cloudkms/v1/${ring}/cryptoKeys?cryptoKeyId=str-pl-london-key01`, purpose);
  const { pubsub, bigquery, storage, artifacts, logging } = agentsOf(cloud);
  await grant(cloud, KEY, pubsub, bigquery, storage, artifacts, logging);
  const bucket = { name: BUCKET, location: REGION, encryption: { defaultKmsKeyName: KEY } };
  const dataset = {
    datasetReference: { projectId: PROJECT, datasetId: BUCKET },
    location: REGION,
    defaultEncryptionConfiguration: { kmsKeyName: KEY },
  };
  const table = {
    tableReference: { projectId: PROJECT, datasetId: BUCKET, tableId: "cc_account_info" },
    schema: { fields: [{ name: "name", type: "STRING" }] },
  };
  for (const [path, body] of [
    [`/storage/v1/b?project=${PROJECT}`, bucket],
    [`/bigquery/v2/projects/${PROJECT}/datasets`, dataset],
    [`/bigquery/v2/projects/${PROJECT}/datasets/${BUCKET}/tables`, table],
  ] as const) {
    const { status, body: answer } = await call(cloud, "POST", path, body);
    assert.ok(status < 300, JSON.stringify(answer));
  }
}
