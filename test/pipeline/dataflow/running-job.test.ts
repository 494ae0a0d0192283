/** What the real command line does about a job that runs, or does not. */
import assert from "node:assert/strict";
import { PROJECT } from "./every-option";
import { withStandIns } from "./stand-ins";
import { onFirstNode } from "../../support/first-node";

const REAL = ["--project", PROJECT];

describe("a submission to Dataflow", function () {
  const on = withStandIns(this);

  describe("of a name", () => {
    it("that no running job has: an update is refused in one line, before anything is staged", async () => {
      const at = { project: PROJECT, location: "europe-west2" };
      on.dataflow.jobs.add(at, { name: "str-pl", currentState: "JOB_STATE_DRAINED" });
      on.dataflow.jobs.add(at, { name: "str-pl-2" });
      for (const args of [["--update"], ["--drain"]]) {
        const { code, stderr } = await on.submit(...REAL, ...args, "--log_level", "warn");
        assert.equal(code, 2, stderr);
        // Node 22 adds warnings of its own.
        const said = stderr.split("\n").filter((one) => one !== "" && !/^\(node:|^\(Use `node/.test(one));
        assert.equal(said.length, 1, stderr);
        assert.match(said[0]!, /str-pl.*europe-west2/);
      }
      assert.deepEqual([...new Set(on.dataflow.requests.map(({ method }) => method))], ["GET"]);
      assert.deepEqual(await on.staged(), []);
    });

    it("that a running job has: a drain reaches that job alone", async () => {
      const at = { project: PROJECT, location: "europe-west2" };
      const [other, wanted] = ["str-pl-other", "str-pl"].map((name) => on.dataflow.jobs.add(at, { name }));
      const { code, stderr } = await on.submit(...REAL, "--drain");
      assert.equal(code, 0, stderr);
      assert.equal(on.dataflow.jobs.get(at, wanted!.id).currentState, "JOB_STATE_DRAINING");
      assert.equal(on.dataflow.jobs.get(at, other!.id).currentState, "JOB_STATE_RUNNING");
      assert.deepEqual(on.dataflow.requests.at(-1)!.body, { requestedState: "JOB_STATE_DRAINED" });
      assert.deepEqual(await on.staged(), []);
    });

    for (const [state, code] of [
      ["JOB_STATE_DRAINED", 0],
      ["JOB_STATE_FAILED", 1],
    ] as const) {
      it(`that is waited for until it is in ${state}: its messages are passed on, and the exit code tells`, async () => {
        on.dataflow.jobs.add({ project: PROJECT, location: "europe-west2" }, { name: "str-pl" });
        on.dataflow.changed = (job) => ({ ...job, currentState: state });
        on.dataflow.messages.push({
          time: "2026-01-01T00:00:00Z",
          messageText: "Stopping worker pool",
          messageImportance: "JOB_MESSAGE_BASIC",
        });
        const ended = await on.submit(...REAL, "--drain", "--wait");
        assert.equal(ended.code, code, ended.stderr);
        assert.match(ended.stderr, /Stopping worker pool/);
        assert.match(ended.stderr, new RegExp(state));
      });
    }

    onFirstNode("that a running job has: a second job is the service's to refuse", async () => {
      on.dataflow.jobs.add({ project: PROJECT, location: "europe-west2" }, { name: "str-pl" });
      const { code, stderr } = await on.submit(...REAL);
      assert.equal(code, 1);
      assert.match(stderr, /already an active job named str-pl/);
    });
  });
});
