/** `main(args)` over files: rows and dead letters are compared, and the dead letters are fed back in. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { main } from "../../pipeline/main";
import type { Summary } from "../../pipeline/summary";
import { loadTableSchema } from "../../schemas/load";
import { schemaVersion } from "../../schemas/version";

const CALLS = "test/schemas/call_records.json";

describe("the pipeline over files", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "main-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);

  async function pipeline(input: string, ...more: string[]): Promise<{ code: number; summary: Summary }> {
    const ends = [
      "--duckdb",
      file("rows.duckdb"),
      "--dead_letters",
      file("dead.ndjson"),
      "--summary",
      file("summary.json"),
    ];
    const args = ["--runner", "Direct", "--input", input, ...ends, "--log_level", "error", ...more];
    const code = await main(args, () => {});
    return { code, summary: JSON.parse(readFileSync(file("summary.json"), "utf8")) };
  }

  const letters = (): { data: string; attributes: Record<string, string> }[] =>
    readFileSync(file("dead.ndjson"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  it("makes rows of what can be one, and keeps the rest whole with its reason", async () => {
    const good = '{"name":"Ada","credit_card":4539578763621486123}';
    const bad = [
      ['{"name":"Ada"', "invalid_json", "parseRow", ""],
      ['{"credit_card":9223372036854775808}', "out_of_range", "parseRow", "credit_card"],
      ['{"surname":"Lovelace"}', "unknown_column", "parseRow", "surname"],
      ['["Ada"]', "not_an_object", "parseRow", ""],
      ['{"name":"Ada","name":"Eve"}', "duplicate_column", "parseRow", "name"],
    ] as const;
    writeFileSync(file("in.ndjson"), `${[good, ...bad.map(([line]) => line)].join("\n")}\n`);
    const { code, summary } = await pipeline(file("in.ndjson"));
    assert.equal(code, 0);
    assert.equal(summary.source, "file");
    assert.equal(summary.published, 6);
    assert.equal(summary.rows, 1);
    assert.equal(summary.lost, 0);
    assert.equal(summary.duplicates, 0);
    assert.deepEqual(
      letters().map(({ data, attributes }) => [
        Buffer.from(data, "base64").toString(),
        attributes.error_reason,
        attributes.error_column,
      ]),
      bad.map(([line, reason, , column]) => [line, reason, column]),
    );
    assert.deepEqual(await query("SELECT name, credit_card::VARCHAR FROM cc_account_info"), [
      ["Ada", "4539578763621486123"],
    ]);
  });

  it("takes dead letters back in: what can be a row by now becomes one, what cannot is the same dead letter", async () => {
    writeFileSync(file("in.ndjson"), '{"name":"Ada","new_column":1}\n{"name":\n');
    await pipeline(file("in.ndjson"));
    const before = letters();
    rmSync(file("rows.duckdb"));
    writeFileSync(file("again.ndjson"), readFileSync(file("dead.ndjson")));
    rmSync(file("dead.ndjson"));
    const { summary } = await pipeline(file("again.ndjson"), "--input_format", "pubsub", "--unknown_columns", "drop");
    assert.equal(summary.rows, 1);
    assert.deepEqual(summary.deadLetters, { invalid_json: 1 });
    const [again] = letters();
    assert.equal(again!.data, before[1]!.data);
    assert.equal(again!.attributes.original_source_message_id, before[1]!.attributes.source_message_id);
    assert.deepEqual(await query("SELECT name FROM cc_account_info"), [["Ada"]]);
  });

  it("adds nothing when the same file is read again", async () => {
    writeFileSync(file("in.ndjson"), '{"name":"Ada"}\n{"name":"Eve"}\nnonsense\n');
    await pipeline(file("in.ndjson"));
    const { summary } = await pipeline(file("in.ndjson"));
    assert.equal(summary.rows, 0);
    assert.equal(summary.redelivered, 3);
    assert.equal(summary.lost, 0);
    assert.equal(letters().length, 1);
    assert.deepEqual(await query("SELECT count(*) FROM cc_account_info"), [["2"]]);
  });

  it("adds the message's own columns when it is asked to", async () => {
    const attributes = { kind: "test" };
    writeFileSync(
      file("in.ndjson"),
      `${JSON.stringify({ data: btoa('{"name":"Ada"}'), attributes, messageId: "77", publishTime: "2024-02-29T12:00:00.5Z" })}\n`,
    );
    await pipeline(file("in.ndjson"), "--input_format", "pubsub", "--write_metadata");
    const [row] = await query("SELECT message_id, epoch_ms(publish_time), attributes FROM cc_account_info");
    assert.deepEqual(row, ["77", String(Date.UTC(2024, 1, 29, 12, 0, 0, 500)), JSON.stringify(attributes)]);
  });

  it("says by which version of the schema each row and each dead letter was made", async () => {
    writeFileSync(file("in.ndjson"), '{"name":"Ada"}\n{"names":"Eve"}\n');
    const { summary } = await pipeline(file("in.ndjson"), "--schema_version_column", "made_by");
    const version = schemaVersion(loadTableSchema("schemas/cc_account_info.json"));
    assert.deepEqual(summary.schema, { name: "cc_account_info", version });
    assert.deepEqual(await query("SELECT name, made_by FROM cc_account_info"), [["Ada", version]]);
    assert.deepEqual(
      letters().map(({ attributes }) => attributes.schema_version),
      [version],
    );
  });

  it("reads any table's schema", async () => {
    const call = { call_id: "c-1", started_at: "2024-02-29T12:00:00+01:00", seconds: 62, charge: "0.1250" };
    writeFileSync(file("in.ndjson"), `${JSON.stringify(call)}\n{}\n`);
    const { summary } = await pipeline(file("in.ndjson"), "--schema", CALLS);
    assert.deepEqual(summary.deadLetters, { missing_column: 1 });
    const [row] = await query("SELECT epoch_ms(started_at), seconds, charge::VARCHAR, roaming FROM call_records");
    assert.deepEqual(row, [String(Date.UTC(2024, 1, 29, 11)), "62", "0.1250", null]);
  });

  it("refuses what it cannot run with exit 2", async () => {
    const stderr = process.stderr.write;
    let said = "";
    process.stderr.write = ((text: string) => {
      said += text;
      return true;
    }) as typeof stderr;
    try {
      assert.equal(await main(["--runner", "Direct"]), 2);
      assert.equal(
        await main(["--runner", "Direct", "--input", file("none"), "--duckdb", "x", "--dead_letters", "y"]),
        2,
      );
      writeFileSync(file("schema.json"), '[{"name":"a","type":"NONSENSE"}]');
      writeFileSync(file("in.ndjson"), "");
      const ends = ["--duckdb", file("r"), "--dead_letters", file("d"), "--schema", file("schema.json")];
      assert.equal(await main(["--runner", "Direct", "--input", file("in.ndjson"), ...ends]), 2);
      for (const name of ["name", "a.b"]) {
        const other = ["--duckdb", file("r"), "--dead_letters", file("d"), "--schema_version_column", name];
        assert.equal(await main(["--runner", "Direct", "--input", file("in.ndjson"), ...other]), 2, name);
      }
    } finally {
      process.stderr.write = stderr;
    }
    assert.equal(said.trim().split("\n").length, 5, "a line each");
  });

  async function query(sql: string): Promise<unknown[][]> {
    const instance = await DuckDBInstance.create(file("rows.duckdb"));
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    return rows as unknown[][];
  }
});
