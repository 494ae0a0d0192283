import assert from "node:assert/strict";
import {
  type Deployment,
  DeploymentError,
  type DeploymentErrorCode,
  deploymentOf,
  isRegion,
  parseImage,
  regionOfSubnetwork,
  workersRegion,
} from "../../deploy/deployment";
import { article, keyIn, london } from "./deployments";

const refused = (code: DeploymentErrorCode, setting: string) => (error: unknown) => {
  assert.ok(error instanceof DeploymentError);
  assert.deepEqual([error.code, error.setting], [code, setting]);
  assert.ok(!error.message.includes("\n"));
  return true;
};

describe("the profile london", () => {
  it("names everything in europe-west2", () => {
    assert.deepEqual(london(), {
      project: "bank",
      region: "europe-west2",
      dataflowKmsKey: "projects/bank/locations/europe-west2/keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01",
      stagingLocation: "gs://da_streaming_pipeline/stage",
      tempLocation: "gs://da_streaming_pipeline/temp",
      source: { kind: "topic", topic: "projects/bank/topics/str-pl-pubsub-topic" },
      deadLetterTopic: "projects/bank/topics/str-pl-pubsub-topic-dead-letters",
      table: { project: "bank", dataset: "da_streaming_pipeline", table: "cc_account_info" },
      workerImage: "europe-west2-docker.pkg.dev/bank/da-streaming-pipeline/worker:0.1.0",
      pythonImage: "europe-west2-docker.pkg.dev/bank/da-streaming-pipeline/python:0.1.0",
      subnetwork: "regions/europe-west2/subnetworks/str-pl-london",
      usePublicIps: false,
      serviceAccount: "str-pl-worker@bank.iam.gserviceaccount.com",
      jobName: "str-pl",
      labels: {},
    });
  });

  it("takes key, images and subnetwork along to the region where the workers run", () => {
    for (const given of [
      { region: "europe-west3" },
      { workerRegion: "europe-west3" },
      { workerZone: "europe-west3-a" },
      { region: "europe-west1", workerZone: "europe-west3-a" },
    ]) {
      const { dataflowKmsKey, workerImage, pythonImage, subnetwork } = london(given);
      for (const name of [dataflowKmsKey, workerImage, pythonImage, subnetwork])
        assert.match(name!, /\beurope-west3\b/);
    }
  });

  it("gives way to all that is given, and to nothing that is undefined", () => {
    const given: Partial<Deployment> = {
      region: "europe-west3",
      dataflowKmsKey: keyIn("global"),
      stagingLocation: "gs://other/stage",
      source: { kind: "subscription", subscription: "projects/bank/subscriptions/other" },
      subnetwork: "https://www.googleapis.com/compute/v1/projects/host/regions/europe-west3/subnetworks/other",
      usePublicIps: true,
      labels: { team: "payments" },
    };
    const asked = london({ ...given, tempLocation: undefined });
    for (const [setting, value] of Object.entries(given)) assert.deepEqual(asked[setting as keyof Deployment], value);
    assert.equal(asked.tempLocation, "gs://da_streaming_pipeline/temp");
  });

  it("takes the key of the key project that is named", () => {
    assert.match(london({ keyProject: "bank-keys" }).dataflowKmsKey!, /^projects\/bank-keys\//);
  });

  it("names no subnetwork in a network that is given", () => {
    assert.equal(london({ network: "custom" }).subnetwork, undefined);
  });

  it("writes a project with a domain as each name does", () => {
    const asked = deploymentOf("london", "example.com:bank", {}, "0.1.0");
    assert.equal(asked.workerImage, "europe-west2-docker.pkg.dev/example.com/bank/da-streaming-pipeline/worker:0.1.0");
    assert.equal(asked.serviceAccount, "str-pl-worker@bank.example.com.iam.gserviceaccount.com");
  });
});

describe("the profile article", () => {
  it("is split: endpoint, workers' zone, a global key, and the rest with the workers", () => {
    const { region, workerZone, dataflowKmsKey, workerImage, subnetwork } = article();
    assert.deepEqual(
      { region, workerZone, dataflowKmsKey, workerImage, subnetwork },
      {
        region: "europe-west1",
        workerZone: "europe-west2-b",
        dataflowKmsKey: "projects/bank/locations/global/keyRings/str-pl-global-kr/cryptoKeys/str-pl-global-key01",
        workerImage: "europe-west2-docker.pkg.dev/bank/da-streaming-pipeline/worker:0.1.0",
        subnetwork: "regions/europe-west2/subnetworks/str-pl-london",
      },
    );
  });

  it("gives up its zone where a worker region is given", () => {
    const asked = article({ workerRegion: "europe-west1" });
    assert.equal(asked.workerZone, undefined);
    assert.equal(workersRegion(asked), "europe-west1");
  });
});

describe("a deployment is refused", () => {
  const malformed: [Partial<Deployment>, string][] = [
    [{ region: "europe-west2-b" }, "region"],
    [{ region: "London" }, "region"],
    [{ workerRegion: "global" }, "workerRegion"],
    [{ workerZone: "europe-west2" }, "workerZone"],
    [{ workerZone: "europe-west2-bb" }, "workerZone"],
    [{ dataflowKmsKey: "str-pl-london-key01" }, "dataflowKmsKey"],
    [{ dataflowKmsKey: `${keyIn("europe-west2")}/cryptoKeyVersions/1` }, "dataflowKmsKey"],
    [{ keyProject: "bank/keys" }, "keyProject"],
    [{ stagingLocation: "da_streaming_pipeline/stage" }, "stagingLocation"],
    [{ stagingLocation: "gs://bucket" }, "stagingLocation"],
    [{ tempLocation: "gs://UPPER/temp" }, "tempLocation"],
    [{ source: { kind: "topic", topic: "str-pl-pubsub-topic" } }, "topic"],
    [{ source: { kind: "topic", topic: "projects/bank/topics/1st" } }, "topic"],
    [{ source: { kind: "subscription", subscription: "projects/bank/topics/name" } }, "subscription"],
    [{ deadLetterTopic: "projects/bank/topics/" }, "deadLetterTopic"],
    [{ table: { project: "bank", dataset: "a-b", table: "t" } }, "dataset"],
    [{ table: { project: "bank", dataset: "a", table: "t.u" } }, "table"],
    [{ workerImage: "europe-west2-docker.pkg.dev/bank/worker:" }, "workerImage"],
    [{ pythonImage: "https://europe-west2-docker.pkg.dev/bank/python" }, "pythonImage"],
    [{ pythonImage: "bank/python@sha256:12" }, "pythonImage"],
    [{ network: "a network" }, "network"],
    [{ subnetwork: "str-pl-london" }, "subnetwork"],
    [{ serviceAccount: "somebody@example.com" }, "serviceAccount"],
    [{ jobName: "Str-Pl" }, "jobName"],
    [{ jobName: "str-pl-" }, "jobName"],
    [{ labels: { Team: "payments" } }, "labels"],
    [{ labels: { team: "Payments" } }, "labels"],
    [{ labels: { team: "x".repeat(64) } }, "labels"],
    [{ labels: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`label-${at}`, ""])) }, "labels"],
  ];
  for (const [given, setting] of malformed) {
    it(`for a malformed name: ${JSON.stringify(given).slice(0, 100)}`, () =>
      assert.throws(() => london(given), refused("malformed", setting)));
  }

  it("for a malformed project", () =>
    assert.throws(() => deploymentOf("london", "a b", {}, "1"), refused("malformed", "project")));

  it("for a worker region beside a worker zone", () =>
    assert.throws(
      () => london({ workerRegion: "europe-west2", workerZone: "europe-west2-b" }),
      refused("contradictory", "workerZone"),
    ));

  it("for a profile that is not known, whatever it is called", () => {
    for (const name of ["paris", "toString", ""]) {
      assert.throws(() => deploymentOf(name, "bank", {}, "1"), refused("unknown_profile", "profile"));
    }
  });

  it("without repeating a job name or a label", () => {
    for (const given of [{ jobName: "jane@example.com" }, { labels: { owner: "jane@example.com" } }]) {
      assert.throws(
        () => london(given),
        (error: Error) => !error.message.includes("jane"),
      );
    }
  });
});

describe("names", () => {
  it("tell regions from other locations", () => {
    for (const region of ["europe-west2", "us-central1", "northamerica-northeast1"]) assert.ok(isRegion(region));
    for (const other of ["global", "europe", "us", "eur4", "nam-eur-asia1", "EU", "europe-west2-b"]) {
      assert.ok(!isRegion(other), other);
    }
  });

  it("of images tell host, location and version", () => {
    const digest = `sha256:${"0a".repeat(32)}`;
    assert.deepEqual(parseImage(`europe-west2-docker.pkg.dev/p/r/n:1.0@${digest}`), {
      host: "europe-west2-docker.pkg.dev",
      location: "europe-west2",
      version: digest,
    });
    assert.deepEqual(parseImage("europe-docker.pkg.dev/p/r/n"), { host: "europe-docker.pkg.dev", location: "europe" });
    assert.deepEqual(parseImage("gcr.io/p/n:a"), { host: "gcr.io", version: "a" });
    assert.deepEqual(parseImage("apache/beam_python3.13_sdk:2.77.0"), { host: "docker.io", version: "2.77.0" });
    assert.deepEqual(parseImage("localhost:5000/n"), { host: "localhost:5000" });
  });

  it("of subnetworks tell the region in each of their forms", () => {
    for (const before of ["", "projects/host/", "https://www.googleapis.com/compute/v1/projects/host/"]) {
      assert.equal(regionOfSubnetwork(`${before}regions/europe-west2/subnetworks/s`), "europe-west2");
    }
  });
});
