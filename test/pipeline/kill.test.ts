/** The pipeline is killed in mid-stream and started again: every published message is a row or a dead letter, exactly once. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Summary } from "../../pipeline/summary";
import { run, start, waitUntil } from "../support/commands";
import { withPubsub } from "../support/with-pubsub";

const MESSAGES = 20_000;

describe("a pipeline that is killed", function () {
  const pubsub = withPubsub(this);
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "kill-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it("is started again and writes every published id exactly once", async () => {
    const { topic, subscription, env } = await pubsub.subscription({ ackDeadlineSeconds: 10 });
    const file = (name: string) => join(dir, name);
    const [, project, , topicId] = topic.split("/");
    await run(
      "generator/main.ts",
      [
        "-d",
        "pubsub",
        "-p",
        project!,
        "-t",
        topicId!,
        "-n",
        String(MESSAGES),
        "--seed",
        "3",
        "--invalid",
        "0.05",
        "--ids",
        file("ids"),
      ],
      env,
    );
    const args = ["--runner", "Direct", "--pubsub_subscription", subscription, "--duckdb", file("rows.duckdb")];
    args.push("--dead_letters", file("dead.ndjson"));

    const first = start("pipeline/main.ts", args, env);
    await waitUntil(() => existsSync(file("dead.ndjson")) && statSync(file("dead.ndjson")).size > 20_000, 60);
    first.child.kill("SIGKILL");
    assert.equal(await first.ended, "SIGKILL");

    args.push("--published_ids", file("ids"), "--summary", file("summary.json"), "--idle_timeout", "15");
    await run("pipeline/main.ts", args, env);
    const summary: Summary = JSON.parse(readFileSync(file("summary.json"), "utf8"));
    assert.ok(summary.rows > 0 && summary.rows < MESSAGES * 0.95, "the first run was killed in mid-stream");
    assert.equal(summary.lost, 0);
    assert.equal(summary.duplicates, 0);

    const published = readFileSync(file("ids"), "utf8").trim().split("\n").sort();
    assert.equal(published.length, MESSAGES);
    const letters = readFileSync(file("dead.ndjson"), "utf8").trim().split("\n");
    const dead = letters.map((line) => JSON.parse(line).attributes.source_message_id as string);
    assert.deepEqual([...(await rowIds(file("rows.duckdb"))), ...dead].sort(), published);
  });
});

/** The message id of each row. */
async function rowIds(path: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const [rows] = (await connection.runAndReadAll("SELECT count(*) FROM cc_account_info")).getRowsJson();
  const ids = (await connection.runAndReadAll("SELECT message_id FROM _cc_account_info_message_ids"))
    .getRowsJson()
    .map(([id]) => String(id));
  connection.closeSync();
  instance.closeSync();
  assert.equal(Number(rows![0]), ids.length, "as many rows as ids");
  return ids;
}
