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

  describe("with a writer that is lent", () => {
    /** Writers that say who wrote what, and that fail when they are told to. */
    function opened() {
      const said: string[] = [];
      let count = 0;
      const open = () => {
        const name = `writer ${count++}`;
        return {
          async write(batch: readonly string[]): Promise<WriteResult> {
            said.push(`${name} ${batch}`);
            return batch.includes("bad") ? { kind: "setUpError", trouble } : written;
          },
          close: async () => void said.push(`${name} closed`),
        };
      };
      return { said, open, writers: new Writers<string>() };
    }

    it("has it for itself, and leaves it to the next bundle", async () => {
      const { said, open, writers } = opened();
      const [one, other, elsewhere] = [writers.lend("a", open), writers.lend("a", open), writers.lend("b", open)];
      for (const batch of ["1", "2"]) await one.write([batch]);
      await other.write(["3"]);
      one.giveBack();
      await elsewhere.write(["4"]);
      await writers.lend("a", open).write(["5"]);
      assert.deepEqual(said, ["writer 0 1", "writer 0 2", "writer 1 3", "writer 2 4", "writer 0 5"]);
    });

    it("opens none where there is nothing to write, and leaves none that has failed", async () => {
      const { said, open, writers } = opened();
      writers.lend("a", open).giveBack();
      const failing = writers.lend("a", open);
      await outputOf(() => assert.rejects(failing.write(["bad"]), WriteError));
      failing.giveBack();
      await writers.lend("a", open).write(["1"]);
      assert.deepEqual(said, ["writer 0 bad", "writer 0 closed", "writer 1 1"]);
    });
  });
});
