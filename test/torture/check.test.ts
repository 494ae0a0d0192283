/** The checker finds what is wrong, and nothing else: torture that cannot fail proves nothing. */
import assert from "node:assert/strict";
import { Random } from "../../generator/random";
import { check, type Found, type Promised, type Published } from "./check";
import { draw, type Kind } from "./messages";

const ONCE: Promised = { rows: "once", letters: "once" };
const KINDS: readonly Kind[] = ["plain", "long attribute", "broken", "unknown column", "not UTF-8", "empty", "refused"];

const published: readonly Published[] = KINDS.map((kind, at) => ({
  ...{ id: String(at), drawn: draw(new Random(7, at), kind, `t${at}`) },
}));

/** What a pipeline without a fault leaves. */
function right(): { rows: Found["rows"][number][]; letters: Found["letters"][number][] } {
  const rows = published.flatMap(({ id, drawn: { row } }) => (row === undefined ? [] : [{ id, hash: row }]));
  const letters = published.flatMap(({ id, drawn: { data, reason } }) =>
    reason === undefined ? [] : [{ id, data, reason }],
  );
  return { rows, letters };
}

function broken(change: (found: ReturnType<typeof right>) => void, promised: Promised = ONCE) {
  const found = right();
  change(found);
  return Object.fromEntries(check(published, found, promised));
}

describe("the checker of torture", () => {
  it("has nothing to say of a pipeline without a fault", () => {
    assert.deepEqual(
      broken(() => {}),
      {},
    );
    assert.equal(right().rows.length, 2);
  });

  const faults: Record<string, [(found: ReturnType<typeof right>) => void, object]> = {
    "a row that is missing": [({ rows }) => rows.shift(), { lost: ["0"] }],
    "a dead letter that is missing": [({ letters }) => letters.shift(), { lost: ["2"] }],
    "a row twice": [({ rows }) => rows.push(rows[0]!), { "doubled row": ["0"] }],
    "a dead letter twice": [({ letters }) => letters.push(letters[0]!), { "doubled dead letter": ["2"] }],
    "a row that nobody published": [({ rows }) => rows.push({ id: "x", hash: "" }), { "invented row": ["x"] }],
    "a dead letter that nobody published": [
      ({ letters }) => letters.push({ id: "x", data: Buffer.alloc(0), reason: "empty" }),
      { "invented dead letter": ["x"] },
    ],
    "another value": [({ rows }) => rows.splice(0, 1, { ...rows[0]!, hash: rows[1]!.hash }), { "changed row": ["0"] }],
    "other bytes": [
      ({ letters }) => letters.splice(0, 1, { ...letters[0]!, data: Buffer.from("x") }),
      { "changed dead letter": ["2"] },
    ],
    "another reason": [
      ({ letters }) => letters.splice(0, 1, { ...letters[0]!, reason: "empty" }),
      { "changed dead letter": ["2"] },
    ],
    "a good message among the dead letters": [
      ({ letters }) => letters.push({ id: "1", data: published[1]!.drawn.data, reason: "empty" }),
      { "dead letter that had to be a row": ["1"] },
    ],
    "a bad message in the table": [
      ({ rows }) => rows.push({ id: "6", hash: "" }),
      { "row that had to be a dead letter": ["6"] },
    ],
  };
  for (const [what, [change, expected]] of Object.entries(faults)) {
    it(`finds ${what}`, () => {
      assert.deepEqual(broken(change), expected);
    });
  }

  it("takes what is still in the subscription for no loss", () => {
    const promised: Promised = { ...ONCE, waiting: new Set(["0"]) };
    assert.deepEqual(
      broken(({ rows }) => rows.shift(), promised),
      {},
    );
  });

  it("allows an insert id one row more for each time that it was sent after its window, and no more", () => {
    const twice = ({ rows }: ReturnType<typeof right>) => void rows.push(rows[0]!);
    const sent = (...times: number[]): Promised => ({
      ...{ rows: "once in a window", letters: "once", sends: new Map([["0", times]]) },
    });
    assert.deepEqual(broken(twice, sent(0, 30_000, 59_000, 110_000)), { "doubled row": ["0"] });
    assert.deepEqual(broken(twice, sent(100_000, 0)), {});
    assert.deepEqual(broken(twice, { rows: "at least once", letters: "once" }), {});
  });

  it("draws the same message of the same seed, with as many bytes as it says", () => {
    const drawn = () => draw(new Random(1), "long attribute", "t");
    assert.deepEqual(drawn(), drawn());
    assert.equal(Buffer.byteLength(drawn().attributes.long!), 1024);
    const huge = draw(new Random(1), "huge", "t").data.length;
    assert.ok(huge > 9_500_000 && huge < 10_000_000);
  });
});
