import assert from "node:assert/strict";
import { OwedIds } from "../../../pipeline/endpoints/owed-ids";

const messages = (...ids: string[]) => ids.map((messageId) => ({ messageId }));

describe("the ids of what is written and not acknowledged", () => {
  it("are found once in what comes again", () => {
    const owed = new OwedIds();
    assert.deepEqual(owed.takeFrom(messages("1")), []);
    owed.add(messages("1", "2"));
    assert.deepEqual(owed.takeFrom(messages("0", "1", "3")), messages("1"));
    assert.deepEqual(owed.takeFrom(messages("1", "2")), messages("2"));
  });

  it("are the last ones, where they are very many", () => {
    const owed = new OwedIds(2);
    owed.add(messages("1", "2", "3"));
    assert.deepEqual(owed.takeFrom(messages("1", "2", "3")), messages("2", "3"));
  });
});
