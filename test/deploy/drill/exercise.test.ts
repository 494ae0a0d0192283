/** The order of a drill on a deployment: the cloud, the generator and the off switch answer as they are told to. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveRecord, recordPath, type Revocation, writeRecord } from "../../../deploy/change/revoke/record";
import { drill } from "../../../deploy/drill/exercise";
import { DrillError } from "../../../deploy/drill/safety";
import type { DrillOptions, DrillWorld } from "../../../deploy/drill/world";
import type { Consumer, Judged, Watched } from "../../../deploy/observe/access/probe";
import { setupFor } from "../setups";

const setup = setupFor({ DEPLOYMENT: "drill" });
const watched = (consumer: Consumer, last: Judged): Watched => ({
  ...{ consumer, what: "it", reached: true, seconds: 10, last, asked: 2, worked: consumer === "publish" ? 2 : 0 },
});
const gone = { refused: "KEY_DISABLED", said: "is not enabled" } as const;

describe("a drill on a deployment", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const options = (): DrillOptions => ({
    ...{ messages: 100, rate: 10, before: 60, within: 600, drain: 600, job: "make run-dataflow", folder },
  });

  /** `rows`: what the table has, each time that it is asked. */
  function world(rows: readonly number[], done: string[], more: Partial<DrillWorld> = {}): DrillWorld {
    let [now, asked] = [0, 0];
    const record: Revocation = {
      ...{ format: 1, deployment: "drill", project: setup.project, by: "me", way: "versions", how: "now" },
      ...{ startedAt: new Date(0).toISOString(), takenAt: new Date(65_000).toISOString(), taken: [], jobs: [] },
      access: [
        watched("publish", gone),
        watched("query", gone),
        watched("job", { refused: "JOB_STATE_CANCELLED", said: "it is cancelled" }),
      ],
    };
    return {
      ...{ env: {}, print: (text) => void done.push(text), complain: () => {}, now: () => now },
      wait: async (ms) => {
        now += ms;
      },
      generate: async ({ messages, seed }) => {
        done.push(`generate ${messages}`);
        return { ids: seed === 1 ? 40 : 50, unconfirmed: seed === 1 ? 10 : 0 };
      },
      start: async (line) => {
        done.push(`start ${line}`);
        return 0;
      },
      offSwitch: async ([command = "", ...argv]) => {
        done.push(`${command} ${argv.join(" ")}`);
        const path = recordPath(setup, folder);
        if (command === "revoke") writeRecord(path, record);
        else {
          writeRecord(path, { ...record, restored: [watched("publish", "works"), watched("query", "works")] });
          archiveRecord(path, "2026-01-01T00:00:00Z");
        }
        return 0;
      },
      run: async ({ tool, args }) => {
        const stdout = tool === "bq" ? JSON.stringify([{ n: String(rows[Math.min(asked++, rows.length - 1)]) }]) : "[]";
        assert.ok(!args.some((word) => /^(disable|enable|publish|delete)$/.test(word)), "the off switch does that");
        return { code: 0, stdout, stderr: "" };
      },
      ...more,
    };
  }

  it("starts a job, publishes, takes the key, gives it back, starts it again, and counts", async () => {
    const done: string[] = [];
    const summary = await drill(setup, ["PROJECT_ID=bank-project"], options(), world([5, 45, 60, 100], done));
    const acts = done.filter((line) => /^(start|generate|revoke|restore) /.test(line));
    assert.deepEqual(
      acts.map((line) => line.split(" ")[0]),
      ["start", "generate", "revoke", "restore", "generate"],
    );
    assert.match(acts[2]!, /PROJECT_ID=bank-project --yes str-pl-london-key01 --within 600$/);
    assert.match(acts[3]!, /--start-job make run-dataflow$/);
    // 40 and 50, and 1 + 2 + 2 probes; the table has grown by 95.
    assert.deepEqual([summary.published, summary.rows, summary.notPublished], [95, 95, 10]);
    assert.deepEqual([summary.lost, summary.duplicates, summary.failures], [0, 0, []]);
    assert.equal(summary.secondsUntilTaken, 5);
    assert.deepEqual(summary.secondsUntilRefused, { publish: 15, query: 15, job: 15 });
    assert.deepEqual(summary.refusedWith.job, "JOB_STATE_CANCELLED");
    assert.ok(done.some((line) => /Dataflow's error: JOB_STATE_CANCELLED/.test(line)));
    assert.ok(done.some((line) => /BigQuery's error: KEY_DISABLED/.test(line)));
    assert.ok(summary.passed);
  });

  it("finds what is lost, and a job that does not come again", async () => {
    assert.equal((await drill(setup, [], options(), world([5, 45, 60, 99], []))).lost, 1);
    const summary = await drill(setup, [], options(), world([5, 45], []));
    assert.equal(summary.secondsUntilWorking.job, null);
    assert.equal(summary.passed, false);
  });

  const stops = (code: string) => (error: unknown) => error instanceof DrillError && error.code === code;
  it("takes no key where no job runs", async () => {
    const done: string[] = [];
    const { job: _, ...without } = options();
    await assert.rejects(drill(setup, [], without, world([0], done)), stops("NO_JOB"));
    const failing = world([0], done, { start: async () => 3 });
    await assert.rejects(drill(setup, [], options(), failing), stops("STOPPED"));
    assert.ok(!done.some((line) => line.startsWith("revoke")));
  });

  it("stops where nothing was taken", async () => {
    const nothing = world([0], [], { offSwitch: async () => 1 });
    await assert.rejects(drill(setup, [], options(), nothing), stops("STOPPED"));
  });
});
