import assert from "node:assert/strict";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { SchemaError, withMetadata } from "../../schemas/schema";

describe("a table schema", () => {
  it("is the article's fourteen columns, in its order and its spelling", () => {
    const { description, columns } = loadTableSchema("schemas/cc_account_info.json");
    assert.equal(description, "Sink table to collect data after processing by dataflow for streaming pipeline");
    assert.deepEqual(
      columns.map(({ name, type }) => `${name} ${type}`),
      [
        ...[
          "name STRING",
          "address STRING",
          "country_code STRING",
          "city STRING",
          "bank_iban STRING",
          "company STRING",
        ],
        ...["credit_card INT64", "credit_card_provider STRING", "credit_card_expires STRING"],
        ...[
          "date_record_created DATETIME",
          "employement STRING",
          "emp_id STRING",
          "name_prefix STRING",
          "phone_number STRING",
        ],
      ],
    );
    assert.ok(columns.every((column) => column.description !== "" && column.mode === "NULLABLE"));
    assert.deepEqual(
      columns.filter(({ personal }) => personal).map(({ name }) => name),
      [
        "name",
        "address",
        "city",
        "bank_iban",
        "credit_card",
        "credit_card_expires",
        "employement",
        "emp_id",
        "phone_number",
      ],
    );
  });

  it("is read in each of the shapes that BigQuery's tools write", () => {
    const fields = [{ name: "a", type: "integer", mode: "required", maxLength: undefined }].map(
      ({ name, type, mode }) => ({ name, type, mode }),
    );
    const expected = [{ name: "a", type: "INT64", mode: "REQUIRED", description: "", personal: false }];
    for (const json of [fields, { fields }, { schema: { fields } }, { description: "d", schema: { fields } }]) {
      assert.deepEqual(parseTableSchema(json).columns, expected);
    }
    assert.equal(parseTableSchema({ description: "d", schema: { fields } }).description, "d");
  });

  it("takes aliases, lengths as the REST interface writes them, and names in any language", () => {
    const { columns } = parseTableSchema([
      { name: "größe", type: "FLOAT" },
      { name: "数", type: "DECIMAL", precision: "10", scale: 2 },
      { name: "ok", type: "BOOLEAN" },
      { name: "r", type: "STRUCT", fields: [{ name: "s", type: "STRING", maxLength: "5" }] },
    ]);
    assert.deepEqual(
      columns.map(({ type }) => type),
      ["FLOAT64", "NUMERIC", "BOOL", "RECORD"],
    );
    assert.equal(columns[1]!.precision, 10);
    assert.equal(columns[3]!.fields![0]!.maxLength, 5);
  });

  it("takes what does not change which values are taken", () => {
    const field = {
      ...{ name: "a", type: "TIMESTAMP", mode: null, timestampPrecision: "6" },
      ...{ policyTags: { names: [] }, collation: "und:ci" },
    };
    assert.equal(parseTableSchema([{ ...field, mode: "nullable" }]).columns[0]!.type, "TIMESTAMP");
    assert.throws(
      () => parseTableSchema([field]),
      (error) => error instanceof SchemaError && error.code === "UNKNOWN_MODE",
    );
  });

  it("names the path of the column that it is about", () => {
    const fields = [
      { name: "r", type: "RECORD", fields: [{ name: "s", type: "RECORD", fields: [{ name: "t", type: "X" }] }] },
    ];
    assert.throws(
      () => parseTableSchema(fields),
      (error) => error instanceof SchemaError && error.column === "r.s.t",
    );
  });

  it("gets the columns of a BigQuery subscription", () => {
    const schema = withMetadata(parseTableSchema([{ name: "a", type: "STRING" }]));
    assert.deepEqual(
      schema.columns.map(({ name, type }) => `${name} ${type}`),
      ["a STRING", "message_id STRING", "publish_time TIMESTAMP", "attributes JSON"],
    );
  });

  const nested = (levels: number): object =>
    levels === 0 ? { name: "leaf", type: "STRING" } : { name: "r", type: "RECORD", fields: [nested(levels - 1)] };

  const refused: Record<string, [code: string, json: unknown]> = {
    "no schema": ["NOT_A_SCHEMA", 1],
    "no fields": ["NO_FIELDS", []],
    "fields that are no list": ["NO_FIELDS", { fields: {} }],
    "a field that is no object": ["NOT_A_FIELD", ["a STRING"]],
    "a type that there is not": ["UNKNOWN_TYPE", [{ name: "a", type: "TEXT" }]],
    "no type": ["UNKNOWN_TYPE", [{ name: "a" }]],
    "a mode that there is not": ["UNKNOWN_MODE", [{ name: "a", type: "STRING", mode: "OPTIONAL" }]],
    "no name": ["BAD_NAME", [{ type: "STRING" }]],
    "a name with a dot": ["BAD_NAME", [{ name: "a.b", type: "STRING" }]],
    "a name too long": ["BAD_NAME", [{ name: "a".repeat(301), type: "STRING" }]],
    "one of BigQuery's own names": ["BAD_NAME", [{ name: "_PARTITIONTIME", type: "STRING" }]],
    "a name that JavaScript keeps": ["BAD_NAME", [{ name: "__proto__", type: "STRING" }]],
    "a name twice": [
      "DUPLICATE_NAME",
      [
        { name: "a", type: "STRING" },
        { name: "A", type: "STRING" },
      ],
    ],
    "a RECORD without fields": ["NO_FIELDS", [{ name: "a", type: "RECORD" }]],
    "fields without a RECORD": [
      "WRONG_PARAMETER",
      [{ name: "a", type: "STRING", fields: [{ name: "b", type: "STRING" }] }],
    ],
    "sixteen levels": ["TOO_DEEP", [nested(16)]],
    "10,001 columns": [
      "TOO_MANY_COLUMNS",
      Array.from({ length: 10_001 }, (_, i) => ({ name: `c${i}`, type: "STRING" })),
    ],
    "a length for a number": ["WRONG_PARAMETER", [{ name: "a", type: "INT64", maxLength: "5" }]],
    "a length of nothing": ["WRONG_PARAMETER", [{ name: "a", type: "STRING", maxLength: "0" }]],
    "a scale without a precision": ["WRONG_PARAMETER", [{ name: "a", type: "NUMERIC", scale: "2" }]],
    "a precision that NUMERIC has not": ["WRONG_PARAMETER", [{ name: "a", type: "NUMERIC", precision: "30" }]],
    "a scale that NUMERIC has not": ["WRONG_PARAMETER", [{ name: "a", type: "NUMERIC", precision: "20", scale: "10" }]],
    "a precision for text": ["WRONG_PARAMETER", [{ name: "a", type: "STRING", precision: "5" }]],
    "a RANGE of nothing": ["WRONG_PARAMETER", [{ name: "a", type: "RANGE" }]],
    "a RANGE of numbers": ["WRONG_PARAMETER", [{ name: "a", type: "RANGE", rangeElementType: { type: "INT64" } }]],
    "a default that is not done": ["NOT_HONOURED", [{ name: "a", type: "STRING", defaultValueExpression: "'x'" }]],
    "a rounding that is not done": ["NOT_HONOURED", [{ name: "a", type: "NUMERIC", roundingMode: "ROUND_HALF_EVEN" }]],
    "picoseconds, which are not done": ["NOT_HONOURED", [{ name: "a", type: "TIMESTAMP", timestampPrecision: "12" }]],
    "a precision of seconds for a DATETIME": [
      "WRONG_PARAMETER",
      [{ name: "a", type: "DATETIME", timestampPrecision: "6" }],
    ],
    "a column that BigQuery computes": ["NOT_HONOURED", [{ name: "a", type: "INT64", generatedColumn: {} }]],
    "a word that BigQuery does not know": ["UNKNOWN_PROPERTY", [{ name: "a", type: "STRING", nullable: true }]],
  };
  for (const [what, [code, json]] of Object.entries(refused)) {
    it(`is refused for ${what}`, () => {
      assert.throws(
        () => parseTableSchema(json),
        (error) => error instanceof SchemaError && error.code === code,
      );
    });
  }

  it("is refused as a file that is not there, or is no JSON", () => {
    for (const [path, code] of [
      ["no/such.json", "NOT_READABLE"],
      ["Makefile", "NOT_JSON"],
    ] as const) {
      assert.throws(
        () => loadTableSchema(path),
        (error) => error instanceof SchemaError && error.code === code,
      );
    }
    assert.throws(() => withMetadata(parseTableSchema([{ name: "Message_ID", type: "STRING" }])), SchemaError);
  });

  it("is refused in one line, whatever stands in it", () => {
    const fields = [{ name: "a", type: "STRING", "an\r\nother": 1 }];
    assert.throws(
      () => parseTableSchema(fields),
      (error: Error) => !/[\r\n]/.test(error.message),
    );
  });

  it("keeps fifteen levels", () => {
    assert.equal(parseTableSchema([nested(14)]).columns.length, 1);
  });
});
