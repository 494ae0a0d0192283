/** A fake cloud with everything of a deployment that is under its key: made by HTTP, which is quick, and a job that runs. */
import assert from "node:assert/strict";
import { agentsOf, APIS, call, makeAgents, REGION } from "../../support/fake-cloud/client";
import { type FakeCloud, startFakeCloud } from "../../support/fake-cloud/cloud";
import { askedFor } from "../setups";

export interface PreparedCloud {
  readonly cloud: FakeCloud;
  /** Its full name. */
  readonly key: string;
  /** Its short one. */
  readonly keyName: string;
  readonly jobId: string;
}

/** Version 1 is enabled, 2 is the primary one, 3 was disabled by somebody. Throws MissingTool. */
export async function preparedCloud(): Promise<PreparedCloud> {
  const cloud = await startFakeCloud({ enabled: APIS });
  const { project, projectNumber } = cloud;
  const { settings, dataKey, worker } = askedFor({ PROJECT_ID: project });
  const post = async (path: string, body: object) => {
    const answer = await call(cloud, "POST", path, body);
    assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const put = async (path: string, body: object) => {
    const answer = await call(cloud, "PUT", path, body);
    assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
  };
  const location = `projects/${project}/locations/${REGION}`;
  await post(`/cloudkms/v1/${location}/keyRings?keyRingId=${dataKey.ring}`, {});
  const keys = `/cloudkms/v1/${location}/keyRings/${dataKey.ring}/cryptoKeys`;
  await post(`${keys}?cryptoKeyId=${dataKey.key}`, { purpose: "ENCRYPT_DECRYPT" });
  await makeAgents(cloud);
  const agents = agentsOf(cloud);
  const members = Object.values(agents).map((email) => `serviceAccount:${email}`);
  const bindings = [{ role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", members }];
  await post(`/cloudkms/v1/${dataKey.name}:setIamPolicy`, { policy: { bindings } });

  for (const topic of [settings.TOPIC, settings.DEAD_LETTER_TOPIC])
    await put(`/pubsub/v1/projects/${project}/topics/${topic}`, { kmsKeyName: dataKey.name });
  await put(`/pubsub/v1/projects/${project}/subscriptions/${settings.SUBSCRIPTION}`, {
    topic: `projects/${project}/topics/${settings.TOPIC}`,
  });
  const datasets = `/bigquery/v2/projects/${project}/datasets`;
  await post(datasets, {
    datasetReference: { datasetId: settings.DATASET },
    location: REGION,
    defaultEncryptionConfiguration: { kmsKeyName: dataKey.name },
  });
  await post(`${datasets}/${settings.DATASET}/tables`, {
    tableReference: { tableId: settings.TABLE },
    schema: { fields: [{ name: "emp_id", type: "STRING" }] },
  });
  await post(`/storage/v1/b?project=${project}`, {
    name: settings.BUCKET,
    location: REGION,
    encryption: { defaultKmsKeyName: dataKey.name },
  });
  await post(`/upload/storage/v1/b/${settings.BUCKET}/o?uploadType=media&name=stage/pipeline.pb`, { graph: 1 });
  await post(`/artifactregistry/v1/${location}/repositories?repositoryId=${settings.REGISTRY}`, {
    format: "DOCKER",
    kmsKeyName: dataKey.name,
  });
  const file = `${location}/repositories/${settings.REGISTRY}/files/sha256:${"a".repeat(64)}`;
  cloud.state.artifacts.files.add(file, {
    name: file,
    sizeBytes: "12",
    createTime: new Date().toISOString(),
    version: `${dataKey.name}/cryptoKeyVersions/1`,
  });
  const job = cloud.state.dataflow.add(
    { project, location: REGION },
    {
      name: "str-pl",
      type: "JOB_TYPE_STREAMING",
      environment: {
        serviceKmsKeyName: dataKey.name,
        serviceAccountEmail: worker.replace("serviceAccount:", ""),
      },
    },
  );
  // Data lies under version 1; what is new goes under 2; 3 was taken by somebody else.
  await post(`${keys}/${dataKey.key}/cryptoKeyVersions`, {});
  await post(`${keys}/${dataKey.key}/cryptoKeyVersions`, {});
  await post(`${keys}/${dataKey.key}:updatePrimaryVersion`, { cryptoKeyVersionId: "2" });
  cloud.state.kms.keyVersions.change(`${dataKey.name}/cryptoKeyVersions/3`, { state: "DISABLED" });
  assert.ok(projectNumber);
  return { cloud, key: dataKey.name, keyName: dataKey.key, jobId: job.id };
}
