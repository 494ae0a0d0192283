import assert from "node:assert/strict";
import { inOneForm, merged, unchangeable, wantedColumns } from "../../../deploy/resources/columns";
import { loadTableSchema } from "../../../schemas/load";

const column = (name: string, more: object = {}) => ({
  name,
  type: "STRING",
  mode: "NULLABLE",
  description: "",
  ...more,
});

describe("a table's columns", () => {
  it("read the same as the API writes them and as the schema file does", () => {
    const wanted = inOneForm(wantedColumns(loadTableSchema("test/schemas/every_type.json").columns, ""));
    assert.deepEqual(inOneForm(JSON.parse(JSON.stringify(wanted))), wanted);
    assert.deepEqual(
      inOneForm([{ name: "a", type: "INT64" }]),
      inOneForm([{ name: "a", type: "INTEGER", mode: "NULLABLE" }]),
    );
  });

  it("carry the policy tag where they are personal, and nowhere else", () => {
    const { columns } = loadTableSchema("schemas/cc_account_info.json");
    const tagged = wantedColumns(columns, "projects/p/locations/l/taxonomies/1/policyTags/2").filter(
      (one) => one.policyTags,
    );
    assert.deepEqual(
      tagged.map(({ name }) => name),
      columns.filter(({ personal }) => personal).map(({ name }) => name),
    );
  });

  it("keep what BigQuery takes away from no table, and add what is new", () => {
    const found = [column("a"), column("theirs")];
    const wanted = [column("new"), column("A", { description: "d" })];
    assert.deepEqual(
      merged(found, wanted).map(({ name, description }) => [name, description]),
      [
        ["A", "d"],
        ["theirs", ""],
        ["new", ""],
      ],
    );
  });

  const impossible: [string, object, object | undefined][] = [
    ["a type", column("a", { type: "INTEGER" }), column("a")],
    ["a mode", column("a", { mode: "REPEATED" }), column("a")],
    ["NULLABLE to REQUIRED", column("a", { mode: "REQUIRED" }), column("a")],
    ["a new REQUIRED column", column("a", { mode: "REQUIRED" }), undefined],
    [
      "within a record",
      column("r", { type: "RECORD", fields: [column("a")] }),
      column("r", { type: "RECORD", fields: [column("a", { type: "DATE" })] }),
    ],
  ];
  for (const [what, wanted, found] of impossible) {
    it(`say what no update does: ${what}`, () =>
      assert.notEqual(unchangeable((found ? [found] : []) as never, [wanted] as never), undefined));
  }

  it("let REQUIRED become NULLABLE", () =>
    assert.equal(unchangeable([column("a", { mode: "REQUIRED" })], [column("a")]), undefined));
});
