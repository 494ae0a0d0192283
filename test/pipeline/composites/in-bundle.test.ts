import assert from "node:assert/strict";
import { insist, WriteError, Writers } from "../../../pipeline/composites/in-bundle";
import { NONE_THERE, type WriteResult } from "../../../pipeline/endpoints/endpoint";
import { Refusal } from "../../../transforms/refusal";
import { outputOf } from "../../support/output";

const written: WriteResult = { kind: "written", alreadyThere: NONE_THERE };
const trouble = { code: "ANY", text: "the table is not there" };

function answering(...answers: WriteResult[]) {
  let asked = 0;
  return { write: async () => answers[asked++]!, asked: () => asked };
}

describe("a write in a bundle", () => {
  it("asks again while it is a matter of time", async () => {
    const writer = answering({ kind: "transientError", trouble }, written);
    assert.deepEqual(await insist(writer, []), []);
    assert.equal(writer.asked(), 2);
  });

  it("gives back what is refused", async () => {
    const refused = [{ index: 1, refusal: new Refusal("refused_by_table", "name") }];
    assert.equal(await insist(answering({ kind: "refused", refused, alreadyThere: NONE_THERE }), []), refused);
  });

  for (const [kind, asked] of [
    ["setUpError", 1],
    ["transientError", 2],
  ] as const) {
    it(`fails the bundle for a ${kind}, and says what mends it`, async () => {
      const answer = { kind, trouble } as const;
      const writer = answering(answer, answer, answer);
      const said = await outputOf(() =>
        assert.rejects(insist(writer, [], 150), (error: Error) => error instanceof WriteError && error.code === "ANY"),
      );
      assert.match(said, /ANY: the table is not there/);
      assert.equal(writer.asked(), asked);
    });
  }

  it("has a writer for itself, and leaves it to the next bundle", async () => {
    const writers = new Writers<object>();
    const open = () => ({});
    const [one, other, elsewhere] = [writers.lend("a", open), writers.lend("a", open), writers.lend("b", open)];
    const first = await one.writer();
    assert.equal(await one.writer(), first);
    assert.notEqual(await other.writer(), first);
    one.giveBack();
    assert.notEqual(await elsewhere.writer(), first);
    assert.equal(await writers.lend("a", open).writer(), first);
  });
});
