import assert from "node:assert/strict";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { schemaVersion } from "../../schemas/version";

const versionOf = (...fields: readonly object[]) => schemaVersion(parseTableSchema(fields));
const A = { name: "a", type: "INT64" };
const B = { name: "b", type: "RECORD", fields: [{ name: "c", type: "NUMERIC", precision: 5 }, A] };

describe("a schema's version", () => {
  it("is twelve hexadecimal digits, the same today and tomorrow", () => {
    assert.match(schemaVersion(loadTableSchema("test/schemas/every_type.json")), /^[0-9a-f]{12}$/);
    assert.equal(versionOf(A), "ddf1ed70b584");
  });

  const same: Record<string, readonly object[]> = {
    "a description": [{ ...A, description: "Personal data. A number" }, B],
    "a policy tag": [{ ...A, policyTags: { names: ["projects/p/locations/eu/taxonomies/1/policyTags/2"] } }, B],
    "another order": [{ ...B, fields: [...B.fields].reverse() }, A],
    "a type by its other name": [
      { ...A, type: "INTEGER" },
      { ...B, type: "STRUCT" },
    ],
    "a mode that is said": [{ ...A, mode: "NULLABLE" }, B],
    "a scale that is said": [A, { ...B, fields: [{ name: "c", type: "NUMERIC", precision: "5", scale: "0" }, A] }],
    "a name in another case": [{ ...A, name: "A" }, B],
  };
  for (const [what, fields] of Object.entries(same)) {
    it(`stays with ${what}`, () => assert.equal(versionOf(...fields), versionOf(A, B)));
  }

  const other: Record<string, readonly object[]> = {
    "a column": [A, B, { name: "d", type: "STRING" }],
    "a name": [{ ...A, name: "z" }, B],
    "a type": [{ ...A, type: "NUMERIC" }, B],
    "a mode": [{ ...A, mode: "REQUIRED" }, B],
    "a length": [A, { ...B, fields: [{ name: "c", type: "NUMERIC", precision: 6 }, A] }],
    "a scale": [A, { ...B, fields: [{ name: "c", type: "NUMERIC", precision: 5, scale: 1 }, A] }],
    "a nested column": [A, { ...B, fields: [...B.fields, { name: "d", type: "STRING" }] }],
  };
  for (const [what, fields] of Object.entries(other)) {
    it(`is another with another of ${what}`, () => assert.notEqual(versionOf(...fields), versionOf(A, B)));
  }
});
