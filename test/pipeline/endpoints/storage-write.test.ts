import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Duplex } from "node:stream";
import type { BigQuery } from "@google-cloud/bigquery";
import { status } from "@grpc/grpc-js";
import { conforms } from "./conformance";
import { type Answer, FakeStorageWrite, fails, refuses, rowErrors, well } from "./fake-storage-write";
import { BANK, bankRow, EVERY_TYPE, message, rowOf } from "./samples";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import type { MessageRow, RowWriter, WriteResult } from "../../../pipeline/endpoints/endpoint";
import { openStorageWriteTable } from "../../../pipeline/endpoints/storage-write";
import { AppendStream } from "../../../pipeline/endpoints/storage-write-stream";
import { toTableFields } from "../../../schemas/bigquery";
import { toProtoRows } from "../../../schemas/bigquery-proto";
import type { TableSchema } from "../../../schemas/schema";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../../support/emulators/bigquery";
import { orSkip } from "../../support/skip";

const VARIABLES = ["BIGQUERY_EMULATOR_HOST", "BIGQUERY_STORAGE_EMULATOR_HOST"] as const;

/** As GetWriteStream gives the columns. */
const storageFields = ({ columns }: TableSchema): object[] =>
  columns.map(({ name, type, mode, fields, rangeElementType }) => ({
    name,
    type: { FLOAT64: "DOUBLE", RECORD: "STRUCT" }[type as string] ?? type,
    mode,
    ...(fields && { fields: storageFields({ description: "", columns: fields }) }),
    ...(rangeElementType && { rangeElementType: { type: rangeElementType } }),
  }));

describe("the Storage Write API", () => {
  const given = VARIABLES.map((name) => process.env[name]);
  after(() => {
    VARIABLES.forEach((name, at) => {
      if (given[at] === undefined) delete process.env[name];
      else process.env[name] = given[at];
    });
  });

  describe("as every endpoint, in the emulator", () => {
    let emulator: Awaited<ReturnType<typeof startBigQueryEmulator>> | undefined;
    let client: BigQuery;
    before(async function () {
      this.timeout(300_000);
      emulator = await orSkip(this, () => startBigQueryEmulator());
      process.env.BIGQUERY_EMULATOR_HOST = emulator!.host;
      process.env.BIGQUERY_STORAGE_EMULATOR_HOST = emulator!.grpcHost;
      client = bigQueryClient(BIGQUERY_PROJECT).client;
      await client.createDataset("bank");
    });
    after(() => emulator?.stop());

    const create = async (table: string, { columns }: TableSchema) =>
      void (await client.dataset("bank").createTable(table, { schema: { fields: toTableFields(columns) as never } }));
    const open = (table: string, schema: TableSchema) =>
      openStorageWriteTable({ project: BIGQUERY_PROJECT, dataset: "bank", table }, schema);

    conforms<MessageRow>(
      false,
      (id) => bankRow(id, { name: id, credit_card: BigInt(id) }),
      async () => {
        const table = `rows_${randomUUID().replaceAll("-", "_")}`;
        await create(table, BANK);
        return {
          open: async () => open(table, BANK),
          async ids() {
            const [rows] = await client.query({ query: `SELECT name FROM bank.${table}`, wrapIntegers: true });
            return rows.map(({ name }) => name);
          },
          hinder: async () => void (await client.dataset("bank").table(table).delete()),
          mend: () => create(table, BANK),
          code: "BIGQUERY_NOT_FOUND",
        };
      },
    );

    it("keeps an INT64 exact, and every character", async () => {
      await create("exact", BANK);
      const writer = open("exact", BANK);
      const cards = [-(2n ** 63n), 4539578763621486123n, 2n ** 63n - 1n];
      const rows = cards.map((credit_card, i) => bankRow(String(i), { name: "Åsa \u0000 👩‍🚀", credit_card }));
      assert.equal((await writer.write(rows)).kind, "written");
      const [found] = await client.query(
        "SELECT name, CAST(credit_card AS STRING) AS card FROM bank.exact ORDER BY credit_card",
      );
      assert.deepEqual(
        found.map(({ name, card }) => [name, card]),
        cards.map((card) => ["Åsa \u0000 👩‍🚀", String(card)]),
      );
      await writer.close();
    });

    it("sets aside what the table refuses, and writes its neighbours once", async () => {
      const required = {
        ...BANK,
        columns: BANK.columns.map((one) => (one.name === "city" ? { ...one, mode: "REQUIRED" as const } : one)),
      };
      await create("required", required);
      const writer = open("required", BANK);
      const rows = [0, 1, 2, 3].map((id) =>
        bankRow(String(id), { name: String(id), ...(id % 2 === 0 && { city: "Wokingham" }) }),
      );
      const result = await writer.write(rows);
      assert.deepEqual(
        result.kind === "refused" &&
          result.refused.map(({ index, refusal }) => [index, refusal.reason, refusal.column]),
        [
          [1, "refused_by_table", "city"],
          [3, "refused_by_table", "city"],
        ],
      );
      const [found] = await client.query("SELECT name FROM bank.required ORDER BY name");
      assert.deepEqual(
        found.map(({ name }) => name),
        ["0", "2"],
      );
      await writer.close();
    });
  });

  describe("what it makes of the API's answers", () => {
    let fake: FakeStorageWrite;
    let writer: RowWriter;
    const { encode } = toProtoRows(BANK);
    beforeEach(async () => {
      fake = await FakeStorageWrite.start();
      fake.fields = storageFields(BANK);
      process.env.BIGQUERY_STORAGE_EMULATOR_HOST = fake.host;
      writer = openStorageWriteTable({ project: "test-project", dataset: "bank", table: "rows" }, BANK);
    });
    afterEach(async () => {
      await writer.close();
      fake.stop();
    });

    const rows = (count: number) => Array.from({ length: count }, (_, id) => bankRow(String(id), { name: `n${id}` }));
    const bytesOf = (count: number) => rows(count).map(({ row }) => Buffer.from(encode(row)).toString("hex"));
    const taken = () => fake.taken.map((row) => Buffer.from(row).toString("hex"));
    function codeOf(result: WriteResult): string {
      assert.ok(!JSON.stringify(result).includes("Ada"), "no value is passed on");
      return "trouble" in result ? `${result.kind} ${result.trouble.code}` : result.kind;
    }
    const refusedOf = (result: WriteResult) =>
      result.kind === "refused" ? result.refused.map(({ index, refusal }) => [index, refusal.column]) : result.kind;

    it("says once on each connection what the rows are, and sends them in requests of 2,000", async () => {
      assert.equal(codeOf(await writer.write(rows(4001))), "written");
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.deepEqual(
        fake.asked.map((request) => request.length),
        [2000, 2000, 1, 1],
      );
      assert.deepEqual(
        fake.requests.map(({ writeStream, protoRows }) => [
          writeStream,
          protoRows!.writerSchema?.protoDescriptor?.name,
        ]),
        [
          ["projects/test-project/datasets/bank/tables/rows/streams/_default", "Row"],
          ["", undefined],
          ["", undefined],
          ["", undefined],
        ],
      );
      assert.deepEqual(taken(), [...bytesOf(4001), ...bytesOf(1)]);
      assert.deepEqual([fake.connections, fake.looks], [1, 1]);
    });

    it("keeps requests below the limit", async () => {
      const large = Array.from({ length: 5 }, (_, id) => bankRow(String(id), { name: "x".repeat(1_400_000) }));
      assert.equal(codeOf(await writer.write(large)), "written");
      assert.deepEqual(
        fake.asked.map((request) => request.length),
        [2, 2, 1],
      );
    });

    it("refuses a row that no request can carry, and sends it nowhere", async () => {
      const large = bankRow("large", { name: "x".repeat(4_000_001) });
      assert.deepEqual(refusedOf(await writer.write([...rows(1), large])), [[1, ""]]);
      assert.deepEqual(taken(), bytesOf(1));
    });

    it("refuses the rows that the table refuses, by index and column, and sends their neighbours again", async () => {
      fake.answers.push(() =>
        rowErrors({ 2: "Missing required field: credit_card.", 0: 'Field "name" has the value Ada' }),
      );
      assert.deepEqual(refusedOf(await writer.write(rows(5))), [
        [0, "name"],
        [2, "credit_card"],
      ]);
      assert.deepEqual(
        taken(),
        [1, 3, 4].map((id) => bytesOf(5)[id]),
      );
    });

    it("takes nothing from an error's text but a column's path", async () => {
      fake.answers.push(() => rowErrors({ 0: "Ada is none" }));
      assert.deepEqual(refusedOf(await writer.write(rows(2))), [[0, ""]]);
    });

    it("holds where not one row is taken, for the table has become another", async () => {
      assert.equal(codeOf(await writer.write(rows(2))), "written");
      fake.fields = storageFields({ ...BANK, columns: BANK.columns.slice(1) });
      fake.answers.push(() => rowErrors({ 0: "no", 1: "no" }));
      assert.equal(codeOf(await writer.write(rows(2))), "setUpError BIGQUERY_OTHER_COLUMNS");
    });

    it("takes a table that has got new columns", async () => {
      fake.answers.push(() => ({ appendResult: {}, updatedSchema: { fields: fake.fields } }));
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      fake.fields = [...storageFields(BANK), { name: "more", type: "STRING", mode: "NULLABLE" }];
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.equal(fake.looks, 2);
    });

    it("waits until the API knows the columns that the table has by now", async () => {
      fake.answers.push(() => refuses(status.INVALID_ARGUMENT, "extra fields", 7));
      assert.equal(codeOf(await writer.write(rows(1))), "transientError BIGQUERY_UNAVAILABLE");
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.deepEqual([fake.connections, fake.looks], [2, 2]);
    });

    it("does not send again what was taken before a request failed", async () => {
      fake.answers.push(
        () => well,
        () => refuses(status.NOT_FOUND),
      );
      assert.equal(codeOf(await writer.write(rows(3000))), "setUpError BIGQUERY_NOT_FOUND");
      assert.equal(codeOf(await writer.write(rows(3000))), "written");
      assert.deepEqual(taken(), bytesOf(3000));
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.equal(fake.asked.at(-1)!.length, 1, "and forgets it with the batch");
    });

    it("halves a request that is too large, and refuses a row that is so alone", async () => {
      const third = bytesOf(8)[3];
      const tooLarge = (request: readonly Uint8Array[]): Answer =>
        request.some((row) => Buffer.from(row).toString("hex") === third)
          ? fails(status.RESOURCE_EXHAUSTED, "SERVER: Received message larger than max (5 vs. 4)")
          : well;
      fake.answers.push(...Array.from({ length: 20 }, () => tooLarge));
      assert.deepEqual(refusedOf(await writer.write(rows(8))), [[3, ""]]);
      assert.deepEqual(
        taken().sort(),
        bytesOf(8)
          .filter((row) => row !== third)
          .sort(),
      );
    });

    const kms = "Cloud KMS key projects/p/locations/l/keyRings/r/cryptoKeys/k is disabled";
    for (const [what, code, text, storageCode, expected] of [
      ["no table", status.NOT_FOUND, "", 1, "setUpError BIGQUERY_NOT_FOUND"],
      ["no permission", status.PERMISSION_DENIED, "Ada", 0, "setUpError BIGQUERY_ACCESS_DENIED"],
      ["no credentials", status.UNAUTHENTICATED, "", 0, "setUpError BIGQUERY_UNAUTHENTICATED"],
      ["a disabled key", status.FAILED_PRECONDITION, kms, 0, "setUpError BIGQUERY_KEY_UNUSABLE"],
      ["a key without a grant", status.PERMISSION_DENIED, "", 14, "setUpError BIGQUERY_KEY_UNUSABLE"],
      ["an invalid request", status.INVALID_ARGUMENT, "Ada", 0, "setUpError BIGQUERY_INVALID"],
      ["a used-up quota", status.RESOURCE_EXHAUSTED, "Ada", 0, "transientError BIGQUERY_QUOTA"],
      ["a broken backend", status.INTERNAL, "Ada", 0, "transientError BIGQUERY_UNAVAILABLE"],
      ["a service that is away", status.UNAVAILABLE, "", 0, "transientError BIGQUERY_UNAVAILABLE"],
      ["a connection that is idle for too long", status.ABORTED, "", 0, "transientError BIGQUERY_UNAVAILABLE"],
    ] as const) {
      for (const [how, answer] of [
        ["a request is answered", refuses(code, text, storageCode)],
        ["the connection ends", fails(code, text)],
      ] as const) {
        if (how === "the connection ends" && storageCode === 14) continue;
        it(`${expected.split(" ")[0]} for ${what}, with which ${how}: no row is refused, and asking again helps`, async () => {
          fake.answers.push(() => answer);
          assert.equal(codeOf(await writer.write(rows(2))), expected);
          assert.equal(fake.asked.length, 1, "the stream's backoff rules, not the client's");
          assert.equal(codeOf(await writer.write(rows(2))), "written");
          assert.deepEqual(taken(), bytesOf(2));
        });
      }
    }

    it("opens a new connection where one has ended while nothing was asked", async () => {
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      fake.hangUp();
      await new Promise((done) => setTimeout(done, 100));
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.equal(fake.connections, 2);
    });

    it("gives a connection up that answers no more", async () => {
      const call = Object.assign(new Duplex({ objectMode: true, read() {}, write: (_row, _, done) => done() }), {
        cancel() {
          call.destroy(new Error("cancelled"));
        },
      });
      const stream = new AppendStream(call, { protoRows: {} }, 20);
      const asked = [stream.append([]), stream.append([])];
      for (const one of asked) await assert.rejects(one, { code: status.DEADLINE_EXCEEDED });
      assert.equal(stream.isOpen, false);
      await assert.rejects(stream.append([]), { code: status.UNAVAILABLE });
    });

    for (const [what, change] of Object.entries({
      "of another type": { type: "INT64" },
      repeated: { mode: "REPEATED" },
      "of another name": { name: "town" },
    })) {
      it(`holds where a column is ${what} in the table, until that is mended`, async () => {
        fake.fields = storageFields(BANK).map((field) =>
          (field as { name: string }).name === "city" ? { ...field, ...change } : field,
        );
        for (const _ of [1, 2]) assert.equal(codeOf(await writer.write(rows(1))), "setUpError BIGQUERY_OTHER_COLUMNS");
        assert.equal(fake.asked.length, 0);
        fake.fields = storageFields(BANK);
        assert.equal(codeOf(await writer.write(rows(1))), "written");
      });
    }

    it("knows every type of a table", async () => {
      fake.fields = storageFields(EVERY_TYPE);
      const every = openStorageWriteTable({ project: "test-project", dataset: "bank", table: "rows" }, EVERY_TYPE);
      const row = { message: message("1"), row: rowOf(EVERY_TYPE, { required_int: 1n }) };
      assert.equal(codeOf(await every.write([row])), "written");
      await every.close();
    });

    it("writes where it may not look at the table", async () => {
      fake.fields = { fails: { code: status.PERMISSION_DENIED, details: "" } };
      assert.equal(codeOf(await writer.write(rows(1))), "written");
    });

    it("sends nothing to the service where the emulator's port is not known", async () => {
      delete process.env.BIGQUERY_STORAGE_EMULATOR_HOST;
      process.env.BIGQUERY_EMULATOR_HOST = "127.0.0.1:1";
      const lost = openStorageWriteTable({ project: "test-project", dataset: "bank", table: "rows" }, BANK);
      assert.equal(codeOf(await lost.write(rows(1))), "setUpError BIGQUERY_NO_STORAGE_EMULATOR");
      await lost.close();
    });
  });
});
