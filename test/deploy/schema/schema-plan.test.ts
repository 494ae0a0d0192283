import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/schema-plan";
import { loadTableSchema } from "../../../schemas/load";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { schemaVersion } from "../../../schemas/version";

const A = { name: "a", type: "INT64", mode: "REQUIRED" };
const B = { name: "b", type: "STRING" };
const R = { name: "r", type: "RECORD", mode: "REPEATED", fields: [A] };

describe("the command schema-plan", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "schema-plan-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);

  async function plan(from: unknown, to: unknown, ...more: readonly string[]): Promise<readonly [number, string]> {
    writeFileSync(file("old.json"), JSON.stringify(from));
    writeFileSync(file("new.json"), JSON.stringify(to));
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const run = () => assert.fail("nobody is asked");
    const files = ["--from", file("old.json"), "--to", file("new.json"), "--folder", file("out")];
    return [await main(["schema-plan", ...files, ...more], { env: {}, run, print: say, complain: say }), said];
  }

  it("ends with 0 where nothing is different, 2 where something is, 1 where a file is none, and 2 for a wrong line", async () => {
    assert.equal((await plan([A], [A]))[0], 0);
    assert.equal((await plan([A], [A, B]))[0], 2);
    assert.equal((await plan([A], [{ ...A, type: "NONSENSE" }]))[0], 1);
    assert.equal((await plan([A], "text"))[0], 1);
    for (const wrong of [
      ["--table", "records"],
      ["--rename", "a=z"],
      ["--rename", "a"],
      ["--rename", "a=b"],
    ]) {
      assert.equal((await plan([A], [A, B], ...wrong))[0], 2, wrong.join(" "));
    }
  });

  it("prints the commands of each part in its order, on the table that is named", async () => {
    const [, said] = await plan(
      [A, B],
      [A, { ...B, maxLength: 9 }, { name: "c", type: "BOOL" }],
      "--table",
      "my-project:calls.records",
    );
    const lines = said.split("\n").map((line) => line.trim());
    const at = (begins: string) => lines.findIndex((line) => line.startsWith(begins));
    const alter = at(
      "bq --project_id=my-project query --use_legacy_sql=false 'ALTER TABLE `my-project.calls.records` ADD COLUMN",
    );
    const between = join(file("out"), "1", "new.json");
    const first = at(`make run-dataflow SCHEMA=${between} ARGS=--update`);
    const last = at(`make run-dataflow SCHEMA=${file("new.json")} ARGS=--update`);
    assert.ok(0 < alter && alter < first && first < last, said);
    assert.deepEqual(
      loadTableSchema(between).columns.map(({ name, maxLength }) => [name, maxLength]),
      [
        ["a", undefined],
        ["b", undefined],
        ["c", undefined],
      ],
    );
    assert.match(said, /new +old +row +dead letter: unknown_column c/);
    assert.match(said, /make replay REASON=unknown_column COLUMN='c' SCHEMA=/);
  });

  it("writes the whole schema for bq update, with what the table has by then and not before", async () => {
    const [, said] = await plan(
      [A, B, R],
      [
        { ...A, type: "NUMERIC" },
        { ...R, fields: [A, { name: "x", type: "STRING" }] },
      ],
      "--json",
    );
    const { verdict, rollOuts } = JSON.parse(said);
    assert.equal(verdict, "safe");
    assert.equal(rollOuts[0].table.length, 2);
    const written = /(\S+table-\d+\.json)/.exec(rollOuts[0].table.join(" "))![1]!;
    const { columns } = loadTableSchema(written);
    assert.deepEqual(
      columns.map(({ name, type }) => [name, type]),
      [
        ["a", "INT64"],
        ["b", "STRING"],
        ["r", "RECORD"],
      ],
    );
    assert.deepEqual(
      columns[2]!.fields!.map(({ name }) => name),
      ["a", "x"],
    );
  });

  it("says the versions, and the same as JSON", async () => {
    const [, said] = await plan([A], [A, B], "--json");
    const { fromVersion, toVersion, changes, rollOuts } = JSON.parse(said);
    assert.deepEqual(
      [fromVersion, toVersion],
      [[A], [A, B]].map((fields) => schemaVersion(parseTableSchema(fields))),
    );
    assert.equal(changes[0].fates.length, 8);
    assert.deepEqual(rollOuts[0].order, ["table", "pipeline", "publishers"]);
    assert.equal(schemaVersion(parseTableSchema(rollOuts[0].schema)), toVersion);
    assert.equal(existsSync(file("out")), false, "no file is needed in between");
  });

  it("knows of a Table resource what the table is partitioned and clustered by; what is said comes first", async () => {
    const resource = {
      schema: { fields: [A, B] },
      timePartitioning: { type: "DAY", field: "a" },
      clustering: { fields: ["b"] },
    };
    const wider = [{ ...A, type: "NUMERIC" }];
    assert.match((await plan(resource, wider))[1], /partitioned by it[\s\S]*clustered by it/);
    assert.doesNotMatch((await plan(resource, wider, "--partition-column", "z", "--cluster-columns", "z"))[1], /by it/);
  });

  it("asks whether it is a rename, and takes it for one where it is told", async () => {
    assert.match((await plan([A, B], [A, { ...B, name: "c" }]))[1], /If b is c by another name: RENAME="b=c"/);
    const [, said] = await plan([A, B], [A, { ...B, name: "c" }], "--rename", "b=c");
    assert.match(said, /RENAME COLUMN `b` TO `c`[\s\S]*which no order does[\s\S]*"op":"rename","column":"b","to":"c"/);
  });

  it("is a target of make, whose document names it", () => {
    assert.match(readFileSync("Makefile", "utf8"), /^schema-plan:/m);
    assert.match(readFileSync("docs/schema-changes.md", "utf8"), /make schema-plan FROM=/);
  });
});
