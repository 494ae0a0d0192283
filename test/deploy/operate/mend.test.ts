/** Mending touches what is named and nothing else, and no value is rounded on the way. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { fixOf, mended, mendsOf } from "../../../deploy/operate/mend";
import { MENDS } from "../../../deploy/operate/mend/kinds";
import { OperateError } from "../../../deploy/operate/trouble";

const CARD = "4539578763621486123";

describe("a mend", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      '{"op":"rename","column":"surname","to":"name"}',
      `{"surname": "Ada", "card":${CARD}}`,
      `{"name":"Ada","card":${CARD}}`,
    ],
    ['{"op":"rename","column":"absent","to":"name"}', '{ "a" : 1.0 }', '{ "a" : 1.0 }'],
    ['{"op":"drop","column":"X"}', `{"x":{"y":[1]},"card":${CARD}}`, `{"card":${CARD}}`],
    [`{"op":"set","column":"card","value":${CARD}}`, '{"card":"?"}', `{"card":${CARD}}`],
    ['{"op":"default","column":"a","value":null}', '{"a":1}', '{"a":1}'],
    ['{"op":"default","column":"a","value":"x"}', '{"a":null}', '{"a":"x"}'],
    ['{"op":"default","column":"a","value":"x"}', "{}", '{"a":"x"}'],
    ['{"op":"trim","column":"a"}', '{"a":" 1\\n"}', '{"a":"1"}'],
    ['{"op":"trim","column":"a"}', '{"a": 1 }', '{"a": 1 }'],
    ['{"op":"text","column":"a"}', '{"a":1.50}', '{"a":"1.50"}'],
    ['{"op":"date","column":"d","form":"DD/MM/YYYY"}', '{"d":"9/2/2024"}', '{"d":"2024-02-09"}'],
    ['{"op":"date","column":"d","form":"YYYYMMDD"}', '{"d":"soon"}', '{"d":"soon"}'],
    ['{"op":"drop","column":"a.b"}', `{"a":{"b":1,"c":${CARD}},"z":[]}`, `{"a":{"c":${CARD}},"z":[]}`],
    ['{"op":"strip_byte_order_mark"}', "\ufeff{}", "{}"],
  ];
  for (const [operation, before, after] of cases) {
    it(`${operation} of ${before}`, () => assert.equal(mended(before, mendsOf(`[${operation}]`)), after));
  }

  it("of text that is no JSON object is none", () => {
    for (const text of ["", "{", "[1]", '{"a":1} x']) {
      assert.equal(mended(text, mendsOf('[{"op":"drop","column":"a"}]')), undefined);
    }
  });

  it("is one of those that the operators' page tells of", () => {
    const page = readFileSync("docs/dead-letters.md", "utf8");
    const told = [...page.matchAll(/^\| `(\{"op".*?\})` \|/gm)].map(([, operation]) => operation!);
    mendsOf(`[${told.join(",")}]`);
    const names = told.map((operation) => JSON.parse(operation).op);
    assert.deepEqual(names.sort(), [...Object.keys(MENDS), "strip_byte_order_mark"].sort());
  });

  it("takes --fix as JSON, or as text", () => {
    assert.equal(mended("{}", [fixOf(`card=${CARD}`)]), `{"card":${CARD}}`);
    assert.equal(mended("{}", [fixOf("name=Ada = Eve")]), '{"name":"Ada = Eve"}');
    assert.equal(mended("{}", [fixOf("card=007")]), '{"card":"007"}');
  });

  it("is refused where it is no list of operations", () => {
    const wrong = [
      "{}",
      "[1]",
      '[{"op":"eval","column":"a"}]',
      '[{"op":"constructor","column":"a"}]',
      '[{"op":"drop"}]',
      '[{"op":"drop","column":"a","to":"b"}]',
      '[{"op":"drop","column":"a","column":"b"}]',
      '[{"op":"rename","column":"a","to":1}]',
      '[{"op":"date","column":"a","form":"YY"}]',
    ];
    for (const text of wrong) assert.throws(() => mendsOf(text), isInvalid, text);
    assert.throws(() => fixOf("name"), isInvalid);
  });

  it("leaves every other member as it was", () => {
    const value = fc.jsonValue().map((json) => JSON.stringify(json));
    const others = fc.uniqueArray(fc.tuple(fc.string(), value), {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 6,
    });
    fc.assert(
      fc.property(others, (members) => {
        const rest = members.filter(([name]) => name.toLowerCase() !== "gone");
        const text = (all: readonly (readonly [string, string])[]) =>
          `{${all.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
        const now = mended(text([...rest, ["gone", "1"]]), mendsOf('[{"op":"drop","column":"gone"}]'));
        assert.equal(now, text(rest));
      }),
    );
  });

  const isInvalid = (error: unknown) => error instanceof OperateError && error.code === "FIX_INVALID";
});
