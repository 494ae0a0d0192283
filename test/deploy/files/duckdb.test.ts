/** A table that is encrypted: what its files show, who is let in, and what comes through a kill. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duckDbTable } from "../../../deploy/operate/table";
import { openDuckDb } from "../../../deploy/files/duckdb";
import { type TableKey, wrappedKeyFile } from "../../../deploy/files/table-key";
import { idsTable } from "../../../pipeline/endpoints/duckdb-shape";
import { openDuckDbTable } from "../../../pipeline/endpoints/duckdb-table";
import type { MessageRow } from "../../../pipeline/endpoints/endpoint";
import { BANK, bankRow, message } from "../../pipeline/endpoints/samples";
import { run } from "../../support/commands";
import { prepareDuckDbOpenSsl } from "../../support/duckdb-openssl";
import { call, fakeCloudFor, makeKey } from "../../support/fake-cloud/client";
import type { FakeCloud } from "../../support/fake-cloud/cloud";
import { orSkip } from "../../support/skip";

const TABLE = "cc_account_info";

describe("an encrypted table", () => {
  let dir: string;
  const at = (name: string) => join(dir, name);
  before(function () {
    orSkip(this, prepareDuckDbOpenSsl);
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "encrypted-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function keyFile(name = "table.key", content = randomBytes(32).toString("base64")): TableKey {
    writeFileSync(at(name), `${content}\n`, { mode: 0o600 });
    return { kind: "file", path: at(name) };
  }

  /** The code of what is held for, or "written". */
  async function write(key: TableKey | undefined, rows: readonly MessageRow[] = [bankRow("1")]): Promise<string> {
    const writer = await openDuckDbTable(at("rows.duckdb"), BANK, TABLE, key);
    try {
      const result = await writer.write(rows);
      return result.kind === "setUpError" ? result.trouble.code : result.kind;
    } finally {
      await writer.close();
    }
  }

  /** Every file of the folder but the keys, as one text of bytes. */
  const bytes = () =>
    readdirSync(dir, { recursive: true, encoding: "utf8" })
      .map(at)
      .filter((path) => !path.endsWith(".key") && statSync(path).isFile())
      .map((path) => readFileSync(path, "latin1"))
      .join("");

  it("shows no value, and no key, in the file and the WAL; a plain one would", async () => {
    const key = keyFile();
    const values = { name: "Zephyrine-Quux", address: "17 Marmalade Row" };
    const rows = [{ ...bankRow("1", values), message: message("message-id-00017") }];
    for (const [given, found] of [
      [key, false],
      [undefined, true],
    ] as const) {
      const writer = await openDuckDbTable(at(`${found}.duckdb`), BANK, TABLE, given);
      assert.equal((await writer.write(rows)).kind, "written");
      assert.ok(existsSync(at(`${found}.duckdb.wal`)), "looked at while the rows stand in the WAL");
      const [file, wal] = [bytes(), readFileSync(at(`${found}.duckdb.wal`), "latin1")];
      await writer.close();
      const all = file + wal + bytes();
      for (const value of [...Object.values(values), "message-id-00017"])
        assert.equal(all.includes(value), found, value);
      assert.equal(all.includes(readFileSync(at("table.key"), "utf8").trim()), false);
      for (const name of [`${found}.duckdb`, `${found}.duckdb.wal`]) rmSync(at(name), { force: true });
    }
  });

  it("shows no value in what does not fit into memory", async () => {
    const how = { key: keyFile(), settings: { threads: "1", memory_limit: "40MB" } };
    const { instance, connection } = await openDuckDb(at("rows.duckdb"), how);
    try {
      await connection.run(
        "CREATE TABLE t AS SELECT 'Zephyrine-Quux ' || md5(range::VARCHAR) AS name FROM range(1000000)",
      );
      const sorted = await connection.stream("SELECT name FROM t ORDER BY name DESC");
      await sorted.fetchChunk();
      const spilled = readdirSync(at("rows.duckdb.tmp"));
      assert.ok(spilled.length > 0, "something was written aside");
      assert.equal(bytes().includes("Zephyrine-Quux"), false);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  it("can do nothing else, and tells nobody its key", async () => {
    const key = keyFile();
    await write(key);
    const { instance, connection } = await openDuckDb(at("rows.duckdb"), { key });
    try {
      for (const sql of [
        "SELECT * FROM read_csv('package.json')",
        `COPY (SELECT 1) TO '${at("out.csv")}'`,
        `ATTACH '${at("other.duckdb")}'`,
        "SET force_mbedtls_unsafe = true",
        "SET enable_external_access = true",
      ]) {
        await assert.rejects(connection.run(sql), sql);
      }
      const secret = readFileSync(at("table.key"), "utf8").trim();
      for (const sql of ["SELECT * FROM duckdb_databases()", "SELECT * FROM duckdb_settings()"]) {
        const shown = JSON.stringify((await connection.runAndReadAll(sql)).getRowsJson());
        assert.equal(shown.includes(secret), false, sql);
      }
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  it("holds for a wrong key, none, and one for a plain table", async () => {
    const key = keyFile();
    assert.equal(await write(key), "written");
    assert.equal(await write(keyFile("other.key")), "DUCKDB_WRONG_KEY");
    assert.equal(await write(undefined), "DUCKDB_ENCRYPTED");
    assert.equal(await write(key), "written");
    rmSync(at("rows.duckdb"));
    assert.equal(await write(undefined), "written");
    assert.equal(await write(key), "DUCKDB_NOT_ENCRYPTED");
  });

  it("holds for a key file that is not there, that others may read, or that holds something else", async () => {
    assert.equal(await write({ kind: "file", path: at("none.key") }), "DUCKDB_KEY_FILE");
    assert.equal(await write(keyFile("short.key", "c2hvcnQ=")), "DUCKDB_KEY_FILE");
    const key = keyFile();
    chmodSync(at("table.key"), 0o640);
    assert.equal(await write(key), "DUCKDB_KEY_FILE");
    chmodSync(at("table.key"), 0o600);
    assert.equal(await write(key), "written");
  });

  it("is not written through a link, nor is a plain one", async () => {
    writeFileSync(at("kept"), "");
    for (const name of ["rows.duckdb", "rows.duckdb.wal"]) {
      symlinkSync(at("kept"), at(name));
      for (const key of [keyFile(), undefined]) assert.equal(await write(key), "DUCKDB_LINK", name);
      rmSync(at(name));
    }
    assert.equal(readFileSync(at("kept"), "utf8"), "");
  });

  it("is asked by whoever has the key", async () => {
    const key = keyFile();
    await write(key, [bankRow("1"), bankRow("2")]);
    const table = duckDbTable(at("rows.duckdb"), TABLE, key);
    assert.deepEqual(await table.counts(), { rows: 2, ids: 2 });
    assert.deepEqual(await table.holds(["1", "3"]), new Set(["1"]));
    await assert.rejects(duckDbTable(at("rows.duckdb"), TABLE).counts(), { code: "TABLE_NOT_ASKED" });
    const env = { OUT: dir, SQL: `SELECT count(*) AS n FROM ${TABLE}`, TABLE_KEY_FILE: at("table.key") };
    const { output } = await run("test/support/query.ts", [], env);
    assert.deepEqual(JSON.parse(output.stdout), { n: "2" });
  });

  it("has every row once after a SIGKILL in mid-stream", async () => {
    const key = keyFile();
    const script = `
      require("ts-node/register");
      const { openDuckDbTable } = require("./pipeline/endpoints/duckdb-table");
      const { BANK, bankRow } = require("./test/pipeline/endpoints/samples");
      (async () => {
        const writer = await openDuckDbTable(process.argv[1], BANK, "${TABLE}", { kind: "file", path: process.argv[2] });
        for (let id = 0; ; id += 100) {
          await writer.write(Array.from({ length: 100 }, (_, i) => bankRow(String(id + i))));
          console.log(id + 100);
        }
      })();`;
    const args = ["-e", script, at("rows.duckdb"), at("table.key")];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let answered = 0;
    for await (const lines of child.stdout.setEncoding("utf8")) {
      answered = Number((lines as string).trim().split("\n").at(-1));
      if (answered > 1000 && !child.killed) child.kill("SIGKILL");
    }
    assert.ok(answered > 1000 && existsSync(at("rows.duckdb.wal")), "killed before a checkpoint");
    assert.deepEqual(
      Object.values(await duckDbTable(at("rows.duckdb"), TABLE, key).counts()).length,
      2,
      "read with its WAL",
    );

    const again = Array.from({ length: answered + 500 }, (_, id) => bankRow(String(id)));
    assert.equal(await write(key, again), "written");
    const { instance, connection } = await openDuckDb(at("rows.duckdb"), { key, readOnly: true });
    const sql = `SELECT count(*), (SELECT count(*) FROM ${TABLE}), count(DISTINCT message_id) FROM ${idsTable(TABLE)}`;
    const [counts] = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    assert.deepEqual(counts, [again.length, again.length, again.length].map(String));
  });

  describe("under a key in Cloud KMS", () => {
    let cloud: FakeCloud | undefined;
    let key: TableKey & { readonly kind: "kms" };
    const given = ["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", "CLOUDSDK_AUTH_ACCESS_TOKEN"] as const;
    const before_ = Object.fromEntries(given.map((name) => [name, process.env[name]]));
    before(async function () {
      cloud = await fakeCloudFor(this, { enabled: ["cloudkms.googleapis.com"] });
    });
    beforeEach(async () => {
      for (const name of given) process.env[name] = cloud!.env[name];
      key = { kind: "kms", name: await makeKey(cloud!) };
    });
    afterEach(() => {
      for (const name of given)
        if (before_[name] === undefined) delete process.env[name];
        else process.env[name] = before_[name];
    });
    after(() => cloud?.stop());
    const setState = (version: number, state: string) =>
      call(cloud!, "PATCH", `/cloudkms/v1/${key.name}/cryptoKeyVersions/${version}?updateMask=state`, { state });

    it("is closed once the key is revoked, and opens when it is given back", async () => {
      assert.equal(await write(key), "written");
      const wrapped = JSON.parse(readFileSync(wrappedKeyFile(at("rows.duckdb")), "utf8"));
      assert.deepEqual([wrapped.key, wrapped.version], [key.name, `${key.name}/cryptoKeyVersions/1`]);
      assert.equal((await setState(1, "DISABLED")).status, 200);
      assert.equal(await write(key), "DUCKDB_KEY_REFUSED");
      await assert.rejects(duckDbTable(at("rows.duckdb"), TABLE, key).counts(), { code: "TABLE_NOT_ASKED" });
      await setState(1, "ENABLED");
      assert.equal(await write(key), "written");
      assert.deepEqual(cloud!.violations(), []);
    });

    it("holds where this account may not use it, where it is not there, and where nothing answers", async () => {
      const env = cloud!.as({ member: "user:nobody@bank.example" });
      process.env.CLOUDSDK_AUTH_ACCESS_TOKEN = env.CLOUDSDK_AUTH_ACCESS_TOKEN;
      assert.equal(await write(key), "DUCKDB_KEY_REFUSED");
      process.env.CLOUDSDK_AUTH_ACCESS_TOKEN = cloud!.env.CLOUDSDK_AUTH_ACCESS_TOKEN;
      assert.equal(await write({ ...key, name: `${key.name}x` }), "DUCKDB_KEY_REFUSED");
      process.env.CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS = "http://127.0.0.1:9/";
      assert.equal(await write(key), "DUCKDB_KEY_UNAVAILABLE");
      assert.equal(existsSync(at("rows.duckdb")), false, "no table under a key that cannot be had");
    });

    it("is under the new version once the key is rotated, so that the old one may go", async () => {
      assert.equal(await write(key), "written");
      await call(cloud!, "POST", `/cloudkms/v1/${key.name}/cryptoKeyVersions`, {});
      const made = [...cloud!.state.kms.keyVersions.below(`${key.name}/cryptoKeyVersions/`)].length;
      await call(cloud!, "POST", `/cloudkms/v1/${key.name}:updatePrimaryVersion`, { cryptoKeyVersionId: String(made) });
      assert.equal(await write(key), "written");
      for (let version = 1; version < made; version++) await setState(version, "DISABLED");
      assert.equal(await write(key), "written");
    });

    it("does not open by another key, nor without what is wrapped", async () => {
      assert.equal(await write(key), "written");
      const other = key.name.replace(/[^/]+$/, "other");
      assert.equal(await write({ ...key, name: other }), "DUCKDB_KEY_FILE");
      rmSync(wrappedKeyFile(at("rows.duckdb")));
      assert.equal(await write(key), "DUCKDB_KEY_FILE");
      writeFileSync(wrappedKeyFile(at("rows.duckdb")), "{");
      assert.equal(await write(key), "DUCKDB_KEY_FILE");
    });
  });
});
