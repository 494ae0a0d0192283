/** What Google refuses, the fake cloud refuses: each once, in Google's words. */
import assert from "node:assert/strict";
import { agentsOf, type Answer, APIS, call, fakeCloudFor, grant, makeAgents, makeKey, REGION } from "./client";
import type { FakeCloud } from "./cloud";

describe("the fake cloud refuses", () => {
  let cloud: FakeCloud;
  let [project, key, topic]: string[] = [];
  beforeEach(async function () {
    cloud = await fakeCloudFor(this, { enabled: APIS });
    project = cloud.project;
    topic = `/pubsub/v1/projects/${project}/topics/topic`;
    await makeAgents(cloud);
    key = await makeKey(cloud);
  });
  afterEach(() => cloud?.stop());

  const send = (method: string, path: string, body?: object, headers?: Record<string, string>) =>
    call(cloud, method, path, body, { headers });

  function isRefused({ status, body }: Answer, code: number, name: string, words: RegExp): void {
    assert.deepEqual([status, body.error?.code, body.error?.status], [code, code, name], JSON.stringify(body));
    assert.match(body.error.message, words);
  }
  function isTaken({ status, body }: Answer): void {
    assert.ok(status === 200 || status === 204, JSON.stringify(body));
  }

  /** Everything that can be made under a key, by the agents that need it. */
  const UNDER_A_KEY: Record<
    string,
    {
      readonly agents: readonly (keyof ReturnType<typeof agentsOf>)[];
      make(key: string): Promise<Answer>;
      readonly status?: string;
    }
  > = {
    "a topic": { agents: ["pubsub"], make: (kmsKeyName) => send("PUT", topic!, { kmsKeyName }) },
    "a dataset": {
      agents: ["bigquery"],
      make: (kmsKeyName) =>
        send("POST", `/bigquery/v2/projects/${project}/datasets`, {
          datasetReference: { datasetId: "d", projectId: project },
          location: REGION,
          defaultEncryptionConfiguration: { kmsKeyName },
        }),
    },
    "a bucket": {
      agents: ["storage"],
      make: (defaultKmsKeyName) =>
        send("POST", `/storage/v1/b?project=${project}`, {
          name: "bucket",
          location: REGION,
          encryption: { defaultKmsKeyName },
        }),
    },
    "a repository": {
      agents: ["artifacts"],
      status: "FAILED_PRECONDITION",
      make: (kmsKeyName) =>
        send("POST", `/artifactregistry/v1/projects/${project}/locations/${REGION}/repositories?repositoryId=repo`, {
          format: "DOCKER",
          kmsKeyName,
        }),
    },
    "a log bucket": {
      agents: ["logging"],
      make: (kmsKeyName) =>
        send("POST", `/logging/v2/projects/${project}/locations/${REGION}/buckets?bucketId=logs`, {
          cmekSettings: { kmsKeyName },
        }),
    },
    "a job": {
      agents: ["dataflow", "compute"],
      make: (serviceKmsKeyName) =>
        send("POST", `/dataflow/v1b3/projects/${project}/locations/${REGION}/jobs`, {
          name: "job",
          environment: { serviceKmsKeyName },
        }),
    },
  };
  for (const [what, { agents, make, status = "PERMISSION_DENIED" }] of Object.entries(UNDER_A_KEY)) {
    const code = status === "PERMISSION_DENIED" ? 403 : 400;

    it(`${what} under a key that its service agent may not use`, async () => {
      const others = Object.entries(agentsOf(cloud)).filter(([name]) => name !== agents.at(-1));
      isTaken(await grant(cloud, key!, ...others.map(([, email]) => email)));
      isRefused(await make(key!), code, status, /KMS|cloudkms/);
      isTaken(await grant(cloud, key!, ...agents.map((agent) => agentsOf(cloud)[agent])));
      isTaken(await make(key!));
    });

    it(`${what} under a key that is not there, or is disabled`, async () => {
      isTaken(await grant(cloud, key!, ...Object.values(agentsOf(cloud))));
      isRefused(await make(`${key}2`), code, status, /KMS|cloudkms/);
      isRefused(await make("k"), 400, "INVALID_ARGUMENT", /key name k/);
      isTaken(await send("PATCH", `/cloudkms/v1/${key}/cryptoKeyVersions/1?updateMask=state`, { state: "DISABLED" }));
      isRefused(await make(key!), 400, "FAILED_PRECONDITION", /is not enabled, current state is: DISABLED/);
    });

    if (what !== "a topic") {
      it(`${what} under a key that lies elsewhere`, async () => {
        for (const location of ["europe-west1", "global"]) {
          const other = await makeKey(cloud, location);
          isTaken(await grant(cloud, other, ...Object.values(agentsOf(cloud))));
          isRefused(await make(other), 400, "INVALID_ARGUMENT", /location|must be in/);
        }
      });
    }
  }

  it("a multi-region's key for a region, and takes it for the multi-region", async () => {
    const europe = await makeKey(cloud, "europe");
    isTaken(await grant(cloud, europe, ...Object.values(agentsOf(cloud))));
    const make = (location: string) =>
      send("POST", `/storage/v1/b?project=${project}`, {
        name: "bucket",
        location,
        encryption: { defaultKmsKeyName: europe },
      });
    isRefused(await make(REGION), 400, "INVALID_ARGUMENT", /location/);
    isTaken(await make("EU"));
  });

  it("a grant to a service agent that has not come to exist", async () => {
    isRefused(
      await grant(cloud, key!, "service-1@gcp-sa-pubsub.iam.gserviceaccount.com"),
      400,
      "INVALID_ARGUMENT",
      /does not exist/,
    );
  });

  it("a grant of a role that is none, or to a member of no kind", async () => {
    const set = (role: string, member: string) =>
      send("POST", `/cloudresourcemanager/v1/projects/${project}:setIamPolicy`, {
        policy: { bindings: [{ role, members: [member] }] },
      });
    isRefused(await set("roles/pubsub.nobody", "user:a@example.com"), 400, "INVALID_ARGUMENT", /Role/);
    isRefused(await set("roles/pubsub.viewer", "a@example.com"), 400, "INVALID_ARGUMENT", /unknown type/);
  });

  it("a policy that is written over one that was not read", async () => {
    isTaken(await send("PUT", topic!, {}));
    const { body: policy } = await send("GET", `${topic}:getIamPolicy`);
    const bindings = [{ role: "roles/pubsub.viewer", members: ["user:a@example.com"] }];
    isTaken(await send("POST", `${topic}:setIamPolicy`, { policy: { ...policy, bindings } }));
    isRefused(
      await send("POST", `${topic}:setIamPolicy`, { policy: { ...policy, bindings: [] } }),
      409,
      "ABORTED",
      /concurrent policy changes/,
    );
  });

  it("an API that is not on", async () => {
    const service = `/serviceusage/v1/projects/${project}/services/pubsub.googleapis.com`;
    isTaken(await send("POST", `${service}:disable`, {}));
    const answer = await send("PUT", topic!, {});
    isRefused(answer, 403, "PERMISSION_DENIED", /has not been used in project \d+ before or it is disabled/);
    assert.equal(answer.body.error.details[0].reason, "SERVICE_DISABLED");
    isTaken(await send("POST", `${service}:enable`, {}));
    isTaken(await send("PUT", topic!, {}));
  });

  it("a service that it does not know, a project that it does not know, and a token that it does not know", async () => {
    const services = `/serviceusage/v1/projects/${project}/services`;
    isRefused(
      await send("POST", `${services}:batchEnable`, { serviceIds: ["pubsubs.googleapis.com"] }),
      403,
      "PERMISSION_DENIED",
      /pubsubs/,
    );
    isRefused(await send("GET", "/cloudresourcemanager/v1/projects/other"), 403, "PERMISSION_DENIED", /other/);
    isRefused(await call(cloud, "GET", topic!, undefined, { token: "x" }), 401, "UNAUTHENTICATED", /credentials/);
  });

  it("what is there already", async () => {
    const ring = `/cloudkms/v1/projects/${project}/locations/${REGION}/keyRings`;
    isRefused(await send("POST", `${ring}?keyRingId=r`, {}), 409, "ALREADY_EXISTS", /already exists/);
    isRefused(
      await send("POST", `${ring}/r/cryptoKeys?cryptoKeyId=k`, { purpose: "ENCRYPT_DECRYPT" }),
      409,
      "ALREADY_EXISTS",
      /already exists/,
    );
    isTaken(await send("PUT", topic!, {}));
    isRefused(await send("PUT", topic!, {}), 409, "ALREADY_EXISTS", /already exists/);
    const dataset = { datasetReference: { datasetId: "d", projectId: project } };
    isTaken(await send("POST", `/bigquery/v2/projects/${project}/datasets`, dataset));
    const again = await send("POST", `/bigquery/v2/projects/${project}/datasets`, dataset);
    isRefused(again, 409, "ALREADY_EXISTS", /Already Exists/);
    assert.equal(again.body.error.errors[0].reason, "duplicate");
  });

  it("what lies in nothing", async () => {
    const missing = (answer: Answer) => isRefused(answer, 404, "NOT_FOUND", /not found|does not exist/i);
    const keys = `/cloudkms/v1/projects/${project}/locations/${REGION}/keyRings/none/cryptoKeys`;
    missing(await send("POST", `${keys}?cryptoKeyId=k`, { purpose: "ENCRYPT_DECRYPT" }));
    missing(
      await send("PUT", `/pubsub/v1/projects/${project}/subscriptions/subscription`, {
        topic: topic!.slice("/pubsub/v1/".length),
      }),
    );
    missing(
      await send("POST", `/bigquery/v2/projects/${project}/datasets/none/tables`, { tableReference: { tableId: "t" } }),
    );
    const subnet = { name: "s", ipCidrRange: "10.0.0.0/24", network: `projects/${project}/global/networks/none` };
    missing(await send("POST", `/compute/v1/projects/${project}/regions/${REGION}/subnetworks`, subnet));
    const destination = `logging.googleapis.com/projects/${project}/locations/${REGION}/buckets/none`;
    missing(await send("POST", `/logging/v2/projects/${project}/sinks`, { name: "sink", destination }));
  });

  it("what can never change", async () => {
    const refused = (answer: Answer) =>
      isRefused(answer, 400, "INVALID_ARGUMENT", /cannot be|Cannot|not a known or mutable/);
    isTaken(await send("PUT", topic!, {}));
    refused(await send("PATCH", topic!, { topic: { kmsKeyName: key }, updateMask: "kmsKeyName" }));
    refused(
      await send("PATCH", `/cloudkms/v1/${key}?updateMask=destroyScheduledDuration`, {
        destroyScheduledDuration: "86400s",
      }),
    );
    isTaken(await send("POST", `/storage/v1/b?project=${project}`, { name: "bucket", location: REGION }));
    refused(await send("PATCH", "/storage/v1/b/bucket", { location: "EU" }));
    const datasets = `/bigquery/v2/projects/${project}/datasets`;
    isTaken(await send("POST", datasets, { datasetReference: { datasetId: "d" }, location: REGION }));
    refused(await send("PATCH", `${datasets}/d`, { location: "EU" }));
    const timePartitioning = { type: "DAY" };
    isTaken(await send("POST", `${datasets}/d/tables`, { tableReference: { tableId: "t" }, timePartitioning }));
    refused(await send("PATCH", `${datasets}/d/tables/t`, { timePartitioning: { type: "HOUR" } }));
  });

  it("a column that is taken away, retyped, or new and required", async () => {
    const datasets = `/bigquery/v2/projects/${project}/datasets`;
    const schema = (...fields: object[]) => ({ tableReference: { tableId: "t" }, schema: { fields } });
    const id = { name: "id", type: "INT64" };
    isTaken(await send("POST", datasets, { datasetReference: { datasetId: "d" } }));
    isTaken(await send("POST", `${datasets}/d/tables`, schema(id)));
    for (const fields of [[], [{ ...id, type: "STRING" }], [id, { name: "x", type: "DATE", mode: "REQUIRED" }]]) {
      isRefused(
        await send("PATCH", `${datasets}/d/tables/t`, schema(...fields)),
        400,
        "INVALID_ARGUMENT",
        /does not match Table/,
      );
    }
    isTaken(await send("PATCH", `${datasets}/d/tables/t`, schema(id, { name: "x", type: "DATE" })));
  });

  it("what is still in use", async () => {
    const datasets = `/bigquery/v2/projects/${project}/datasets`;
    isTaken(await send("POST", datasets, { datasetReference: { datasetId: "d" } }));
    isTaken(await send("POST", `${datasets}/d/tables`, { tableReference: { tableId: "t" } }));
    isRefused(await send("DELETE", `${datasets}/d`), 400, "INVALID_ARGUMENT", /still in use/);
    const global = `/compute/v1/projects/${project}/global`;
    isTaken(await send("POST", `${global}/networks`, { name: "n", autoCreateSubnetworks: false }));
    isTaken(await send("POST", `${global}/firewalls`, { name: "f", network: `projects/${project}/global/networks/n` }));
    isRefused(await send("DELETE", `${global}/networks/n`), 400, "FAILED_PRECONDITION", /already being used/);
  });

  it("names that no such thing can have", async () => {
    const invalid = (answer: Answer) => isRefused(answer, 400, "INVALID_ARGUMENT", /[Ii]nvalid|must/);
    invalid(await send("POST", `/cloudkms/v1/projects/${project}/locations/${REGION}/keyRings?keyRingId=a%20b`, {}));
    invalid(await send("PUT", `/pubsub/v1/projects/${project}/topics/1topic`, {}));
    invalid(
      await send("POST", `/bigquery/v2/projects/${project}/datasets`, { datasetReference: { datasetId: "d-1" } }),
    );
    invalid(await send("POST", `/storage/v1/b?project=${project}`, { name: "Bucket" }));
    invalid(await send("POST", `/iam/v1/projects/${project}/serviceAccounts`, { accountId: "w" }));
    invalid(
      await send("POST", `/compute/v1/projects/${project}/global/networks`, {
        name: "N",
        autoCreateSubnetworks: false,
      }),
    );
  });

  it("fields and values that Google has not", async () => {
    isRefused(await send("PUT", topic!, { kmsKey: key }), 400, "INVALID_ARGUMENT", /body\.kmsKey/);
    const keys = `/cloudkms/v1/projects/${project}/locations/${REGION}/keyRings/r/cryptoKeys?cryptoKeyId=k2`;
    isRefused(await send("POST", keys, { purpose: "ENCRYPT" }), 400, "INVALID_ARGUMENT", /body\.purpose/);
  });

  it("to encrypt, to publish and to query where the key is disabled", async () => {
    isTaken(await grant(cloud, key!, ...Object.values(agentsOf(cloud))));
    isTaken(await send("PUT", topic!, { kmsKeyName: key }));
    await UNDER_A_KEY["a dataset"]!.make(key!);
    isTaken(
      await send("POST", `/bigquery/v2/projects/${project}/datasets/d/tables`, { tableReference: { tableId: "t" } }),
    );
    const uses = [
      () => send("POST", `/cloudkms/v1/${key}:encrypt`, { plaintext: "aGk=" }),
      () => send("POST", `${topic}:publish`, { messages: [{ data: "aGk=" }] }),
      () =>
        send("POST", `/bigquery/v2/projects/${project}/jobs`, {
          configuration: { query: { query: "select * from d.t" } },
        }),
    ];
    for (const use of uses) isTaken(await use());
    const version = `/cloudkms/v1/${key}/cryptoKeyVersions/1`;
    isTaken(await send("PATCH", `${version}?updateMask=state`, { state: "DISABLED" }));
    for (const use of uses) isRefused(await use(), 400, "FAILED_PRECONDITION", /current state is: DISABLED/);
    isTaken(await send("POST", `${version}:destroy`, {}));
    isRefused(
      await send("PATCH", `${version}?updateMask=state`, { state: "ENABLED" }),
      400,
      "FAILED_PRECONDITION",
      /DESTROY_SCHEDULED/,
    );
    isTaken(await send("POST", `${version}:restore`, {}));
    isTaken(await send("PATCH", `${version}?updateMask=state`, { state: "ENABLED" }));
    for (const use of uses) isTaken(await use());
  });

  it("a running job its key: it ends where the key is disabled or the grant is gone, for good", async () => {
    const jobs = `/dataflow/v1b3/projects/${project}/locations/${REGION}/jobs`;
    const environment = { serviceKmsKeyName: key };
    const agents = Object.values(agentsOf(cloud));
    isTaken(await grant(cloud, key!, ...agents));
    const [first, second] = [
      await send("POST", jobs, { name: "first", environment }),
      await send("POST", jobs, { name: "second" }),
    ];
    isTaken(first);
    isTaken(second);
    isTaken(await grant(cloud, key!));
    isTaken(await grant(cloud, key!, ...agents));
    const state = async ({ body: { id } }: Answer) => (await send("GET", `${jobs}/${id}`)).body.currentState;
    assert.equal(await state(first), "JOB_STATE_RUNNING");
    isTaken(await grant(cloud, key!));
    assert.deepEqual([await state(first), await state(second)], ["JOB_STATE_CANCELLED", "JOB_STATE_RUNNING"]);
    isTaken(await grant(cloud, key!, ...agents));
    assert.equal(await state(first), "JOB_STATE_CANCELLED");
  });
});
