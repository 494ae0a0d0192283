/** A job is followed until it has ended. */
import assert from "node:assert/strict";
import { follow } from "../../../pipeline/dataflow/follow";
import type { DataflowService, JobMessage } from "../../../pipeline/dataflow/service";
import { createLog } from "../../../pipeline/log";

/** A job whose states and messages come one poll after the other. */
function jobOf(polls: readonly (readonly [state: string, ...messages: JobMessage[]])[]) {
  let poll = -1;
  const since: (string | undefined)[] = [];
  const service = {
    job: async () => ({ currentState: polls[++poll]![0] }),
    messages: async (_id: string, startTime: string | undefined) => {
      since.push(startTime);
      return polls[poll]!.slice(1);
    },
  };
  return { since, service: service as unknown as DataflowService };
}

const message = (id: string, importance = "BASIC"): JobMessage => ({
  id,
  time: `2026-01-01T00:00:0${id}Z`,
  messageText: `text ${id}`,
  messageImportance: `JOB_MESSAGE_${importance}`,
});

describe("a job that is waited for", () => {
  let lines: string[];
  const log = () => createLog("info", (line) => lines.push(line.replace(/^\S+ /, "").trim()));
  beforeEach(() => {
    lines = [];
  });

  it("has each of its messages passed on once, and its last state told", async () => {
    const { service, since } = jobOf([
      ["JOB_STATE_RUNNING", message("1")],
      ["JOB_STATE_RUNNING", message("1"), message("2", "WARNING")],
      ["JOB_STATE_DRAINED", message("2", "WARNING"), message("3", "ERROR")],
    ]);
    assert.equal(await follow(service, "j", log(), new AbortController().signal, 1), "JOB_STATE_DRAINED");
    assert.deepEqual(lines, ["INFO dataflow: text 1", "WARN dataflow: text 2", "ERROR dataflow: text 3"]);
    assert.deepEqual(since, [undefined, "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"]);
  });

  for (const state of ["DONE", "FAILED", "CANCELLED", "UPDATED", "DRAINED"]) {
    it(`has ended when it is ${state}`, async () => {
      const { service } = jobOf([["JOB_STATE_DRAINING"], [`JOB_STATE_${state}`]]);
      assert.equal(await follow(service, "j", log(), new AbortController().signal, 1), `JOB_STATE_${state}`);
    });
  }

  it("is left where we are told to stop, also in the middle of a pause", async () => {
    const { service } = jobOf([["JOB_STATE_RUNNING"], ["JOB_STATE_RUNNING"]]);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    assert.equal(await follow(service, "j", log(), stop.signal, 600_000), "JOB_STATE_RUNNING");
  });
});
