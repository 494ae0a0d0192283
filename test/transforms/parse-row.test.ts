import assert from "node:assert/strict";
import fc from "fast-check";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import { withMetadata, withSchemaVersion } from "../../schemas/schema";
import { decode } from "../../transforms/decode";
import type { Message } from "../../transforms/message";
import { parseRow } from "../../transforms/parse-row";
import { Refusal } from "../../transforms/refusal";
import { arbitraryRow, toJsonText } from "../support/arbitrary";

const strict = { unknownColumns: "refuse" } as const;
const message = (data: Uint8Array, publishTime = "2024-02-29T12:00:00.5Z"): Message => ({
  data,
  attributes: { kind: "payment", 'a "quoted" key': "é" },
  messageId: "42",
  publishTime,
  orderingKey: "",
});

describe("parseRow", () => {
  const schema = parseTableSchema([{ name: "a", type: "INT64" }]);
  const parse = compileRowParser(schema, strict);

  it("gives the row beside its message, or why there is none", () => {
    const given = message(Buffer.from("{}"));
    assert.deepEqual(parseRow(parse, false)({ message: given, text: '{"a":1}' }), { message: given, row: { a: 1n } });
    assert.deepEqual(parseRow(parse, false)({ message: given, text: '{"a":1.5}' }), new Refusal("wrong_type", "a"));
  });

  it("names the schema's version in a column of its own", () => {
    const step = parseRow(parse, true, { column: "made_by", version: "0123456789ab" });
    const made = step({ message: message(Buffer.from("{}")), text: '{"a":1}' });
    assert.ok(!(made instanceof Refusal));
    const columns = withSchemaVersion(withMetadata(schema), "made_by").columns.map(({ name }) => name);
    assert.deepEqual(Object.keys(made.row), columns);
    assert.equal(made.row.made_by, "0123456789ab");
  });

  const publishTimes: Record<string, string> = {
    "2024-02-29T12:00:00Z": "2024-02-29T12:00:00Z",
    "2024-02-29T12:00:00.5Z": "2024-02-29T12:00:00.500000Z",
    "2024-02-29T12:00:00.123456789Z": "2024-02-29T12:00:00.123456Z",
    "2024-02-29T12:00:00.000000789Z": "2024-02-29T12:00:00Z",
  };
  for (const [publishTime, expected] of Object.entries(publishTimes)) {
    it(`adds the message's own columns, in the schema's order: published ${publishTime}`, () => {
      const given = message(Buffer.from("{}"), publishTime);
      const made = parseRow(parse, true)({ message: given, text: '{"a":1}' });
      assert.ok(!(made instanceof Refusal));
      assert.deepEqual(
        Object.keys(made.row),
        withMetadata(schema).columns.map(({ name }) => name),
      );
      assert.equal(made.row.message_id, "42");
      assert.equal(made.row.publish_time, expected);
      assert.deepEqual(JSON.parse(made.row.attributes as string), given.attributes);
    });
  }

  for (const path of [
    "schemas/cc_account_info.json",
    "test/schemas/every_type.json",
    "test/schemas/call_records.json",
  ]) {
    it(`never throws, whatever the bytes are: ${path}`, () => {
      const schema = loadTableSchema(path);
      const step = parseRow(compileRowParser(schema, strict), true);
      const almost = fc
        .tuple(arbitraryRow(schema), fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(4))
        .map(([row, at, bytes, cut]) => {
          const whole = Buffer.from(toJsonText(schema.columns, row));
          const from = at % whole.length;
          return Buffer.concat([whole.subarray(0, from), bytes, whole.subarray(from + cut)]);
        });
      fc.assert(
        fc.property(fc.oneof(almost, fc.uint8Array()), (bytes) => {
          const decoded = decode(message(bytes));
          const made = decoded instanceof Refusal ? decoded : step(decoded);
          if (made instanceof Refusal) return;
          JSON.parse(Buffer.from(bytes).toString());
          assert.equal(Object.keys(made.row).length, schema.columns.length + 3);
        }),
        { numRuns: 1000 },
      );
    });
  }
});
