import assert from "node:assert/strict";
import { isSelected, letterOf, type Selection } from "../../../deploy/operate/letter";
import { groupsAsText, groupsOf } from "../../../deploy/operate/list";
import { toDeadLetter } from "../../../transforms/dead-letter";
import { Refusal, type RefusalReason } from "../../../transforms/refusal";

let made = 0;
function letter(reason: RefusalReason, column: string, version?: string) {
  const messageId = String(++made);
  const publishTime = `2024-02-29T12:00:0${made % 10}Z`;
  const message = { data: Buffer.from("{}"), attributes: {}, messageId, publishTime, orderingKey: "" };
  return letterOf(toDeadLetter(message, new Refusal(reason, column), "parseRow", "calls", version), messageId);
}
const NONE: Selection = { reasons: [], columns: [], schemaVersions: [], ids: [] };

describe("dead letters by reason and column", () => {
  const letters = [
    letter("unknown_column", "cells[0].band", "111111111111"),
    letter("unknown_column", "cells[12].band", "222222222222"),
    letter("unknown_column", "cells[12].band", "111111111111"),
    letter("unknown_column", "band"),
  ];

  it("count a column of elements as one, whatever their places, and say which versions of the schema refused it", () => {
    const groups = groupsOf(letters).map(({ count, column, schemaVersions }) => [count, column, schemaVersions]);
    assert.deepEqual(groups, [
      [3, "cells[].band", ["111111111111", "222222222222"]],
      [1, "band", []],
    ]);
    assert.match(groupsAsText(groupsOf(letters)), /3 +unknown_column +cells\[\]\.band +111111111111 222222222222 /);
  });

  it("are selected by the column as it is counted, by one place of it, and by the version", () => {
    const found = (selection: Partial<Selection>) =>
      letters.filter((one) => isSelected(one, { ...NONE, ...selection })).map((one) => letters.indexOf(one));
    assert.deepEqual(found({ columns: ["cells[].band"] }), [0, 1, 2]);
    assert.deepEqual(found({ columns: ["cells[12].band"] }), [1, 2]);
    assert.deepEqual(found({ columns: ["cells[].band"], schemaVersions: ["111111111111"] }), [0, 2]);
    assert.deepEqual(found({ schemaVersions: ["333333333333"] }), []);
  });
});
