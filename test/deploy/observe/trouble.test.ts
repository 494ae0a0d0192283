import assert from "node:assert/strict";
import { type TroubleKind, troubleOf } from "../../../deploy/observe/trouble";

const said: readonly [TroubleKind, string][] = [
  ["absent", "ERROR: (gcloud.kms.keys.list) NOT_FOUND: KeyRing projects/p/locations/l/keyRings/r not found."],
  ["absent", "ERROR: (gcloud.storage.buckets.describe) gs://b not found: 404."],
  ["absent", "BigQuery error in show operation: Not found: Dataset p:d"],
  [
    "absent",
    "ERROR: (gcloud.compute.networks.describe) Could not fetch resource:\n - The resource 'projects/p/global/networks/n' was not found",
  ],
  [
    "forbidden",
    "ERROR: (gcloud.kms.keyrings.list) PERMISSION_DENIED: Permission 'cloudkms.keyRings.list' denied on resource '…' (or it may not exist).",
  ],
  [
    "forbidden",
    "BigQuery error in show operation: Access Denied: Dataset p:d: Permission bigquery.datasets.get denied on dataset p:d (or it may not exist).",
  ],
  [
    "forbidden",
    "ERROR: (gcloud.storage.buckets.describe) HTTPError 403: x does not have storage.buckets.get access to the Google Cloud Storage bucket.",
  ],
  [
    "api off",
    "ERROR: (gcloud.kms.keyrings.list) PERMISSION_DENIED: Cloud KMS API has not been used in project p before or it is disabled.\nreason: SERVICE_DISABLED",
  ],
  ["exists", "ERROR: (gcloud.pubsub.topics.create) Resource already exists in the project (resource=t)."],
  ["exists", "BigQuery error in mk operation: Dataset 'p:d' already exists."],
  ["transient", "ERROR: (gcloud.kms.keys.add-iam-policy-binding) ABORTED: There were concurrent policy changes."],
  ["transient", "ERROR: (gcloud.projects.describe) HTTPError 503: backend"],
  ["transient", "ERROR: (gcloud.services.enable) RESOURCE_EXHAUSTED: Quota exceeded"],
  [
    "transient",
    "ERROR: (gcloud.compute.firewall-rules.create) Could not fetch resource:\n - The resource 'projects/p/global/networks/n' is not ready",
  ],
  ["refused", "ERROR: (gcloud.pubsub.topics.create) INVALID_ARGUMENT: the key is in another region"],
  ["refused", "ERROR: (gcloud.org-policies.set-policy) HttpError: 501"],
  ["forbidden", "ERROR: Failed to create topic [t]: User not authorized to perform this action."],
  [
    "not yet",
    "ERROR: (gcloud.kms.keys.add-iam-policy-binding) INVALID_ARGUMENT: Service account a@b.iam.gserviceaccount.com does not exist.",
  ],
  [
    "not yet",
    "ERROR: Failed to create topic [t]: Cloud Pub/Sub did not have the necessary permissions configured to support this operation. Please verify that the service account a@b was granted the Cloud KMS CryptoKey Encrypter/Decrypter role.",
  ],
  ["unclear", "ERROR: Failed to create topic [t]: something that nobody knows"],
  ["unclear", ""],
];

describe("what a failed command says", () => {
  for (const [kind, stderr] of said) {
    it(`is ${kind}: ${stderr.slice(0, 70).replaceAll("\n", " ")}`, () => {
      assert.equal(troubleOf({ code: 1, stdout: "", stderr }).kind, kind);
      assert.equal(troubleOf({ code: 1, stdout: stderr, stderr: "" }).kind, kind);
    });
  }

  it("is said in one line, and without the envelope of HTTP", () => {
    const envelope = `ERROR: HttpError accessing <http://x>: response: <{'status': 400}>, content <{"error":{"code":400,"message":"No such \\"key\\"","status":"X"}}>`;
    assert.equal(troubleOf({ code: 1, stdout: "", stderr: envelope }).said, '400: No such \\"key\\"');
    assert.equal(troubleOf({ code: 1, stdout: "", stderr: "WARNING: a\nERROR: b\n  c\n" }).said, "ERROR: b c");
  });
});
