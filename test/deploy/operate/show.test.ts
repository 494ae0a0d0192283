/** What a screen shows of a dead letter: no personal value, and none where it does not belong. */
import assert from "node:assert/strict";
import { groupsAsText, groupsOf } from "../../../deploy/operate/list";
import { form, shown, shownAsText } from "../../../deploy/operate/show";
import { loadTableSchema } from "../../../schemas/load";
import { letter, message } from "./letters";

const schema = loadTableSchema("schemas/cc_account_info.json");
const CARD = "4539578763621486";

describe("a dead letter on the screen", () => {
  const text = `{"name":"Ada Lovelace","credit_card":"${CARD}x","surname":"Lovelace","4539578763621486":1}`;
  const attributes = { customer: "Ada" };
  const one = letter(message("1", text, { attributes }), "wrong_type", "credit_card");

  it("is masked: of what is personal, refused, unknown or an attribute no value stands there", () => {
    const said = shownAsText(shown(one, schema, false));
    for (const value of ["Ada", "Lovelace", CARD, "4539"]) assert.ok(!said.includes(value), value);
    assert.match(said, /credit_card +"9{16}x"/);
    assert.match(said, /\? +9/, "a name that may be a value is none");
    assert.match(said, /reason +wrong_type/);
  });

  it("is masked where it is no JSON, no UTF-8, or empty", () => {
    const broken = letter(message("1", `{"name":"Ada", ${CARD}`), "invalid_json");
    assert.equal(shown(broken, schema, false).content, '{"xxxx":"xxx", 9999999999999999');
    const bytes = { ...broken, data: Uint8Array.of(0x7b, 0xff) };
    assert.equal(shown(bytes, schema, false).content, "bytes that are no UTF-8");
    assert.equal(shown({ ...broken, data: new Uint8Array() }, schema, false).content, "");
    assert.equal(form("é".repeat(500)).length < 250, true);
  });

  it("is whole with --clear", () => {
    assert.ok(shownAsText(shown(one, schema, true)).includes(CARD));
    assert.equal(shown(one, schema, true).attributes.original_customer, "Ada");
  });

  it("is listed by reason and column, the most first, with the times of the first and the last", () => {
    const at = (id: string, publishTime: string) => letter(message(id, "", { publishTime }), "empty");
    const groups = groupsOf([one, at("2", "2024-03-01T00:00:00.5Z"), at("3", "2024-02-28T23:59:59Z")]);
    assert.deepEqual(
      groups.map(({ reason, column, count }) => [reason, column, count]),
      [
        ["empty", "", 2],
        ["wrong_type", "credit_card", 1],
      ],
    );
    assert.deepEqual([groups[0]!.first, groups[0]!.last], ["2024-02-28T23:59:59Z", "2024-03-01T00:00:00.5Z"]);
    assert.equal(groupsAsText(groups).trim().split("\n").length, 3);
  });
});
