/**
 * A table grows under the pipeline, for real: Pub/Sub's emulator, a BigQuery emulator, the DirectRunner, and the commands that an operator
 * types. The first Node alone: nothing of it is another on the others.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BigQuery } from "@google-cloud/bigquery";
import { main as operate } from "../../../deploy/operate";
import { alerts } from "../../../deploy/resources/alerts";
import { main as schemaPlan } from "../../../deploy/schema-plan";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { main as pipeline } from "../../../pipeline/main";
import type { Summary } from "../../../pipeline/summary";
import { toTableFields } from "../../../schemas/bigquery";
import { schemaPlan as planOf } from "../../../schemas/evolution/plan";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { withMetadata, withSchemaVersion } from "../../../schemas/schema";
import { schemaVersion } from "../../../schemas/version";
import { isFirstNode } from "../../support/first-node";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../../support/emulators/bigquery";
import type { Emulator } from "../../support/emulators/process";
import { orSkip } from "../../support/skip";
import { withPubsub } from "../../support/with-pubsub";
import { setupFor } from "../setups";

const OLD = [
  { name: "call_id", type: "STRING", mode: "REQUIRED" },
  { name: "seconds", type: "INT64" },
];
const NEW = [
  { name: "call_id", type: "STRING" },
  { name: "seconds", type: "NUMERIC" },
  { name: "band", type: "STRING" },
];
const TABLE = `${BIGQUERY_PROJECT}.calls.calls`;

if (isFirstNode) {
  describe("a table that grows under the pipeline", function () {
    this.timeout(120_000);
    const pubsub = withPubsub(this);
    const given = process.env.BIGQUERY_EMULATOR_HOST;
    let emulator: Emulator | undefined;
    let client: BigQuery;
    let dir: string;
    before(async function () {
      emulator = await orSkip(this, () => startBigQueryEmulator());
      process.env.BIGQUERY_EMULATOR_HOST = emulator!.host;
      client = bigQueryClient(BIGQUERY_PROJECT).client;
      await client.createDataset("calls");
      dir = mkdtempSync(join(tmpdir(), "story-"));
      writeFileSync(file("calls.json"), JSON.stringify(OLD));
      writeFileSync(file("calls.new.json"), JSON.stringify(NEW));
    });
    after(async () => {
      await emulator?.stop();
      if (given === undefined) delete process.env.BIGQUERY_EMULATOR_HOST;
      else process.env.BIGQUERY_EMULATOR_HOST = given;
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    });
    const file = (name: string) => join(dir, name);

    it("loses no message and writes none twice: dead letters, alert, plan, ALTER, another schema, replay, conserve", async () => {
      const schema = withSchemaVersion(withMetadata(parseTableSchema(OLD)), "made_by");
      await client
        .dataset("calls")
        .createTable("calls", { schema: { fields: toTableFields(schema.columns) as object[] } });
      const main = await pubsub.subscription();
      const dead = await pubsub.subscription();
      const published: string[] = [];
      const publish = async (...calls: readonly object[]) => {
        const messages = calls.map((call) => ({ data: Buffer.from(JSON.stringify(call)) }));
        const [{ messageIds }] = await pubsub.publisher.publish({ topic: main.topic, messages });
        published.push(...messageIds!);
      };
      const run = async (schemaFile: string, messages: number): Promise<Summary> => {
        const source = ["--pubsub_subscription", main.subscription, "--max_messages", String(messages)];
        const ends = ["--table", TABLE, "--dead_letter_topic", dead.topic, "--summary", file("summary.json")];
        const rows = ["--schema", file(schemaFile), "--write_metadata", "--schema_version_column", "made_by"];
        const args = ["--runner", "Direct", ...source, ...ends, ...rows, "--log_level", "error"];
        assert.equal(await pipeline(args, () => {}), 0);
        return JSON.parse(readFileSync(file("summary.json"), "utf8"));
      };
      const env = {
        ...main.env,
        PROJECT_ID: "test-project",
        TOPIC: main.topic.split("/").at(-1)!,
        DEAD_LETTER_SUBSCRIPTION: dead.subscription.split("/").at(-1)!,
      };
      const command = async (main: typeof operate, ...args: readonly string[]): Promise<readonly [number, string]> => {
        let said = "";
        const say = (text: string) => {
          said += text;
        };
        const run = () => assert.fail("gcloud and bq have nothing to do here");
        const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
        return [await main(args, { env, run, print: say, complain: say, settingsFile: file("none.env"), wait }), said];
      };
      const [before, after] = [OLD, NEW].map((fields) => schemaVersion(parseTableSchema(fields)));

      // A new field appears: its messages are dead letters of that column.
      await publish(...[1, 2, 3, 4].map((seconds) => ({ call_id: `old-${seconds}`, seconds })));
      await publish(...[1, 2, 3].map((seconds) => ({ call_id: `new-${seconds}`, seconds, band: "n78" })));
      const first = await run("calls.json", 7);
      assert.deepEqual([first.rows, first.deadLetters, first.schema.version], [4, { unknown_column: 3 }, before]);
      const [, listed] = await command(operate, "dead-letters", "--json");
      const { groups, deadLetters } = JSON.parse(listed);
      assert.deepEqual(
        groups.map(({ reason, column, count, schemaVersions }: Record<string, unknown>) => [
          reason,
          column,
          count,
          schemaVersions,
        ]),
        [["unknown_column", "band", 3, [before]]],
      );

      // The alert counts what is published to the dead-letter topic: that many were, and nothing else was.
      assert.ok(alertFires(deadLetters));

      const files = [
        "--from",
        file("calls.json"),
        "--to",
        file("calls.new.json"),
        "--table",
        TABLE,
        "--folder",
        file("out"),
      ];
      const [something, planned] = await command(schemaPlan, "schema-plan", ...files, "--json");
      const plan = JSON.parse(planned);
      assert.deepEqual([something, plan.verdict, plan.rollOuts.length], [2, "safe", 1]);
      assert.deepEqual(plan.rollOuts[0].order, ["table", "pipeline", "publishers"]);

      // The table first: the old pipeline goes on.
      for (const { way } of plan.changes) await client.query(way.sql);
      await publish({ call_id: "old-5", seconds: 5 });
      assert.equal((await run("calls.json", 1)).rows, 1);

      // Then the pipeline, on the same subscription; then the publishers.
      await publish({ seconds: 6.5, band: "n1" });
      const second = await run("calls.new.json", 1);
      assert.deepEqual([second.rows, second.schema.version], [1, after]);

      const letters = ["--schema", file("calls.new.json"), "--journal", file("replays.jsonl")];
      const replay = ["replay", "--reason", "unknown_column", "--column", "band", ...letters, "--yes"];
      assert.match((await command(operate, ...replay))[1], /3 published, 3 dead letters acknowledged/);
      assert.equal((await run("calls.new.json", 3)).rows, 3);

      const [rows] = await client.query(`SELECT call_id, band, message_id, attributes, made_by FROM calls.calls`);
      const ids = rows.map(
        ({ message_id, attributes }) => JSON.parse(attributes ?? "{}").source_message_id ?? message_id,
      );
      assert.deepEqual(
        [...ids].sort(),
        [...published].sort(),
        "each id that was published is one row, and no row is of another",
      );
      const bands = rows.filter(({ band }) => band !== null);
      assert.deepEqual(bands.map(({ band }) => band).sort(), ["n1", "n78", "n78", "n78"]);
      assert.deepEqual(
        [bands.every(({ made_by }) => made_by === after), rows.filter(({ made_by }) => made_by === before).length],
        [true, 5],
      );
      const [, none] = await command(operate, "dead-letters", "--json");
      assert.equal(JSON.parse(none).deadLetters, 0);
    });

    it("is changed by the very statements of a plan: the emulator takes them, twice where they say IF", async () => {
      const from = [
        ...["relaxed", "wider", "bytes", "text", "day", "described", "renamed", "gone"].map((name) => ({
          name,
          type: "STRING" as string,
        })),
        { name: "cell", type: "RECORD", fields: [{ name: "id", type: "INT64" }] },
      ].map((field) => ({
        ...field,
        ...({
          relaxed: { mode: "REQUIRED" },
          wider: { type: "INT64" },
          bytes: { type: "BYTES", maxLength: 4 },
          text: { maxLength: 4 },
          day: { type: "DATE" },
        }[field.name] ?? {}),
      }));
      const to = [
        ...from
          .filter(({ name }) => name !== "gone")
          .map((field) => ({
            ...field,
            ...({
              relaxed: { mode: "NULLABLE" },
              wider: { type: "NUMERIC" },
              bytes: { maxLength: 8 },
              text: { maxLength: 8 },
              day: { type: "DATETIME" },
              described: { description: 'Personal data. Of "whom"' },
              renamed: { name: "otherwise" },
              cell: { fields: [{ name: "id", type: "NUMERIC" }] },
            }[field.name] ?? {}),
          })),
        ...["STRING", "NUMERIC", "DATE", "JSON", "TIMESTAMP"].map((type) => ({ name: `new_${type}`, type })),
        { name: "list", type: "INT64", mode: "REPEATED" },
        { name: "cells", type: "RECORD", mode: "REPEATED", fields: [{ name: "id", type: "INT64" }] },
      ];
      const [old, now] = [parseTableSchema(from), parseTableSchema(to)];
      await client
        .dataset("calls")
        .createTable("every", { schema: { fields: toTableFields(old.columns) as object[] } });
      const plan = planOf(
        old,
        now,
        `${BIGQUERY_PROJECT}.calls.every`,
        { clusterColumns: [] },
        new Map([["renamed", "otherwise"]]),
      );
      const statements = plan.changes.flatMap(({ way }) => (way.kind === "alter" ? [way.sql] : []));
      assert.equal(statements.length, plan.changes.length);
      for (const sql of statements) {
        for (const _ of / IF /.test(sql) ? [1, 2] : [1]) await client.query(sql);
      }
      const [{ schema }] = await client.dataset("calls").table("every").getMetadata();
      const shape = ({ name, type, mode }: { name: string; type: string; mode: string }) => `${name} ${type} ${mode}`;
      // Lengths are kept by BigQuery; this emulator checks none and forgets them.
      assert.deepEqual(parseTableSchema(schema).columns.map(shape).sort(), now.columns.map(shape).sort());
    });
  });
}

/** As the policy says of a sum of five minutes. */
function alertFires(published: number): boolean {
  const { fields } = alerts(setupFor(), []).find(({ title }) => title.endsWith(": dead letters"))!;
  const text = JSON.stringify(fields);
  assert.match(text, /topic\/send_message_operation_count/);
  assert.match(text, /COMPARISON_GT/);
  return published > Number(/"thresholdValue":(\d+)/.exec(text)![1]);
}
