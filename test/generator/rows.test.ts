import assert from "node:assert/strict";
import { compileGenerator } from "../../generator/record";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import type { Row, TableSchema } from "../../schemas/schema";
import { decode } from "../../transforms/decode";
import { Refusal, type RefusalReason } from "../../transforms/refusal";

/** What becomes of a message's bytes, with unknown columns refused. */
function rows(schema: TableSchema): (data: Uint8Array) => Row | Refusal {
  const parse = compileRowParser(schema, { unknownColumns: "refuse" });
  return (data) => {
    const decoded = decode({ data, attributes: {}, messageId: "1", publishTime: "", orderingKey: "" });
    return decoded instanceof Refusal ? decoded : parse(decoded.text);
  };
}

/** Every type in every mode, with and without its parameters. */
function everyType(): TableSchema {
  const types: { type: string; [parameter: string]: unknown }[] = [
    { type: "STRING" },
    { type: "STRING", maxLength: 1 },
    { type: "BYTES" },
    { type: "BYTES", maxLength: 1 },
    { type: "INT64" },
    { type: "FLOAT64" },
    { type: "NUMERIC" },
    { type: "NUMERIC", precision: 5, scale: 4 },
    { type: "NUMERIC", precision: 5 },
    { type: "BIGNUMERIC" },
    { type: "BIGNUMERIC", precision: 40, scale: 2 },
    ...["BOOL", "DATE", "TIME", "DATETIME", "TIMESTAMP", "JSON", "GEOGRAPHY", "INTERVAL"].map((type) => ({ type })),
    ...["DATE", "DATETIME", "TIMESTAMP"].map((type) => ({ type: "RANGE", rangeElementType: { type } })),
    {
      type: "RECORD",
      fields: [
        { name: "zip", type: "STRING" },
        { name: "city", type: "STRING", maxLength: 3 },
      ],
    },
  ];
  const fields = types.flatMap((type, index) =>
    ["NULLABLE", "REQUIRED", "REPEATED"].map((mode) => ({ name: `${mode}_${index}`, mode, ...type })),
  );
  return parseTableSchema(fields);
}

const SCHEMAS: Readonly<Record<string, TableSchema>> = {
  "the bank's": loadTableSchema("schemas/cc_account_info.json"),
  "call records": loadTableSchema("test/schemas/call_records.json"),
  "the parser's own test": loadTableSchema("test/schemas/every_type.json"),
  "every type": everyType(),
  "one INT64": parseTableSchema([{ name: "id", type: "INT64", mode: "REQUIRED" }]),
  "one REPEATED JSON": parseTableSchema([{ name: "any", type: "JSON", mode: "REPEATED" }]),
  "the bank's names with limits": parseTableSchema([
    { name: "name", type: "STRING", maxLength: 5 },
    { name: "city", type: "STRING", mode: "REPEATED", maxLength: 2 },
    { name: "credit_card", type: "STRING" },
    { name: "bank_iban", type: "INT64" },
    { name: "date_record_created", type: "TIMESTAMP" },
  ]),
};

/** What refuses a kind of broken message wherever it can be. */
const REASONS: Readonly<Record<string, readonly RefusalReason[]>> = {
  empty: ["empty"],
  "invalid UTF-8": ["invalid_utf8"],
  "byte order mark": ["invalid_utf8"],
  "trailing text": ["invalid_json"],
  "missing end": ["invalid_json"],
  "unknown column": ["unknown_column"],
  "column __proto__": ["unknown_column"],
  array: ["not_an_object"],
  "not an object": ["not_an_object"],
  "deep brackets": ["invalid_json"],
  "duplicate column": ["duplicate_column"],
  NaN: ["invalid_json"],
  "lone surrogate": ["invalid_json"],
  "beyond 64 bits": ["out_of_range"],
  "fraction for INT64": ["wrong_type"],
  "letters for INT64": ["wrong_type"],
  "BOOL for INT64": ["wrong_type"],
  "no such day": ["out_of_range"],
  "no such time": ["out_of_range"],
  "no such moment": ["out_of_range", "wrong_type"],
  "object for a scalar": ["wrong_type"],
  "array for a scalar": ["wrong_type"],
  "scalar for a RECORD": ["not_an_object"],
  "null for REQUIRED": ["missing_column"],
  "null in REPEATED": ["null_element"],
};

describe("generator: what becomes of its messages", () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    it(`every valid one is a row: ${name}`, () => {
      const read = rows(schema);
      const generator = compileGenerator(schema, { seed: 11, locale: "en_GB" });
      for (let i = 0; i < 2000; i++) {
        const row = read(generator.next());
        assert(!(row instanceof Refusal), row instanceof Refusal ? `${row.reason} ${row.column}` : "");
        assert.deepEqual(
          Object.keys(row),
          schema.columns.map((column) => column.name),
        );
      }
      assert.equal(generator.broken.size, 0);
    });

    it(`every broken one is refused: ${name}`, () => {
      const read = rows(schema);
      const generator = compileGenerator(schema, { seed: 12, locale: "fr", invalid: 0.5 });
      let refused = 0;
      for (let i = 0; i < 3000; i++) if (read(generator.next()) instanceof Refusal) refused++;
      assert.equal(
        refused,
        [...generator.broken.values()].reduce((sum, count) => sum + count, 0),
      );
    });
  }

  it("each kind of broken message is refused for what it is", () => {
    const schema = SCHEMAS["every type"]!;
    const read = rows(schema);
    const generator = compileGenerator(schema, { seed: 3, locale: "en_GB", invalid: 1 });
    for (let i = 0; i < 2000; i++) {
      const before = new Map(generator.broken);
      const refusal = read(generator.next());
      const kind = [...generator.broken.keys()].find((name) => generator.broken.get(name) !== before.get(name))!;
      assert(refusal instanceof Refusal, kind);
      assert(REASONS[kind]!.includes(refusal.reason), `${kind}: ${refusal.reason}`);
    }
    assert.deepEqual([...generator.broken.keys()].sort(), Object.keys(REASONS).sort(), "all kinds were there");
  });
});
