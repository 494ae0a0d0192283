import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DuckDBInstance } from "@duckdb/node-api";
import { conforms } from "./conformance";
import { BANK, bankRow, message, rowOf } from "./samples";
import { idsTable } from "../../../pipeline/endpoints/duckdb-shape";
import { onFirstNode } from "../../support/first-node";
import { openDuckDbTable } from "../../../pipeline/endpoints/duckdb-table";
import type { MessageRow, RowWriter, WriteResult } from "../../../pipeline/endpoints/endpoint";
import type { Column, TableSchema } from "../../../schemas/schema";

const TABLE = "cc_account_info";

describe("the DuckDB table", () => {
  let dir: string;
  const file = (name = "rows.duckdb") => join(dir, name);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "duckdb-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function query(sql: string, path = file()): Promise<unknown[]> {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    return rows;
  }
  const codeOf = (result: WriteResult) => (result.kind === "setUpError" ? result.trouble.code : result.kind);

  describe("as every endpoint", () => {
    conforms<MessageRow>(true, bankRow, async () => {
      const path = join(dir, "folder", "rows.duckdb");
      mkdirSync(join(dir, "folder"));
      return {
        open: () => openDuckDbTable(path, BANK, TABLE),
        async ids() {
          const rows = await query(`SELECT message_id FROM ${idsTable(TABLE)}`, path);
          assert.deepEqual(await query(`SELECT count(*) FROM ${TABLE}`, path), [[String(rows.length)]]);
          return rows.map((row) => (row as string[])[0]!);
        },
        hinder: async () => rmSync(join(dir, "folder"), { recursive: true }),
        mend: async () => void mkdirSync(join(dir, "folder")),
        code: "DUCKDB_NO_FOLDER",
      };
    });
  });

  describe("what it refuses and what it holds for", () => {
    let writer: RowWriter | undefined;
    afterEach(async () => {
      await writer?.close();
      writer = undefined;
    });
    const open = async (schema: TableSchema = BANK, table = TABLE) => {
      await writer?.close();
      writer = await openDuckDbTable(file(), schema, table);
      return writer;
    };
    const column = (name: string, more: Partial<Column> = {}): Column => ({
      name,
      type: "STRING",
      mode: "NULLABLE",
      description: "",
      personal: false,
      ...more,
    });
    const schemaOf = (...columns: Column[]): TableSchema => ({ description: "", columns });

    it("refuses a row for what it contains by its index, and writes its neighbours", async () => {
      const schema = schemaOf(column("name", { mode: "REQUIRED" }));
      const rows = Array.from({ length: 300 }, (_, id) => ({
        message: message(String(id)),
        row: rowOf(schema, { name: id === 0 || id === 17 || id === 299 ? null : "Ada" }),
      }));
      const result = await (await open(schema)).write(rows);
      assert.equal(result.kind, "refused");
      if (result.kind !== "refused") return;
      assert.deepEqual(
        result.refused.map(({ index, refusal }) => [index, refusal.reason]),
        [0, 17, 299].map((index) => [index, "refused_by_table"]),
      );
      assert.equal((await writer!.holds!(["0", "1", "17", "298", "299"])).size, 2);
      assert.equal((await writer!.write(rows.slice(1, 17))).kind, "written");
      await writer!.close();
      assert.deepEqual(await query(`SELECT count(*), count(name) FROM ${TABLE}`), [["297", "297"]]);
    });

    it("refuses a message that a batch has twice as often, and takes none of it for written", async () => {
      const schema = schemaOf(column("name", { mode: "REQUIRED" }));
      const rows = ["1", "2", "1"].map((id) => ({
        message: message(id),
        row: rowOf(schema, { name: id === "1" ? null : "Ada" }),
      }));
      const result = await (await open(schema)).write(rows);
      assert.ok(result.kind === "refused");
      assert.deepEqual(
        result.refused.map(({ index }) => index),
        [0, 2],
      );
    });

    it("forgets what it could not add: it comes into no later transaction, whenever the garbage is collected", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const schema = schemaOf(column("name", { mode: "REQUIRED" }));
      const table = await open(schema);
      for (let batch = 0; batch < 20; batch++) {
        const rows = Array.from({ length: 40 }, (_, id) => ({
          message: message(`${batch}-${id}`),
          row: rowOf(schema, { name: id === 7 ? null : "Ada" }),
        }));
        collect();
        assert.equal((await table.write(rows)).kind, "refused");
      }
      await writer!.close();
      assert.deepEqual(await query(`SELECT count(*) FROM ${TABLE}`), [[String(20 * 39)]]);
      assert.deepEqual(await query(`SELECT count(*) FROM "_${TABLE.replaceAll('"', "")}_message_ids"`), [
        [String(20 * 39)],
      ]);
    });

    for (const [what, found] of Object.entries({
      "another type": schemaOf(column("a", { type: "INT64" }), column("b")),
      "another order": schemaOf(column("b"), column("a")),
      "another mode": schemaOf(column("a"), column("b", { mode: "REQUIRED" })),
      "a column more": schemaOf(column("a"), column("b"), column("c")),
      "a column less": schemaOf(column("a")),
    })) {
      it(`holds where the table has ${what}`, async () => {
        await open(found);
        const wanted = schemaOf(column("a"), column("b"));
        const row = { message: message("1"), row: { a: "x", b: "y" } };
        assert.equal(codeOf(await (await open(wanted)).write([row])), "DUCKDB_OTHER_SHAPE");
        await writer!.close();
        assert.deepEqual(await query(`SELECT count(*) FROM ${TABLE}`), [["0"]]);
      });
    }

    it("keeps the ids of each table of a file apart", async () => {
      assert.equal((await (await open(BANK, "one")).write([bankRow("1")])).kind, "written");
      const result = await (await open(BANK, "two")).write([bankRow("1")]);
      assert.deepEqual(result, { kind: "written", alreadyThere: new Set() });
    });

    it("holds where the file is something else, and leaves it as it is", async () => {
      writeFileSync(file(), "a letter to Ada, and quite a long one, so that it could be a database\n".repeat(100));
      assert.equal(codeOf(await (await open()).write([bankRow("1")])), "DUCKDB_NOT_A_DATABASE");
    });

    it("holds where another process has the file open, and goes on when that ends", async () => {
      const script = `require("@duckdb/node-api").DuckDBInstance.create(${JSON.stringify(file())}).then((i) => { console.log("open"); process.stdin.on("end", () => i.closeSync()).resume(); })`;
      const other = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
      await once(other.stdout, "data");
      assert.equal(codeOf(await (await open()).write([bankRow("1")])), "DUCKDB_LOCKED");
      other.stdin.end();
      await once(other, "exit");
      assert.equal(codeOf(await writer!.write([bankRow("1")])), "written");
    });

    onFirstNode("writes rows that together need more memory than DuckDB may have", async () => {
      const schema = schemaOf(column("text"));
      const text = "é".repeat(1_000_000);
      const rows = Array.from({ length: 90 }, (_, id) => ({ message: message(String(id)), row: { text: text + id } }));
      assert.equal(codeOf(await (await open(schema)).write(rows)), "written");
      await writer!.close();
      assert.deepEqual(await query(`SELECT count(DISTINCT text) FROM ${TABLE}`), [["90"]]);
    });
  });

  it("finds every row once after a SIGKILL in mid-stream", async () => {
    const script = `
      require("ts-node/register");
      const { openDuckDbTable } = require("./pipeline/endpoints/duckdb-table");
      const { BANK, bankRow } = require("./test/pipeline/endpoints/samples");
      (async () => {
        const writer = await openDuckDbTable(process.argv[1], BANK, "${TABLE}");
        for (let id = 0; ; id += 100) {
          await writer.write(Array.from({ length: 100 }, (_, i) => bankRow(String(id + i))));
          console.log(id + 100);
        }
      })();`;
    const child = spawn(process.execPath, ["-e", script, file()], { stdio: ["ignore", "pipe", "inherit"] });
    let answered = 0;
    for await (const lines of child.stdout.setEncoding("utf8")) {
      answered = Number((lines as string).trim().split("\n").at(-1));
      if (answered > 2000 && !child.killed) child.kill("SIGKILL");
    }
    assert.ok(existsSync(`${file()}.wal`), "killed before a checkpoint");

    const writer = await openDuckDbTable(file(), BANK, TABLE);
    const again = Array.from({ length: answered + 500 }, (_, id) => bankRow(String(id)));
    const result = await writer.write(again);
    assert.equal(result.kind, "written");
    if (result.kind === "written") assert.ok(result.alreadyThere.size >= answered, "what was answered is there");
    await writer.close();
    const counts = `SELECT count(*), (SELECT count(*) FROM ${TABLE}), count(DISTINCT message_id) FROM ${idsTable(TABLE)}`;
    assert.deepEqual(await query(counts), [[again.length, again.length, again.length].map(String)]);
  });
});
