import assert from "node:assert/strict";
import fc from "fast-check";
import { bigQueryDdl, toInsertAllJson } from "../../schemas/bigquery";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import { arbitraryRow } from "../support/arbitrary";

describe("what BigQuery is given", () => {
  it("is a table with every description", () => {
    const schema = parseTableSchema({
      description: 'the "sink"',
      schema: {
        fields: [
          { name: "id", type: "INT64", mode: "REQUIRED", description: "number" },
          { name: "tags", type: "STRING", mode: "REPEATED", maxLength: "10" },
          { name: "price", type: "NUMERIC", precision: "10", scale: "2" },
          { name: "at", type: "RANGE", rangeElementType: { type: "DATE" } },
          { name: "r", type: "RECORD", fields: [{ name: "x", type: "FLOAT64" }] },
        ],
      },
    });
    assert.equal(
      bigQueryDdl(schema, "p.d.t"),
      `CREATE TABLE \`p.d.t\` (
  \`id\` INT64 NOT NULL OPTIONS (description = "number"),
  \`tags\` ARRAY<STRING(10)>,
  \`price\` NUMERIC(10, 2),
  \`at\` RANGE<DATE>,
  \`r\` STRUCT<\`x\` FLOAT64>
)
OPTIONS (description = "the \\"sink\\"");
`,
    );
  });

  it("is a row whose JSON means the row again, whatever it holds", () => {
    const schema = loadTableSchema("test/schemas/every_type.json");
    // A JSON column is sent as its text, which BigQuery parses: our own parser would take it for a string.
    const columns = schema.columns.filter(({ type, name }) => type !== "JSON" && name !== "record");
    const without = { ...schema, columns };
    const parse = compileRowParser(without, { unknownColumns: "refuse" });
    const toJson = toInsertAllJson(without);
    fc.assert(
      fc.property(arbitraryRow(without), (row) => {
        assert.deepEqual(parse(JSON.stringify(toJson(row))), row);
      }),
    );
  });

  it("has an INT64 as a string, so that no double comes between", () => {
    const schema = parseTableSchema([{ name: "a", type: "INT64" }]);
    assert.deepEqual(toInsertAllJson(schema)({ a: 4539578763621486123n }), { a: "4539578763621486123" });
  });
});
