/** Who may call, what goes wrong when it is told to, and what is kept of it. */
import assert from "node:assert/strict";
import { type Answer, APIS, call, fakeCloudFor, grant, makeKey, REGION } from "./client";
import type { FakeCloud } from "./cloud";

describe("the fake cloud", () => {
  let cloud: FakeCloud;
  let [topics, rings]: string[] = [];
  beforeEach(async function () {
    cloud = await fakeCloudFor(this, { enabled: APIS });
    topics = `/pubsub/v1/projects/${cloud.project}/topics`;
    rings = `/cloudkms/v1/projects/${cloud.project}/locations/${REGION}/keyRings`;
  });
  afterEach(() => cloud?.stop());
  const statusOf = async (answer: Promise<Answer>) => (await answer).body.error?.status ?? "OK";
  const send = (method: string, path: string, body?: object) => call(cloud, method, path, body);

  describe("lets callers do what their roles hold and no more:", () => {
    const as = (caller: Parameters<FakeCloud["as"]>[0]) => ({ token: cloud.as(caller).CLOUDSDK_AUTH_ACCESS_TOKEN! });
    const make = (who: { token: string }) => statusOf(call(cloud, "PUT", `${topics}/topic`, {}, who));
    const list = (who: { token: string }) => statusOf(call(cloud, "GET", topics!, undefined, who));

    it("a viewer reads and does not write", async () => {
      const who = as({ roles: ["roles/viewer"] });
      assert.deepEqual([await list(who), await make(who)], ["OK", "PERMISSION_DENIED"]);
    });
    it("an administrator of one API has no other", async () => {
      const who = as({ roles: ["roles/pubsub.admin"] });
      const ring = call(cloud, "POST", `${rings}?keyRingId=r`, {}, who);
      assert.deepEqual([await list(who), await make(who), await statusOf(ring)], ["OK", "OK", "PERMISSION_DENIED"]);
      assert.match((await ring).body.error.message, /Permission 'cloudkms\.keyRings\.create' denied on resource/);
    });
    it("an administrator of keys does not use them", async () => {
      const key = await makeKey(cloud);
      const who = as({ roles: ["roles/cloudkms.admin"] });
      assert.equal(await statusOf(call(cloud, "GET", `/cloudkms/v1/${key}`, undefined, who)), "OK");
      assert.equal(
        await statusOf(call(cloud, "POST", `/cloudkms/v1/${key}:encrypt`, { plaintext: "" }, who)),
        "PERMISSION_DENIED",
      );
    });
    it("what is granted in the cloud counts, where it is granted", async () => {
      const member = "user:operator@example.com";
      const who = as({ member });
      assert.equal(await make(who), "PERMISSION_DENIED");
      const policy = { bindings: [{ role: "roles/pubsub.viewer", members: [member] }] };
      await send("PUT", `${topics}/topic`, {});
      await send("POST", `${topics}/topic:setIamPolicy`, { policy });
      assert.equal(await list(who), "PERMISSION_DENIED");
      assert.equal(await statusOf(call(cloud, "GET", `${topics}/topic`, undefined, who)), "OK");
      await send("POST", `/cloudresourcemanager/v1/projects/${cloud.project}:setIamPolicy`, { policy });
      assert.equal(await list(who), "OK");
    });
    it("whoever starts a job must be allowed to act as its workers", async () => {
      const accounts = `/iam/v1/projects/${cloud.project}/serviceAccounts`;
      const { body: worker } = await send("POST", accounts, { accountId: "worker" });
      const who = as({ member: "user:operator@example.com", roles: ["roles/dataflow.admin"] });
      const jobs = `/dataflow/v1b3/projects/${cloud.project}/locations/${REGION}/jobs`;
      const job = { name: "job", environment: { serviceAccountEmail: worker.email } };
      assert.equal(await statusOf(call(cloud, "POST", jobs, job, who)), "PERMISSION_DENIED");
      const policy = { bindings: [{ role: "roles/iam.serviceAccountUser", members: ["user:operator@example.com"] }] };
      await send("POST", `${accounts}/${worker.email}:setIamPolicy`, { policy });
      assert.equal(await statusOf(call(cloud, "POST", jobs, job, who)), "OK");
    });
    it("single permissions can be given", async () => {
      const who = as({ permissions: ["pubsub.topics.create"] });
      assert.deepEqual([await list(who), await make(who)], ["PERMISSION_DENIED", "OK"]);
    });
  });

  describe("fails when it is told to:", () => {
    const make = (name = "topic") => send("PUT", `${topics}/${name}`, {});

    it("with 503, as often as is said, for what is meant", async () => {
      cloud.failNext({ match: /^PUT \/pubsub/, times: 2 });
      assert.equal(await statusOf(send("GET", topics!)), "OK");
      assert.deepEqual(
        [await statusOf(make()), await statusOf(make()), await statusOf(make())],
        ["UNAVAILABLE", "UNAVAILABLE", "OK"],
      );
    });
    it("with any status, before the write or after it", async () => {
      cloud.failNext({ match: /pubsub\.projects\.topics\.create/, status: "ABORTED" });
      assert.equal(await statusOf(make("topic1")), "ABORTED");
      cloud.failNext({ status: "RESOURCE_EXHAUSTED", afterTheWrite: true });
      const { status } = await make("topic2");
      assert.equal(status, 429);
      assert.deepEqual(cloud.state.pubsub.topics.names(), [`projects/${cloud.project}/topics/topic2`]);
    });
    it("with an answer that is lost, before the write or after it", async () => {
      cloud.failNext({ lost: true });
      await assert.rejects(make("topic1"));
      cloud.failNext({ lost: true, afterTheWrite: true });
      await assert.rejects(make("topic2"));
      assert.deepEqual(cloud.state.pubsub.topics.names(), [`projects/${cloud.project}/topics/topic2`]);
      assert.deepEqual(cloud.failures.pending, []);
    });
    it("with an answer that is late and true", async () => {
      cloud.failNext({ delay: 10 });
      assert.equal(await statusOf(make()), "OK");
    });
  });

  it("records what it is asked, by whom, and what it answers", async () => {
    await send("PUT", `${topics}/topic`, { labels: { a: "b" } });
    const [request] = cloud.requests;
    const name = `projects/${cloud.project}/topics/topic`;
    assert.deepEqual(
      { ...request, query: String(request!.query) },
      {
        ...{ method: "PUT", url: `/pubsub/v1/${name}`, api: "pubsub", version: "v1", path: `v1/${name}`, query: "" },
        ...{ id: "pubsub.projects.topics.create", body: { labels: { a: "b" } }, who: cloud.token },
        answer: { code: 200, body: { labels: { a: "b" }, name } },
      },
    );
  });

  it("names what Google's discovery documents have not", async () => {
    await send("PUT", `${topics}/topic?colour=red`, { kmsKey: "k" });
    await send("PUT", `${topics}:paint`, {});
    assert.deepEqual(
      cloud.violations().map(({ of, path, what }) => `${of} ${path} ${what}`),
      [
        "request colour is no parameter of this method",
        "request body.kmsKey is no field",
        "request  Google has no such method",
      ],
    );
  });

  it("knows projects by number too, and more than one", async () => {
    cloud.addProject("key-project", "42", ["cloudkms.googleapis.com"]);
    const ring = "/locations/europe-west2/keyRings";
    assert.equal(await statusOf(send("POST", `/cloudkms/v1/projects/42${ring}?keyRingId=r`, {})), "OK");
    assert.equal(await statusOf(send("GET", `/cloudkms/v1/projects/key-project${ring}/r`)), "OK");
    assert.equal((await send("GET", "/cloudresourcemanager/v1/projects/key-project")).body.projectNumber, "42");
  });

  it("gives lists in pages", async () => {
    for (const name of ["one", "two", "three"]) await send("PUT", `${topics}/${name}`, {});
    const first = (await send("GET", `${topics}?pageSize=2`)).body;
    const second = (await send("GET", `${topics}?pageSize=2&pageToken=${first.nextPageToken}`)).body;
    assert.deepEqual([first.topics.length, second.topics.length, second.nextPageToken], [2, 1, undefined]);
  });

  it("decrypts what it has encrypted, with the version that did it", async () => {
    const key = await makeKey(cloud);
    await grant(cloud, key);
    const { body: sealed } = await send("POST", `/cloudkms/v1/${key}:encrypt`, { plaintext: "aGVsbG8=" });
    await send("POST", `/cloudkms/v1/${key}/cryptoKeyVersions`, {});
    await send("POST", `/cloudkms/v1/${key}:updatePrimaryVersion`, { cryptoKeyVersionId: "2" });
    const { body: opened } = await send("POST", `/cloudkms/v1/${key}:decrypt`, { ciphertext: sealed.ciphertext });
    assert.deepEqual([opened.plaintext, opened.usedPrimary ?? false], ["aGVsbG8=", false]);
    assert.equal(
      await statusOf(send("POST", `/cloudkms/v1/${key}:decrypt`, { ciphertext: "AAAA" })),
      "INVALID_ARGUMENT",
    );
  });
});
