/** Hostile messages end as what they are, at every size. What they cost is measured by `make denial`, and never asserted. */
import assert from "node:assert/strict";
import { SHAPES } from "./shapes";
import { throughPipeline } from "./through";
import { loadTableSchema } from "../../schemas/load";

/** By shape, in the schema with every type. */
const ENDS: Readonly<Record<string, string>> = {
  "deep lists": "invalid_json",
  "deep objects": "invalid_json",
  "lists that end": "invalid_json",
  "escapes that do not end": "invalid_json",
  "a list of nothing": "null_element",
  "bytes that are no UTF-8": "invalid_utf8",
  zeros: "invalid_json",
};

describe("a message that is meant to be dear", () => {
  const schema = loadTableSchema("test/schemas/every_type.json");
  for (const [shape, make] of Object.entries(SHAPES)) {
    it(`ends as a row or a dead letter, and as the same one at any size: ${shape}`, () => {
      const ends = [20_000, 200_000].map((bytes) => throughPipeline(schema)(make(bytes)).outcome);
      assert.equal(ends[0], ends[1]);
      if (ENDS[shape] !== undefined) assert.equal(ends[0], ENDS[shape]);
    });
  }
});
