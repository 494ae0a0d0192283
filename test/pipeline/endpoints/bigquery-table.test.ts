import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { BigQuery } from "@google-cloud/bigquery";
import { conforms } from "./conformance";
import { type Answer, FakeBigQuery, failure, insertErrors } from "./fake-bigquery";
import { BANK, bankRow, message, rowOf } from "./samples";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { openBigQueryTable } from "../../../pipeline/endpoints/bigquery-table";
import type { MessageRow, RowWriter, WriteResult } from "../../../pipeline/endpoints/endpoint";
import type { TableSchema } from "../../../schemas/schema";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../../support/emulators/bigquery";
import { type Emulator } from "../../support/emulators/process";
import { orSkip } from "../../support/skip";

const fieldsOf = ({ columns }: TableSchema) => columns.map(({ name, type, mode }) => ({ name, type, mode }));

describe("the BigQuery table", () => {
  const given = process.env.BIGQUERY_EMULATOR_HOST;
  after(() => {
    if (given === undefined) delete process.env.BIGQUERY_EMULATOR_HOST;
    else process.env.BIGQUERY_EMULATOR_HOST = given;
  });

  describe("as every endpoint, in the emulator", () => {
    let emulator: Emulator | undefined;
    let client: BigQuery;
    before(async function () {
      this.timeout(300_000);
      emulator = await orSkip(this, () => startBigQueryEmulator());
      process.env.BIGQUERY_EMULATOR_HOST = emulator!.host;
      client = bigQueryClient(BIGQUERY_PROJECT).client;
      await client.createDataset("bank");
    });
    after(() => emulator?.stop());

    conforms<MessageRow>(
      false,
      (id) => bankRow(id, { name: id, credit_card: BigInt(id) }),
      async () => {
        const table = `rows_${randomUUID().replaceAll("-", "_")}`;
        const create = async () =>
          void (await client.dataset("bank").createTable(table, { schema: { fields: fieldsOf(BANK) } }));
        await create();
        return {
          open: async () => openBigQueryTable({ project: BIGQUERY_PROJECT, dataset: "bank", table }, BANK),
          async ids() {
            const [rows] = await client.query({ query: `SELECT name FROM bank.${table}`, wrapIntegers: true });
            return rows.map(({ name }) => name);
          },
          hinder: async () => void (await client.dataset("bank").table(table).delete()),
          mend: create,
          code: "BIGQUERY_NOT_FOUND",
        };
      },
    );

    it("keeps an INT64 exact, and tells a row that comes again by its insert id", async () => {
      await client.dataset("bank").createTable("exact", { schema: { fields: fieldsOf(BANK) } });
      const writer = openBigQueryTable({ project: BIGQUERY_PROJECT, dataset: "bank", table: "exact" }, BANK);
      const cards = [4539578763621486123n, 2n ** 63n - 1n, -(2n ** 63n)];
      const rows = cards.map((credit_card, i) => bankRow(String(i), { name: "Åsa \u0000 👩‍🚀", credit_card }));
      for (const _ of [1, 2]) assert.equal((await writer.write(rows)).kind, "written");
      const [found] = await client.query(
        "SELECT name, CAST(credit_card AS STRING) AS card FROM bank.exact ORDER BY credit_card",
      );
      const expected = cards.map(String).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
      assert.deepEqual(
        found.map(({ name, card }) => [name, card]),
        expected.map((card) => ["Åsa \u0000 👩‍🚀", card]),
      );
    });

    it("holds where the table has other columns than the schema, and makes no dead letter", async () => {
      const fields = fieldsOf(BANK).filter(({ name }) => name !== "city");
      await client.dataset("bank").createTable("narrow", { schema: { fields } });
      const writer = openBigQueryTable({ project: BIGQUERY_PROJECT, dataset: "bank", table: "narrow" }, BANK);
      const result = await writer.write([bankRow("1", { city: "Wokingham" })]);
      assert.equal(result.kind === "setUpError" && result.trouble.code, "BIGQUERY_OTHER_COLUMNS");
    });
  });

  describe("what it makes of BigQuery's answers", () => {
    let fake: FakeBigQuery;
    let writer: RowWriter;
    beforeEach(async () => {
      fake = await FakeBigQuery.start();
      fake.table = { status: 200, body: { schema: { fields: fieldsOf(BANK) } } };
      process.env.BIGQUERY_EMULATOR_HOST = fake.host;
      writer = openBigQueryTable({ project: "test-project", dataset: "bank", table: "rows" }, BANK);
    });
    afterEach(() => fake.stop());

    const rows = (count: number) => Array.from({ length: count }, (_, id) => bankRow(String(id)));
    const ids = (count: number) => rows(count).map((row) => row.message.messageId);
    function codeOf(result: WriteResult): string {
      assert.ok(!JSON.stringify(result).includes("Ada"), "no value is passed on");
      return "trouble" in result ? `${result.kind} ${result.trouble.code}` : result.kind;
    }

    it("sends the insert id and the row, in requests of 500", async () => {
      assert.equal(codeOf(await writer.write(rows(1201))), "written");
      assert.deepEqual(
        fake.asked.map((request) => request.rows.length),
        [500, 500, 201],
      );
      assert.deepEqual(fake.asked[0]!.rows[7], {
        insertId: "7",
        json: { name: "Ada", credit_card: "4539578763621486123" },
      });
      assert.ok(fake.asked.every((request) => request.skipInvalidRows));
    });

    it("keeps requests below 10 MB", async () => {
      const large = Array.from({ length: 6 }, (_, id) => {
        const name = "x".repeat(3_000_000);
        return { message: message(String(id), Buffer.from(JSON.stringify({ name }))), row: rowOf(BANK, { name }) };
      });
      assert.equal(codeOf(await writer.write(large)), "written");
      assert.deepEqual(
        fake.asked.map((request) => request.rows.length),
        [2, 2, 2],
      );
    });

    it("refuses the rows that the table refuses, by index and column; their neighbours are written", async () => {
      fake.inserts.push(() => ({ status: 200 }));
      fake.inserts.push(() =>
        insertErrors({ 2: { reason: "invalid", location: "credit_card" }, 0: { reason: "invalid" } }),
      );
      const result = await writer.write(rows(510));
      assert.equal(codeOf(result), "refused");
      assert.deepEqual(
        result.kind === "refused" &&
          result.refused.map(({ index, refusal }) => [index, refusal.reason, refusal.column]),
        [
          [500, "refused_by_table", ""],
          [502, "refused_by_table", "credit_card"],
        ],
      );
      assert.equal(fake.taken.length, 508);
    });

    it("sends rows again that were stopped by their neighbours", async () => {
      const stopped = { reason: "stopped" };
      fake.inserts.push(() => insertErrors({ 0: stopped, 1: { reason: "invalid", location: "name" }, 2: stopped }));
      const result = await writer.write(rows(3));
      assert.deepEqual(result.kind === "refused" && result.refused.map(({ index }) => index), [1]);
      assert.deepEqual(fake.taken, ["0", "2"]);
    });

    it("waits where not one row is taken, and none refused for what it contains", async () => {
      fake.inserts.push(() => insertErrors({ 0: { reason: "backendError" }, 1: { reason: "stopped" } }));
      assert.equal(codeOf(await writer.write(rows(2))), "transientError BIGQUERY_UNAVAILABLE");
    });

    it("halves a request that is too large, and refuses a row that is so alone", async () => {
      const tooLarge = (request: { rows: readonly { insertId: string }[] }): Answer =>
        request.rows.some(({ insertId }) => insertId === "3") ? failure(413, "requestTooLarge") : { status: 200 };
      fake.inserts.push(...Array.from({ length: 20 }, () => tooLarge));
      const result = await writer.write(rows(8));
      assert.deepEqual(result.kind === "refused" && result.refused.map(({ index }) => index), [3]);
      assert.deepEqual(
        fake.taken.sort(),
        ids(8).filter((id) => id !== "3"),
      );
    });

    const kms = "Cloud KMS key projects/p/locations/l/keyRings/r/cryptoKeys/k is disabled";
    for (const [what, answer, expected] of [
      ["no table", failure(404, "notFound"), "setUpError BIGQUERY_NOT_FOUND"],
      ["no permission", failure(403, "accessDenied"), "setUpError BIGQUERY_ACCESS_DENIED"],
      ["a disabled key", failure(403, "accessDenied", kms), "setUpError BIGQUERY_KEY_UNUSABLE"],
      ["a disabled key, said otherwise", failure(400, "invalid", kms), "setUpError BIGQUERY_KEY_UNUSABLE"],
      ["an invalid request", failure(400, "invalid"), "setUpError BIGQUERY_INVALID"],
      ["no credentials", failure(401, "authError"), "setUpError BIGQUERY_UNAUTHENTICATED"],
      ["too many requests", failure(429, "rateLimitExceeded"), "transientError BIGQUERY_QUOTA"],
      ["a used-up quota", failure(403, "quotaExceeded"), "transientError BIGQUERY_QUOTA"],
      ["a broken backend", failure(500, "backendError"), "transientError BIGQUERY_UNAVAILABLE"],
      ["a service that is away", failure(503, "backendError"), "transientError BIGQUERY_UNAVAILABLE"],
      ["a page of a proxy", { status: 502, body: "<html>Ada</html>" }, "transientError BIGQUERY_UNAVAILABLE"],
      ["an answer that is lost", { status: 200, lost: true }, "transientError BIGQUERY_UNAVAILABLE"],
    ] as const) {
      it(`${expected.split(" ")[0]} for ${what}: no row is refused, the request is sent once, and asking again helps`, async () => {
        fake.inserts.push(() => answer);
        assert.equal(codeOf(await writer.write(rows(2))), expected);
        assert.equal(fake.asked.length, 1, "the stream's backoff rules, not the client's");
        assert.equal(codeOf(await writer.write(rows(2))), "written");
      });
    }

    it("does not wait for ever: a half-open connection passes by itself, for the table as for its rows", async () => {
      const patient = openBigQueryTable({ project: "p", dataset: "d", table: "t" }, BANK, 100);
      fake.inserts.push(() => ({ status: 200, silent: true }));
      assert.equal(codeOf(await patient.write(rows(2))), "transientError BIGQUERY_UNAVAILABLE");
      fake.table = { ...fake.table, silent: true };
      const other = openBigQueryTable({ project: "p", dataset: "d", table: "t" }, BANK, 100);
      assert.equal(codeOf(await other.write(rows(2))), "transientError BIGQUERY_UNAVAILABLE");
      assert.equal(codeOf(await patient.write(rows(2))), "written");
    });

    it("does not send again what was taken before a request failed", async () => {
      fake.inserts.push(() => ({ status: 200 }));
      fake.inserts.push(() => failure(404, "notFound"));
      assert.equal(codeOf(await writer.write(rows(700))), "setUpError BIGQUERY_NOT_FOUND");
      assert.equal(codeOf(await writer.write(rows(700))), "written");
      assert.deepEqual(fake.taken, ids(700));
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      assert.equal(fake.asked.at(-1)!.rows.length, 1, "and forgets it with the batch");
    });

    for (const [what, change] of Object.entries({
      "of another type": { type: "INT64" },
      repeated: { mode: "REPEATED" },
      "of another name": { name: "town" },
    })) {
      it(`holds where a column is ${what} in the table, until that is mended`, async () => {
        const fields = fieldsOf(BANK).map((field) => (field.name === "city" ? { ...field, ...change } : field));
        fake.table = { status: 200, body: { schema: { fields } } };
        for (const _ of [1, 2]) assert.equal(codeOf(await writer.write(rows(1))), "setUpError BIGQUERY_OTHER_COLUMNS");
        assert.equal(fake.asked.length, 0);
        fake.table = { status: 200, body: { schema: { fields: fieldsOf(BANK) } } };
        assert.equal(codeOf(await writer.write(rows(1))), "written");
      });
    }

    const gone = (location: string) => ({ reason: "invalid", location, message: `no such field: ${location}.` });

    it("holds where a column is dropped or renamed under it: rows that have it are no dead letters, and come later", async () => {
      assert.equal(codeOf(await writer.write(rows(1))), "written");
      const fields = fieldsOf(BANK).filter(({ name }) => name !== "name");
      fake.table = { status: 200, body: { schema: { fields } } };
      fake.inserts.push(() => insertErrors({ 1: gone("name") }));
      for (const _ of [1, 2]) assert.equal(codeOf(await writer.write(rows(3))), "setUpError BIGQUERY_OTHER_COLUMNS");
      fake.table = { status: 200, body: { schema: { fields: fieldsOf(BANK) } } };
      assert.equal(codeOf(await writer.write(rows(3))), "written");
      assert.deepEqual(fake.taken.slice(1).sort(), ids(3));
    });

    it("waits for a column that the table has and its stream does not know yet; neighbours are not sent again", async () => {
      fake.inserts.push(() => insertErrors({ 1: gone("city") }));
      fake.inserts.push(() => insertErrors({ 0: gone("city") }));
      assert.equal(codeOf(await writer.write(rows(3))), "transientError BIGQUERY_COLUMNS_NOT_YET");
      assert.equal(codeOf(await writer.write(rows(3))), "written");
      assert.deepEqual(fake.taken, ["0", "2", "1"]);
    });

    it("goes on into a table that has a wider number", async () => {
      const fields = fieldsOf(BANK).map((field) => (field.type === "INT64" ? { ...field, type: "NUMERIC" } : field));
      fake.table = { status: 200, body: { schema: { fields } } };
      assert.equal(codeOf(await writer.write(rows(1))), "written");
    });

    it("takes a table with more columns, but not where one of these is required", async () => {
      const more = (mode: string) => [...fieldsOf(BANK), { name: "more", type: "STRING", mode }];
      fake.table = { status: 200, body: { schema: { fields: more("REQUIRED") } } };
      assert.equal(codeOf(await writer.write(rows(1))), "setUpError BIGQUERY_OTHER_COLUMNS");
      fake.table = { status: 200, body: { schema: { fields: more("NULLABLE") } } };
      assert.equal(codeOf(await writer.write(rows(1))), "written");
    });

    it("writes where it may not look at the table", async () => {
      fake.table = failure(403, "accessDenied");
      assert.equal(codeOf(await writer.write(rows(1))), "written");
    });

    for (const suffix of ["", "/", "/bigquery/v2", "/bigquery/v2/"]) {
      for (const scheme of ["", "http://"]) {
        it(`finds the emulator at ${scheme}HOST${suffix}`, async () => {
          process.env.BIGQUERY_EMULATOR_HOST = `${scheme}${fake.host}${suffix}`;
          const table = openBigQueryTable({ project: "test-project", dataset: "bank", table: "rows" }, BANK);
          assert.equal(codeOf(await table.write(rows(1))), "written");
        });
      }
    }
  });
});
