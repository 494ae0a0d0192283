import assert from "node:assert/strict";
import fc from "fast-check";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import { Refusal } from "../../transforms/refusal";
import { arbitraryRow, isText, toJsonText } from "../support/arbitrary";

const BANK = loadTableSchema("schemas/cc_account_info.json");
const SCHEMAS = {
  "the bank's": BANK,
  "every type": loadTableSchema("test/schemas/every_type.json"),
  "call records": loadTableSchema("test/schemas/call_records.json"),
};
const strict = { unknownColumns: "refuse" } as const;

describe("the row parser", () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const parse = compileRowParser(schema, strict);
    const rows = arbitraryRow(schema);

    it(`gives any row back that was written as JSON: ${name}`, () => {
      fc.assert(
        fc.property(rows, (row) => {
          assert.deepEqual(parse(toJsonText(schema.columns, row)), row);
        }),
        { numRuns: 300 },
      );
    });

    it(`takes the same row in any order, with any white space, and without what is null: ${name}`, () => {
      fc.assert(
        fc.property(rows, fc.infiniteStream(fc.nat()), fc.constantFrom("", " ", "\n\t "), (row, order, space) => {
          const shuffled = schema.columns
            .filter((column) => row[column.name] !== null)
            .map((column) => ({ column, at: order.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ column }) => toJsonText([column], row).slice(1, -1));
          const text = `${space}{${space}${shuffled.join(`${space},${space}`)}${space}}${space}`;
          assert.deepEqual(parse(text), row);
        }),
        { numRuns: 300 },
      );
    });
  }

  const reversed = [...BANK.columns].reverse();
  // A repeated column keeps a schema from the quick way.
  const list = parseTableSchema([{ name: "list", type: "STRING", mode: "REPEATED" }]).columns;
  const inPieces = compileRowParser({ ...BANK, columns: [...BANK.columns, ...list] }, strict);
  for (const [order, columns] of Object.entries({ "the schema's order": BANK.columns, "another order": reversed })) {
    it(`takes what JSON.parse takes and refuses what it refuses: one character of a message in ${order} changed`, () => {
      const parse = compileRowParser(BANK, strict);
      const characters = fc.constantFrom(...'{}[]:,"\\/0123456789-+.eEtrufalsn \t\n\u0000\u001fxé');
      fc.assert(
        fc.property(arbitraryRow(BANK), fc.nat(), characters, fc.nat(2), (row, at, character, cut) => {
          const text = toJsonText(columns, row);
          const from = at % text.length;
          const changed = text.slice(0, from) + character + text.slice(from + cut);
          // A half of a surrogate pair never comes through decode.
          fc.pre(isText(changed));
          const parsed = parse(changed);
          const isInvalid = parsed instanceof Refusal && parsed.reason === "invalid_json";
          assert.equal(isInvalid, !isJson(changed), "as JSON.parse says");
          const expected = inPieces(changed);
          assert.deepEqual(parsed instanceof Refusal ? parsed : { ...parsed, list: [] }, expected, "in pieces");
        }),
        { numRuns: 4000 },
      );
    });
  }

  it("agrees with JSON.parse on any text at all", () => {
    const parse = compileRowParser(parseTableSchema([{ name: "a", type: "JSON" }]), strict);
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"a"',
      '"',
      "1",
      "-",
      "0",
      ".5",
      "e1",
      "true",
      "null",
      "\\",
      "\\u0041",
      " ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (list) => {
        const text = list.join("");
        const parsed = parse(text);
        assert.equal(parsed instanceof Refusal && parsed.reason === "invalid_json", !isJson(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it("reads a table wider than its quick way", () => {
    const fields = Array.from({ length: 150 }, (_, i) => ({ name: `c${i}`, type: "INT64" }));
    const parse = compileRowParser(parseTableSchema(fields), strict);
    const text = JSON.stringify(Object.fromEntries(fields.map(({ name }, i) => [name, i])));
    const row = parse(text);
    assert.ok(!(row instanceof Refusal));
    assert.equal(row.c149, 149n);
  });

  it("reads the deepest brackets without falling", () => {
    const parse = compileRowParser(BANK, strict);
    for (const piece of ["[", '{"name":', '{"x":[', "-", '"', "\\"]) {
      assert.equal((parse(`{"name":${piece.repeat(100_000)}`) as Refusal).reason, "invalid_json");
    }
    const json = compileRowParser(parseTableSchema([{ name: "a", type: "JSON" }]), strict);
    const nested = (levels: number) => json(`{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`);
    assert.ok(!(nested(500) instanceof Refusal));
    assert.equal((nested(502) as Refusal).reason, "invalid_json");
  });
});

describe("a message of Pub/Sub's ten megabytes", () => {
  const types = ["STRING", "BYTES", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE", "TIME", "DATETIME"];
  for (const type of [...types, "TIMESTAMP", "JSON", "GEOGRAPHY", "INTERVAL"]) {
    it(`becomes a row or a refusal: ${type}`, () => {
      const parse = compileRowParser(parseTableSchema([{ name: "a", type }]), strict);
      for (const piece of ["AAAA", "1", "\\n"]) {
        const text = `{"a":"${piece.repeat(10_000_000 / piece.length)}"}`;
        const row = parse(text);
        assert.notEqual(row instanceof Refusal && row.reason, "invalid_json");
      }
    });
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
