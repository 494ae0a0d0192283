/** The calls that are made of Dataflow's REST API. */
import assert from "node:assert/strict";
import type { Call } from "../../../pipeline/dataflow/google";
import { DataflowService } from "../../../pipeline/dataflow/service";

type Answers = Readonly<Record<string, unknown>>;

/** Answers by method and address, and keeps what was asked. */
function serviceWith(answers: Answers, at: { project?: string; endpoint?: string } = {}) {
  const asked: string[] = [];
  const call: Call = async (method, url, body) => {
    asked.push(`${method} ${url}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`);
    const found = Object.entries(answers).find(([start]) => url.includes(start));
    return found?.[1] ?? {};
  };
  return { asked, service: new DataflowService(call, { project: "my-project", region: "europe-west2", ...at }) };
}
const JOBS = "https://dataflow.googleapis.com/v1b3/projects/my-project/locations/europe-west2/jobs";

describe("the Dataflow service", () => {
  it("is asked for everything of a job, at the job's regional address", async () => {
    const { asked, service } = serviceWith({ "/jobs/j1": { id: "j1" } });
    assert.deepEqual(await service.job("j1"), { id: "j1" });
    assert.deepEqual(asked, [`GET ${JOBS}/j1?view=JOB_VIEW_ALL`]);
  });

  it("may be elsewhere, with or without its scheme and slashes", async () => {
    for (const [endpoint, root] of [
      ["http://localhost:9999", "http://localhost:9999"],
      ["http://localhost:9999//", "http://localhost:9999"],
      ["dataflow.europe-west2.rep.googleapis.com", "https://dataflow.europe-west2.rep.googleapis.com"],
    ] as const) {
      const { asked, service } = serviceWith({}, { endpoint });
      await service.job("j");
      assert.ok(asked[0]!.startsWith(`GET ${root}/v1b3/projects/`), asked[0]);
    }
  });

  it("is asked for a project with a domain in one piece", async () => {
    const { asked, service } = serviceWith({}, { project: "example.com:p" });
    await service.job("j");
    assert.match(asked[0]!, /\/projects\/example\.com%3Ap\/locations\//);
  });

  it("finds the running job of a name on whatever page it is, and no job of a longer name", async () => {
    const first = { jobs: [{ id: "1", name: "str-pl-2" }], nextPageToken: "two" };
    const answers = { "pageToken=two": { jobs: [{ id: "2", name: "str-pl" }] }, "filter=ACTIVE": first };
    const { asked, service } = serviceWith(answers);
    assert.equal((await service.running("str-pl"))?.id, "2");
    assert.deepEqual(asked, [
      `GET ${JOBS}?filter=ACTIVE&name=str-pl`,
      `GET ${JOBS}?filter=ACTIVE&name=str-pl&pageToken=two`,
    ]);
  });

  it("finds no job where none runs", async () => {
    assert.equal(await serviceWith({}).service.running("str-pl"), undefined);
  });

  it("is told to drain and to cancel", async () => {
    const { asked, service } = serviceWith({});
    await service.end("j", "drain");
    await service.end("j", "cancel");
    assert.deepEqual(asked, [
      `PUT ${JOBS}/j {"requestedState":"JOB_STATE_DRAINED"}`,
      `PUT ${JOBS}/j {"requestedState":"JOB_STATE_CANCELLED"}`,
    ]);
  });

  it("gives the messages of all pages, from a time on", async () => {
    const answers = {
      "pageToken=two": { jobMessages: [{ id: "b" }] },
      "/messages": { jobMessages: [{ id: "a" }], nextPageToken: "two" },
    };
    const { asked, service } = serviceWith(answers);
    assert.deepEqual(await service.messages("j", "2026-01-01T00:00:00Z"), [{ id: "a" }, { id: "b" }]);
    assert.equal(
      asked[0],
      `GET ${JOBS}/j/messages?minimumImportance=JOB_MESSAGE_BASIC&startTime=2026-01-01T00%3A00%3A00Z`,
    );
  });
});
