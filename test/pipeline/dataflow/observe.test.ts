/** What is asked of Google about the resources that a deployment names. */
import assert from "node:assert/strict";
import { keyIn, london } from "../../deploy/deployments";
import { ApiError, type Call } from "../../../pipeline/dataflow/google";
import { digestsPinned, observe, repositoryOf } from "../../../pipeline/dataflow/observe";

const KEY = keyIn("europe-west2");
const REGISTRY = "https://artifactregistry.googleapis.com/v1/projects/bank/locations/europe-west2/repositories";
const DIGEST = `sha256:${"ab".repeat(32)}`;
const TOPIC = "https://pubsub.googleapis.com/v1/projects/bank/topics/str-pl-pubsub-topic";
const DATASET = "https://bigquery.googleapis.com/bigquery/v2/projects/bank/datasets/da_streaming_pipeline";

/** The resources of the default deployment, by the address at which Google has each. */
const RESOURCES: Readonly<Record<string, object>> = {
  "https://cloudkms.googleapis.com/v1/projects/bank/locations/europe-west2/keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01":
    { purpose: "ENCRYPT_DECRYPT", primary: { name: "1", state: "ENABLED" } },
  [TOPIC]: {
    kmsKeyName: KEY,
    messageStoragePolicy: { allowedPersistenceRegions: ["europe-west2"], enforceInTransit: true },
  },
  [`${TOPIC}-dead-letters`]: {},
  [DATASET]: { location: "europe-west2", defaultEncryptionConfiguration: { kmsKeyName: KEY } },
  [`${DATASET}/tables/cc_account_info`]: { encryptionConfiguration: { kmsKeyName: `${KEY}/cryptoKeyVersions/1` } },
  "https://storage.googleapis.com/storage/v1/b/da_streaming_pipeline": {
    location: "EUROPE-WEST2",
    encryption: { defaultKmsKeyName: KEY },
    iamConfiguration: { publicAccessPrevention: "enforced" },
  },
  [`${REGISTRY}/da-streaming-pipeline`]: { kmsKeyName: KEY },
  "https://compute.googleapis.com/compute/v1/projects/bank/regions/europe-west2/subnetworks/str-pl-london": {
    privateIpGoogleAccess: true,
  },
};

/** Answers with these resources, and with 404 of any other. */
function cloud(resources: Readonly<Record<string, object>>): { call: Call; asked: string[] } {
  const asked: string[] = [];
  const call: Call = async (method, url) => {
    asked.push(`${method} ${url}`);
    const found = resources[url];
    if (found === undefined) throw new ApiError(404, `${url} is not there`);
    return found;
  };
  return { call, asked };
}
const without = (part: string) => Object.fromEntries(Object.entries(RESOURCES).filter(([url]) => !url.includes(part)));

describe("the resources of a deployment", () => {
  it("are read, each at its own address, and nothing is changed", async () => {
    const { call, asked } = cloud(RESOURCES);
    const found = await observe(london(), call, {});
    const bucket = { location: "EUROPE-WEST2", defaultKey: KEY, publicAccessPrevention: "enforced" };
    const repository = { location: "europe-west2", key: KEY };
    assert.deepEqual(found, {
      key: { purpose: "ENCRYPT_DECRYPT", primaryState: "ENABLED" },
      topic: { key: KEY, allowedPersistenceRegions: ["europe-west2"], enforceInTransit: true },
      deadLetterTopic: { key: null, allowedPersistenceRegions: [], enforceInTransit: false },
      dataset: { location: "europe-west2", defaultKey: KEY },
      table: { key: `${KEY}/cryptoKeyVersions/1` },
      stagingBucket: bucket,
      tempBucket: bucket,
      workerRepository: repository,
      pythonRepository: repository,
      subnetwork: { privateIpGoogleAccess: true },
    });
    assert.ok(asked.every((one) => one.startsWith("GET ")));
    assert.deepEqual(new Set(asked.map((one) => one.slice(4))), new Set(Object.keys(RESOURCES)));
  });

  it("that cannot be read are not observed, in Google's words; the others are", async () => {
    const found = await observe(london(), cloud(without("cloudkms")).call, {});
    assert.match((found.key as { notObserved: string }).notObserved, /is not there$/);
    assert.deepEqual(found.subnetwork, { privateIpGoogleAccess: true });
  });

  it("that say nothing of a setting have Google's default", async () => {
    const bare = Object.fromEntries(Object.keys(RESOURCES).map((url) => [url, { location: "EU", purpose: "MAC" }]));
    const found = await observe(london(), cloud(bare).call, {});
    assert.deepEqual(found.key, { purpose: "MAC", primaryState: null });
    assert.deepEqual(found.tempBucket, { location: "EU", defaultKey: null, publicAccessPrevention: "inherited" });
    assert.deepEqual(found.subnetwork, { privateIpGoogleAccess: false });
    assert.deepEqual(found.pythonRepository, { location: "europe-west2", key: null });
  });

  it("that are not named are not asked for", async () => {
    const { dataflowKmsKey: _, stagingLocation: __, subnetwork: ___, ...bare } = london();
    const { call, asked } = cloud(RESOURCES);
    const found = await observe(bare, call, {});
    assert.deepEqual(found.key, { notObserved: "no key is given" });
    assert.deepEqual(found.stagingBucket, { notObserved: "no location is given" });
    assert.deepEqual(found.subnetwork, { notObserved: "no subnetwork is given" });
    assert.ok(!asked.some((one) => /cloudkms|compute/.test(one)));
  });

  it("include the topic behind a subscription", async () => {
    const subscription = "projects/bank/subscriptions/str-pl";
    const resources = {
      ...RESOURCES,
      [`https://pubsub.googleapis.com/v1/${subscription}`]: { topic: "projects/bank/topics/str-pl-pubsub-topic" },
    };
    const found = await observe(london({ source: { kind: "subscription", subscription } }), cloud(resources).call, {});
    assert.deepEqual(found.topic, {
      key: KEY,
      allowedPersistenceRegions: ["europe-west2"],
      enforceInTransit: true,
    });
  });

  it("may have their network in another project", async () => {
    const name = "projects/host/regions/europe-west2/subnetworks/shared";
    const resources = { [`https://compute.googleapis.com/compute/v1/${name}`]: { privateIpGoogleAccess: true } };
    for (const subnetwork of [name, `https://www.googleapis.com/compute/v1/${name}`]) {
      const found = await observe(london({ subnetwork }), cloud(resources).call, {});
      assert.deepEqual(found.subnetwork, { privateIpGoogleAccess: true });
    }
  });

  it("are asked of stand-ins where gcloud's own variables name them", async () => {
    const { call, asked } = cloud({});
    const names = ["PUBSUB", "CLOUDKMS", "BIGQUERY", "STORAGE", "ARTIFACTREGISTRY", "COMPUTE"];
    const overrides = names.map((name) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${name}`, "http://127.0.0.1:1/fake/"]);
    await observe(london(), call, Object.fromEntries(overrides));
    assert.deepEqual(
      asked.filter((one) => !one.startsWith("GET http://127.0.0.1:1/fake/")),
      [],
    );
  });

  it("leave a defect of ours a defect", async () => {
    const call: Call = async () => {
      throw new TypeError("ours");
    };
    await assert.rejects(observe(london(), call, {}), TypeError);
  });
});

describe("an image's repository", () => {
  const repositories: Record<string, string | undefined> = {
    "europe-west2-docker.pkg.dev/bank/images/worker:1": "projects/bank/locations/europe-west2/repositories/images",
    [`europe-west2-docker.pkg.dev/bank/images/a/b/worker@${DIGEST}`]:
      "projects/bank/locations/europe-west2/repositories/images",
    "europe-docker.pkg.dev/example.com/bank/images/worker:1":
      "projects/example.com:bank/locations/europe/repositories/images",
    "docker.io/library/node:24": undefined,
    "europe-west2-docker.pkg.dev/bank/worker:1": undefined,
  };
  for (const [image, repository] of Object.entries(repositories)) {
    it(`of ${image} is ${repository ?? "none of Artifact Registry's"}`, () => {
      assert.equal(repositoryOf(image), repository);
    });
  }
});

describe("an image that is named by its tag", () => {
  const tags = `${REGISTRY}/da-streaming-pipeline/packages`;
  const version = { version: `${REGISTRY}/da-streaming-pipeline/packages/worker/versions/${DIGEST}` };

  it("is asked for by the digest that the tag has now; one that nobody tells of keeps its tag", async () => {
    const asked = london();
    const found = await digestsPinned(asked, cloud({ [`${tags}/worker/tags/0.1.0`]: version }).call, {});
    assert.equal(found.workerImage, asked.workerImage.replace(":0.1.0", `@${DIGEST}`));
    assert.equal(found.pythonImage, asked.pythonImage);
    assert.ok(!("javaImage" in found));
  });

  it("is looked after where Java writes, as the others are", async () => {
    const asked = london({ javaImage: `${london().workerImage.replace("/worker:", "/java:")}` });
    const java = { version: version.version.replace("/worker/", "/java/") };
    const { call } = cloud({
      [`${tags}/java/tags/0.1.0`]: java,
      [`${REGISTRY}/da-streaming-pipeline`]: { kmsKeyName: asked.dataflowKmsKey },
    });
    assert.equal((await digestsPinned(asked, call, {})).javaImage, asked.javaImage!.replace(":0.1.0", `@${DIGEST}`));
    const { javaRepository } = await observe(asked, call, {});
    assert.deepEqual(javaRepository, { location: "europe-west2", key: asked.dataflowKmsKey });
    assert.ok(!("javaRepository" in (await observe(london(), call, {}))));
  });

  it("may lie in a folder, of a repository that is named as its project", async () => {
    const asked = london({ workerImage: "europe-west2-docker.pkg.dev/images/images/a/worker:1" });
    const at = "https://artifactregistry.googleapis.com/v1/projects/images/locations/europe-west2/repositories/images";
    const version = { version: `projects/images/versions/${DIGEST}` };
    const found = await digestsPinned(asked, cloud({ [`${at}/packages/a%2Fworker/tags/1`]: version }).call, {});
    assert.equal(found.workerImage, `europe-west2-docker.pkg.dev/images/images/a/worker@${DIGEST}`);
  });

  it("is left alone where it has a digest, or is in no Artifact Registry", async () => {
    const asked = london({ workerImage: `docker.io/node@${DIGEST}`, pythonImage: "docker.io/python:3.13" });
    const { call, asked: calls } = cloud({});
    assert.deepEqual(await digestsPinned(asked, call, {}), asked);
    assert.deepEqual(calls, []);
  });
});
