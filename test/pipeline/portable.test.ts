/** The same graph on a job service that has no read of Pub/Sub of its own: Beam's Prism. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isFirstNode } from "../support/first-node";
import { compose } from "../rehearsal/messages";
import { side, tableName } from "../rehearsal/places";
import { prepare } from "../rehearsal/prepare";
import { Pubsub } from "../rehearsal/pubsub";
import { type StandIns, startStandIns } from "../rehearsal/stand-ins";
import { Tables } from "../rehearsal/tables";
import { start } from "../support/commands";
import { orSkip } from "../support/skip";
import { findPython } from "../../pipeline/runners/python";
import { loadTableSchema } from "../../schemas/load";

const MESSAGES = 200;

const suite = () => {
  let standIns: StandIns | undefined;
  let logs: string;
  const given = { ...process.env };
  const schema = loadTableSchema("schemas/cc_account_info.json");

  before(async function () {
    this.timeout(15 * 60_000);
    orSkip(this, prepare);
    logs = mkdtempSync(join(tmpdir(), "portable-"));
    standIns = await startStandIns(findPython(), logs);
    Object.assign(process.env, standIns.env);
    const pubsub = new Pubsub();
    await Promise.all([pubsub.createTopic(), new Tables().createDataset()]);
    await pubsub.close();
  });
  after(async () => {
    await standIns?.stop();
    for (const name of Object.keys(standIns?.env ?? {})) delete process.env[name];
    Object.assign(process.env, given);
    if (logs !== undefined && existsSync(logs)) rmSync(logs, { recursive: true });
  });

  const runs = async (method: string) => {
    const [pubsub, tables] = [new Pubsub(), new Tables()];
    const at = side(method);
    await pubsub.createSide(at);
    await tables.createTable(at, schema);
    const published = await pubsub.publish([...compose(schema, { messages: MESSAGES, invalid: 0.1, seed: 1 })]);
    const job = start("pipeline/main.ts", [
      ...["--runner", "Portable", "--job_endpoint", standIns!.jobEndpoint, "--wait", "--write_metadata"],
      ...["--environment_type", "PROCESS", "--environment_config", resolve("build/worker/start")],
      ...["--python_environment_type", "EXTERNAL", "--python_environment_config", standIns!.workerPool],
      ...["--pubsub_subscription", at.subscription, "--table", tableName(at)],
      ...["--dead_letter_topic", at.deadLetterTopic, "--bigquery_write_method", method],
    ]);
    const letters = new Set<string>();
    let rows = 0;
    for (const end = performance.now() + 60_000; rows + letters.size < MESSAGES && performance.now() < end; ) {
      for (const { id } of await pubsub.takeDeadLetters(at)) letters.add(id);
      rows = await tables.count(at);
      await new Promise((done) => setTimeout(done, 200));
    }
    job.child.kill("SIGTERM");
    await job.ended;
    await pubsub.close();

    const ids = new Set([...letters, ...(await tables.rows(at)).map(({ id }) => id)]);
    assert.deepEqual([...ids].sort(), [...published].sort(), job.output.stderr);
    assert.ok(letters.size > 0 && rows > 0);
    assert.match(job.output.stdout, /job +job-\d+/);
  };
  for (const method of ["streaming_inserts", "native"]) {
    it(`is submitted, runs, and makes a row or a dead letter of every message by ${method}`, () => runs(method));
  }
};
// What runs is the same whatever Node submits it: once is enough.
if (isFirstNode) describe("--runner Portable", suite);
