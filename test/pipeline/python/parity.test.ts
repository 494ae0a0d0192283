/** What the Python composites write is what the TypeScript endpoints write, on the same emulators. */
import assert from "node:assert/strict";
import type { BigQuery } from "@google-cloud/bigquery";
import { needsPython, python } from "./support";
import { BANK, deadLetter, message, rowOf } from "../endpoints/samples";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { openBigQueryTable } from "../../../pipeline/endpoints/bigquery-table";
import { openDeadLetterTopic } from "../../../pipeline/endpoints/dead-letter-topic";
import { toInsertAllJson } from "../../../schemas/bigquery";
import type { Row } from "../../../schemas/schema";
import type { DeadLetter } from "../../../transforms/dead-letter";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../../support/emulators/bigquery";
import { type Emulator } from "../../support/emulators/process";
import { orSkip } from "../../support/skip";
import { withPubsub } from "../../support/with-pubsub";

const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const base64 = (data: Uint8Array) => Buffer.from(data).toString("base64");

describe("Python's WriteRows, beside the TypeScript table", () => {
  const given = process.env.BIGQUERY_EMULATOR_HOST;
  let emulator: Emulator | undefined;
  let client: BigQuery;
  before(async function () {
    this.timeout(300_000);
    needsPython(this);
    emulator = await orSkip(this, () => startBigQueryEmulator());
    process.env.BIGQUERY_EMULATOR_HOST = emulator!.host;
    client = bigQueryClient(BIGQUERY_PROJECT).client;
    await client.createDataset("bank");
  });
  after(async () => {
    await emulator?.stop();
    if (given === undefined) delete process.env.BIGQUERY_EMULATOR_HOST;
    else process.env.BIGQUERY_EMULATOR_HOST = given;
  });

  const fields = BANK.columns.map(({ name, type, mode }) => ({ name, type, mode }));
  const values: Row[] = [
    { name: "Åsa \u0000 👩‍🚀", credit_card: 4539578763621486123n },
    { name: '"\\ \u2028', credit_card: 2n ** 63n - 1n },
    { name: "", credit_card: -(2n ** 63n) },
    // What a table refuses although the schema has let it through.
    { name: "too large", credit_card: 2n ** 63n },
    { city: "nothing else" },
  ];
  const rows = values.map((row, i) => ({ message: message(String(100 + i)), row: rowOf(BANK, row) }));
  const toJson = toInsertAllJson(BANK);
  const asPythonRow = ({ message: { data, attributes, messageId, orderingKey }, row }: (typeof rows)[0]) => ({
    row: JSON.stringify(toJson(row)),
    data: base64(data),
    attributes: JSON.stringify(attributes),
    message_id: messageId,
    ordering_key: orderingKey,
    publish_time_micros: 1709208000000000,
  });

  async function written(table: string): Promise<unknown[]> {
    const columns = fields.map(({ name }) => `CAST(${name} AS STRING) AS ${name}`);
    const [found] = await client.query(`SELECT ${columns} FROM bank.${table} ORDER BY credit_card, name, city`);
    return found;
  }

  it("writes the same rows, and refuses the same, by the same column", async () => {
    for (const table of ["typescript", "python"]) {
      await client.dataset("bank").createTable(table, { schema: { fields } });
    }
    const target = { project: BIGQUERY_PROJECT, dataset: "bank", table: "typescript" };
    const result = await openBigQueryTable(target, BANK).write(rows);
    assert.ok(result.kind === "written" || result.kind === "refused");
    const refused = result.kind === "written" ? [] : result.refused;

    const kwargs = { table: `${BIGQUERY_PROJECT}:bank.python`, columns_json: JSON.stringify(fields) };
    const input = lines(rows.map(asPythonRow));
    const left = await python("apply.py", ["write_rows", JSON.stringify(kwargs)], input);

    assert.deepEqual(
      left.map((line) => JSON.parse(line)),
      refused.map(({ index, refusal }) => {
        const { row: _, ...kept } = asPythonRow(rows[index]!);
        return { ...kept, column: refusal.column };
      }),
    );
    assert.deepEqual(await written("python"), await written("typescript"));
    assert.deepEqual([refused.length, (await written("python")).length], [1, 4]);
  });

  it("fails where the table is not there, or has other columns, and says no value", async () => {
    for (const [table, columns, code] of [
      ["nowhere", fields, "BIGQUERY_NOT_FOUND"],
      ["python", [...fields, { name: "more", type: "STRING" }], "BIGQUERY_OTHER_COLUMNS"],
    ] as const) {
      const kwargs = { table: `${BIGQUERY_PROJECT}:bank.${table}`, columns_json: JSON.stringify(columns) };
      await assert.rejects(
        python("apply.py", ["write_rows", JSON.stringify(kwargs)], lines([asPythonRow(rows[0]!)])),
        (error: Error) => error.message.includes(code) && !error.message.includes("4539578763621486123"),
      );
    }
  });
});

describe("Python's WriteDeadLetters, beside the TypeScript topic", function () {
  before(function () {
    needsPython(this);
  });
  const pubsub = withPubsub(this);

  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`original_${i}`, "x"]));
  const letters: DeadLetter[] = [
    deadLetter("1", Buffer.from([0xff, 0x00, 0x7b])),
    deadLetter("2", Buffer.from("{}"), "a key"),
    { ...deadLetter("3", new Uint8Array(), "left out"), attributes: many },
  ];

  async function published(subscription: string): Promise<unknown[]> {
    const found = [];
    while (found.length < letters.length) {
      const [{ receivedMessages }] = await pubsub.subscriber.pull({ subscription, maxMessages: 10 });
      const ackIds = receivedMessages!.map(({ ackId }) => ackId!);
      if (ackIds.length > 0) await pubsub.subscriber.acknowledge({ subscription, ackIds });
      found.push(...receivedMessages!.map(({ message }) => message!));
    }
    const kept = found.map(({ data, attributes, orderingKey }) => ({
      data: base64(data as Uint8Array),
      attributes: Object.fromEntries(Object.entries(attributes!).sort()),
      orderingKey,
    }));
    return kept.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }

  it("publishes the same messages", async () => {
    const [typescript, ofPython] = [await pubsub.subscription(), await pubsub.subscription()];
    const writer = await openDeadLetterTopic(typescript.topic);
    assert.equal((await writer.write(letters)).kind, "written");
    await writer.close();

    const input = lines(
      letters.map(({ data, attributes, orderingKey }) => ({
        data: base64(data),
        attributes: JSON.stringify(attributes),
        ordering_key: orderingKey,
      })),
    );
    const kwargs = JSON.stringify({ topic: ofPython.topic });
    assert.deepEqual(await python("apply.py", ["write_dead_letters", kwargs], input, ofPython.env), []);
    assert.deepEqual(await published(ofPython.subscription), await published(typescript.subscription));
  });

  it("fails where the topic is not there", async () => {
    const [{ env }, kwargs] = [await pubsub.subscription(), { topic: "projects/test-project/topics/nowhere" }];
    const { data, attributes } = letters[0]!;
    const input = lines([{ data: base64(data), attributes: JSON.stringify(attributes), ordering_key: "" }]);
    await assert.rejects(python("apply.py", ["write_dead_letters", JSON.stringify(kwargs)], input, env), /NotFound/);
  });
});
