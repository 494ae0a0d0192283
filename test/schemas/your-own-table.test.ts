import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseTableSchema } from "../../schemas/parse-schema";
import { compileRowParser } from "../../schemas/row-parser";
import { Refusal } from "../../transforms/refusal";

const document = readFileSync("docs/your-own-table.md", "utf8");

/** The code block behind a mark. */
function block(mark: string): string {
  const found = new RegExp(`<!-- ${mark} -->\\n\`\`\`json\\n([\\s\\S]*?)\`\`\``).exec(document);
  assert.ok(found, `the document has a block of ${mark}`);
  return found[1]!;
}

describe("docs/your-own-table.md", () => {
  it("says what becomes of its own messages under its own schema", () => {
    const parse = compileRowParser(parseTableSchema(JSON.parse(block("schema"))), { unknownColumns: "refuse" });
    const rows = block("messages").trim().split("\n").map(parse);
    const refused = rows.filter((row) => row instanceof Refusal).map(({ reason, column }) => `${reason} ${column}`);
    assert.equal(rows.length - refused.length, 2);
    assert.deepEqual(refused, ["wrong_type seconds", "missing_column cells[1].id"]);
    for (const refusal of refused) assert.ok(document.includes(`\`${refusal}\``));
    assert.deepEqual(rows[0], {
      call_id: "c-1",
      caller: "+442079460000",
      started_at: "2024-02-29T12:00:00Z",
      seconds: 61n,
      price: "0.0125",
      cells: [{ id: 7n, signal: -71.5 }],
    });
  });
});
