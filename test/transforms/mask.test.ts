import assert from "node:assert/strict";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import { maskRow } from "../../transforms/mask";

describe("a masked row", () => {
  const bank = loadTableSchema("schemas/cc_account_info.json");

  it("shows the last four digits of a card and the first letter of a name", () => {
    const shown = maskRow(bank, { name: "Ada Lovelace", credit_card: "4539578763621486", country_code: "GB" });
    assert.equal(shown.name, "A•••");
    assert.equal(shown.credit_card, "•••• 1486");
    assert.equal(shown.country_code, "GB");
    assert.equal(shown.city, "null");
  });

  it("shows no more than one character of any personal column", () => {
    const row = Object.fromEntries(bank.columns.map(({ name }) => [name, "Zq7-secret"]));
    const shown = maskRow(bank, row);
    for (const { name, personal } of bank.columns) assert.equal(shown[name], personal ? "Z•••" : "Zq7-secret");
  });

  it("hides nested values whole: a field inside may be personal", () => {
    const schema = parseTableSchema([{ name: "a", type: "RECORD", fields: [{ name: "b", type: "STRING" }] }]);
    assert.equal(maskRow(schema, { a: { b: "secret" } }).a, "•••");
  });
});
