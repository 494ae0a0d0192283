import assert from "node:assert/strict";
import { countsOf, type Found } from "./counts";

const GOOD: Found = {
  ids: ["1", "2", "3"],
  unconfirmed: 4,
  pipeline: { rows: 2, deadLetters: { bad_json: 1 }, duplicates: 0, lost: 0, heldBy: null },
  rowsInTable: 2,
  letters: new Map([["3", 1]]),
};
const counted = (found: Partial<Found> = {}, pipeline: Partial<Found["pipeline"]> = {}) =>
  countsOf({ ...GOOD, ...found, pipeline: { ...GOOD.pipeline, ...pipeline } });

describe("the counts of the drill on this machine", () => {
  it("are by id in the ledger, and of what lies in the table", () => {
    const counts = { published: 3, notPublished: 4, rows: 2, deadLetters: 1, lost: 0, duplicates: 0, troubles: [] };
    assert.deepEqual(counted(), counts);
  });

  it("find what the ledger has and the table has not, and the other way round", () => {
    assert.equal(counted({ rowsInTable: 1 }).lost, 1);
    assert.equal(counted({ rowsInTable: 3 }).duplicates, 1);
    assert.equal(counted({ letters: new Map() }).lost, 1);
    assert.equal(counted({ letters: new Map([["3", 2]]) }).duplicates, 1);
  });

  it("take the ledger's word", () => {
    assert.equal(counted({}, { lost: 1 }).lost, 1);
    assert.equal(counted({}, { lost: null }).lost, undefined);
    assert.equal(counted({}, { duplicates: 1 }).duplicates, 1);
    assert.equal(counted({}, { heldBy: "t" }).troubles.length, 1);
    assert.equal(counted({ letters: new Map([["9", 1]]) }).troubles.length, 1);
  });
});
