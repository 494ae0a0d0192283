import assert from "node:assert/strict";
import fc from "fast-check";
import { toDeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";
import { Refusal } from "../../transforms/refusal";

const message = (attributes: Record<string, string>, data = Buffer.from("{")): Message => ({
  data,
  attributes,
  messageId: "42",
  publishTime: "2024-02-29T12:00:00.5Z",
  orderingKey: "k",
});
const refusal = new Refusal("wrong_type", "a.b[1]");

describe("a dead letter", () => {
  it("keeps the bytes, the reason, the source and the attributes behind a prefix", () => {
    const given = message({ kind: "payment" });
    const letter = toDeadLetter(given, refusal, "parseRow", "cc_account_info");
    assert.equal(letter.data, given.data);
    assert.equal(letter.orderingKey, "k");
    assert.deepEqual(
      { ...letter.attributes },
      {
        error_reason: "wrong_type",
        error_stage: "parseRow",
        error_column: "a.b[1]",
        schema: "cc_account_info",
        source_message_id: "42",
        source_publish_time: "2024-02-29T12:00:00.5Z",
        original_kind: "payment",
      },
    );
  });

  it("takes the last reason, and keeps the first source, when it comes back through the pipeline", () => {
    const first = toDeadLetter(message({ kind: "payment" }), refusal, "parseRow", "s");
    const replayed = { ...message(first.attributes), messageId: "43" };
    const second = toDeadLetter(replayed, new Refusal("out_of_range", "c"), "parseRow", "s");
    assert.equal(second.attributes.error_reason, "out_of_range");
    assert.equal(second.attributes.source_message_id, "43");
    assert.equal(second.attributes.original_source_message_id, "42");
    assert.equal(second.attributes.original_kind, "payment");
    const third = toDeadLetter({ ...message(second.attributes), messageId: "44" }, refusal, "parseRow", "s");
    assert.deepEqual(Object.keys(third.attributes).sort(), Object.keys(second.attributes).sort(), "it does not grow");
  });

  it("says by which version of the schema it was refused, the last time", () => {
    const first = toDeadLetter(message({}), refusal, "parseRow", "s", "0123456789ab");
    assert.equal(first.attributes.schema_version, "0123456789ab");
    const second = toDeadLetter(
      { ...message(first.attributes), messageId: "43" },
      refusal,
      "parseRow",
      "s",
      "ba9876543210",
    );
    assert.equal(second.attributes.schema_version, "ba9876543210");
    assert.deepEqual(
      Object.keys(second.attributes).filter((name) => name.startsWith("original_schema")),
      [],
    );
  });

  it("does not take a stranger's attribute for its own", () => {
    const letter = toDeadLetter(message({ error_reason: "forged", source_message_id: "1" }), refusal, "parseRow", "s");
    assert.equal(letter.attributes.error_reason, "wrong_type");
    assert.equal(letter.attributes.source_message_id, "42");
    assert.equal(letter.attributes.original_error_reason, "forged");
  });

  it("passes Pub/Sub's limits whatever it is made of", () => {
    const key = fc.string({ unit: "binary", maxLength: 300 });
    const value = fc.string({ unit: "binary", maxLength: 1200 });
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 110 }), value, (attributes, column) => {
        const letter = toDeadLetter(message(attributes), new Refusal("unknown_column", column), "parseRow", "s");
        const entries = Object.entries(letter.attributes);
        assert.ok(entries.length <= 100);
        for (const [name, text] of entries) {
          assert.ok(Buffer.byteLength(name) <= 256 && name !== "");
          assert.ok(Buffer.byteLength(text) <= 1024);
        }
        const kept = entries.filter(
          ([name]) => name.startsWith("original_") && name !== "original_attributes_left_out",
        );
        const leftOut = Number(letter.attributes.original_attributes_left_out ?? 0);
        assert.equal(kept.length + leftOut, Object.keys(attributes).length);
      }),
      { numRuns: 200 },
    );
  });
});
