/** The stand-in of the Dataflow service: what it keeps, what it answers, what it refuses. */
import assert from "node:assert/strict";
import { type DataflowStandIn, startDataflow } from "./service";

const SENT = {
  name: "str-pl",
  type: 2,
  labels: { team: "cards" },
  environment: {
    serviceKmsKeyName: "projects/p/locations/europe-west2/keyRings/r/cryptoKeys/k",
    workerPools: [{ kind: "local", ipConfiguration: 2, autoscalingSettings: { algorithm: 1, maxNumWorkers: 3 } }],
    sdkPipelineOptions: { options: { anything: [1, "two"] } },
  },
};

describe("the Dataflow stand-in", () => {
  let service: DataflowStandIn;
  beforeEach(async () => {
    service = await startDataflow();
  });
  afterEach(() => service.stop());

  // biome-ignore lint/suspicious/noExplicitAny: whatever the service answers
  type Answer = { status: number; body: any };
  async function call(method: string, path: string, body?: object | string): Promise<Answer> {
    const sent = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${service.endpoint}/v1b3/projects/p/locations/europe-west2/jobs${path}`, {
      method,
      ...(sent !== undefined && { body: sent }),
    });
    return { status: answer.status, body: await answer.json() };
  }
  const create = async (job: object = SENT) => (await call("POST", "", job)).body;

  async function isRefused(answer: Promise<Answer>, code: number, status: string): Promise<string> {
    const { status: is, body } = await answer;
    assert.deepEqual([is, body.error.code, body.error.status], [code, code, status]);
    return body.error.message;
  }

  it("keeps a job as it is asked for, with its enumerations by name, and says where and since when it runs", async () => {
    const job = await create();
    assert.deepEqual(
      [job.projectId, job.location, job.currentState, job.type],
      ["p", "europe-west2", "JOB_STATE_RUNNING", "JOB_TYPE_STREAMING"],
    );
    assert.match(job.id, /^\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d{19}$/);
    assert.ok(Date.parse(job.createTime) <= Date.now());
    const [pool] = job.environment.workerPools;
    assert.deepEqual(
      [pool.ipConfiguration, pool.autoscalingSettings],
      ["WORKER_IP_PRIVATE", { algorithm: "AUTOSCALING_ALGORITHM_NONE", maxNumWorkers: 3 }],
    );
    assert.deepEqual(job.environment.sdkPipelineOptions, SENT.environment.sdkPipelineOptions);
  });

  it("records every request as it was sent", async () => {
    await create();
    await call("GET", "?name=str-pl&filter=ACTIVE");
    await call("GET", "/nowhere/else");
    const path = "/v1b3/projects/p/locations/europe-west2/jobs";
    assert.deepEqual(
      service.requests.map(({ method, path, query, body }) => [method, path, String(query), body]),
      [
        ["POST", path, "", SENT],
        ["GET", path, "name=str-pl&filter=ACTIVE", undefined],
        ["GET", `${path}/nowhere/else`, "", undefined],
      ],
    );
  });

  it("shows as much of a job as the view asks for", async () => {
    const { id } = await create();
    assert.equal((await call("GET", `/${id}`)).body.environment, undefined);
    assert.equal((await call("GET", `/${id}?view=JOB_VIEW_SUMMARY`)).body.labels, undefined);
    const { body } = await call("GET", `/${id}?view=JOB_VIEW_ALL`);
    assert.equal(body.environment.serviceKmsKeyName, SENT.environment.serviceKmsKeyName);
    assert.deepEqual(body.labels, SENT.labels);
  });

  it("lists jobs by name and by whether they run, page by page", async () => {
    const first = await create();
    const second = await create({ ...SENT, name: "other" });
    const ids = async (query: string) => (await call("GET", query)).body.jobs?.map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids("?filter=ACTIVE&name=other"), [second.id]);
    assert.deepEqual(await ids("?filter=TERMINATED"), undefined);
    service.jobs.set(first.id, { currentState: "JOB_STATE_FAILED" });
    assert.deepEqual(await ids("?filter=TERMINATED"), [first.id]);
    const page = (await call("GET", "?pageSize=1")).body;
    assert.deepEqual(await ids(`?pageSize=1&pageToken=${page.nextPageToken}`), [second.id]);
  });

  it("knows no job of another project or region", async () => {
    const { id } = await create();
    for (const place of ["q/locations/europe-west2", "p/locations/europe-west1"]) {
      assert.equal((await fetch(`${service.endpoint}/v1b3/projects/${place}/jobs/${id}`)).status, 404);
    }
  });

  it("drains and cancels a running job, and no other", async () => {
    const [drained, cancelled] = [await create(), await create({ ...SENT, name: "other" })];
    const ask = (id: string, requestedState: string) => call("PUT", `/${id}`, { requestedState });
    assert.equal((await ask(drained.id, "JOB_STATE_DRAINED")).body.currentState, "JOB_STATE_DRAINING");
    assert.equal((await ask(cancelled.id, "JOB_STATE_CANCELLED")).body.currentState, "JOB_STATE_CANCELLED");
    await isRefused(ask(cancelled.id, "JOB_STATE_DRAINED"), 400, "FAILED_PRECONDITION");
    await isRefused(ask(drained.id, "JOB_STATE_RUNNING"), 400, "INVALID_ARGUMENT");
    await isRefused(ask("2026-01-01_00_00_00-1", "JOB_STATE_DRAINED"), 404, "NOT_FOUND");
  });

  it("lets a job take the place of the running one of its name when it names it, and not otherwise", async () => {
    const old = await create();
    await isRefused(call("POST", "", SENT), 409, "ALREADY_EXISTS");
    await isRefused(call("POST", "", { ...SENT, name: "other", replaceJobId: "nobody" }), 404, "NOT_FOUND");
    const next = await create({ ...SENT, replaceJobId: old.id });
    assert.equal(next.replaceJobId, old.id);
    assert.equal(
      service.jobs.get({ project: "p", location: "europe-west2" }, old.id).currentState,
      "JOB_STATE_UPDATED",
    );
  });

  it("passes on what a job has said, from a time and of an importance on", async () => {
    const { id } = await create();
    const said = (seconds: number, importance: string) => ({
      time: `2026-01-01T00:00:0${seconds}Z`,
      messageText: `at ${seconds}`,
      messageImportance: `JOB_MESSAGE_${importance}`,
    });
    service.messages.push(said(1, "BASIC"), said(2, "DEBUG"), said(3, "ERROR"));
    const texts = async (query: string) =>
      (await call("GET", `/${id}/messages?${query}`)).body.jobMessages.map(
        (one: { messageText: string }) => one.messageText,
      );
    assert.deepEqual(await texts(""), ["at 1", "at 2", "at 3"]);
    assert.deepEqual(await texts("minimumImportance=JOB_MESSAGE_BASIC"), ["at 1", "at 3"]);
    assert.deepEqual(await texts("startTime=2026-01-01T00:00:02Z"), ["at 2", "at 3"]);
    await isRefused(call("GET", "/nobody/messages"), 404, "NOT_FOUND");
  });

  it("answers with another job than the one that was asked for, when it is told to", async () => {
    const { id } = await create();
    service.changed = ({ environment: _, ...job }) => ({ ...job, location: "us-central1" });
    const { body } = await call("GET", `/${id}?view=JOB_VIEW_ALL`);
    assert.deepEqual([body.location, body.environment], ["us-central1", undefined]);
  });

  describe("refuses", () => {
    const pool = (fields: object) => ({ ...SENT, environment: { workerPools: [fields] } });
    const unknown: Record<string, [sent: object, path: string]> = {
      "a field that no job has": [{ ...SENT, colour: "red" }, "job"],
      "a field that only the service sets": [{ ...SENT, currentState: "JOB_STATE_DONE" }, "job"],
      "a field that no environment has": [{ ...SENT, environment: { kmsKey: "k" } }, "job.environment"],
      "a field that no worker pool has": [pool({ sub_network: "s" }), "job.environment.workerPools[0]"],
      "a name that an enumeration has not": [
        pool({ ipConfiguration: "PRIVATE" }),
        "job.environment.workerPools[0].ipConfiguration",
      ],
      "a number that an enumeration has not": [{ ...SENT, type: 7 }, "job.type"],
    };
    for (const [what, [sent, path]] of Object.entries(unknown)) {
      it(what, async () => {
        const message = await isRefused(call("POST", "", sent), 400, "INVALID_ARGUMENT");
        assert.ok(message.includes(`at '${path}'`), message);
        assert.deepEqual(service.jobs.all, []);
      });
    }

    it("a body that is no JSON", async () => {
      await isRefused(call("POST", "", "{"), 400, "INVALID_ARGUMENT");
    });

    it("a name that Dataflow takes for no job", async () => {
      await isRefused(call("POST", "", { ...SENT, name: "Str Pl" }), 400, "INVALID_ARGUMENT");
    });

    it("methods and addresses that it does not know", async () => {
      await isRefused(call("DELETE", ""), 404, "NOT_FOUND");
      await isRefused(call("POST", "/x/messages", {}), 404, "NOT_FOUND");
      await isRefused(call("GET", "/x/metrics"), 404, "NOT_FOUND");
    });
  });
});
