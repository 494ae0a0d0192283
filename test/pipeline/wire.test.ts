import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type RowSettings, versionOf } from "../../pipeline/steps";
import {
  deadLetterToWire,
  messageFromWire,
  micros,
  refusedFromWire,
  rfc3339,
  rowToWire,
  type WireMessage,
} from "../../pipeline/wire";
import type { Message } from "../../transforms/message";

const settings: RowSettings = {
  schema: "cc_account_info",
  schemaJson: readFileSync("schemas/cc_account_info.json", "utf8"),
  unknownColumns: "refuse",
  writeMetadata: false,
};

/** A counter that counts. */
const counting = () => {
  const counter = {
    count: 0,
    increment(by = 1) {
      this.count += by;
    },
  };
  return counter as never as { count: number } & Parameters<typeof messageFromWire>[1]["received"];
};

const wire: WireMessage = {
  data: new TextEncoder().encode("{}"),
  attributes: '{"source":"é"}',
  message_id: "17",
  ordering_key: "k",
  publish_time_micros: 1700000000123456,
};
const message: Message = {
  data: wire.data,
  attributes: { source: "é" },
  messageId: "17",
  publishTime: "2023-11-14T22:13:20.123456Z",
  orderingKey: "k",
};

describe("on the wire", () => {
  it("a message is what Pub/Sub delivered, and is counted", () => {
    const [received, bytes] = [counting(), counting()];
    assert.deepEqual(messageFromWire(wire, { received, bytes }), message);
    assert.deepEqual([received.count, bytes.count], [1, 2]);
  });

  it("a row is JSON for insertAll, exact, with its message beside it", () => {
    const parsed = counting();
    const row = { name: "A", credit_card: 4539578763621486123n };
    const sent = rowToWire({ message, row }, { ...settings, parsed });
    assert.deepEqual(sent, { ...wire, row: '{"name":"A","credit_card":"4539578763621486123"}' });
    assert.equal(parsed.count, 1);
  });

  it("has the message's own columns where the settings say so", () => {
    const row = { message_id: "17", publish_time: "2023-11-14T22:13:20.123456Z", attributes: "{}" };
    const sent = rowToWire({ message, row }, { ...settings, writeMetadata: true, parsed: counting() });
    assert.deepEqual(JSON.parse(sent.row), row);
  });

  it("has the schema's version where the settings name a column for it", () => {
    const sent = rowToWire(
      { message, row: { schema_version: "0123456789ab" } },
      { ...settings, schemaVersionColumn: "schema_version", parsed: counting() },
    );
    assert.deepEqual(JSON.parse(sent.row), { schema_version: "0123456789ab" });
  });

  it("a refused row comes back as the dead letter of its whole message", () => {
    const letter = refusedFromWire({ ...wire, column: "address" }, settings);
    assert.deepEqual(letter.data, wire.data);
    assert.deepEqual(
      { ...letter.attributes },
      {
        error_reason: "refused_by_table",
        error_stage: "writeRows",
        error_column: "address",
        schema: "cc_account_info",
        schema_version: versionOf(settings),
        source_message_id: "17",
        source_publish_time: message.publishTime,
        original_source: "é",
      },
    );
  });

  it("a dead letter is counted by its reason", () => {
    const counter = counting();
    const letter = refusedFromWire({ ...wire, column: "" }, settings);
    const sent = deadLetterToWire(letter, { refused_by_table: counter });
    assert.equal(counter.count, 1);
    assert.deepEqual(JSON.parse(sent.attributes), { ...letter.attributes });
    assert.equal(sent.ordering_key, "k");
  });

  it("times are exact to the microsecond, written as protobuf writes them", () => {
    assert.equal(rfc3339(0), "1970-01-01T00:00:00Z");
    assert.equal(rfc3339(1_500_000), "1970-01-01T00:00:01.500Z");
    assert.equal(rfc3339(1_500_001), "1970-01-01T00:00:01.500001Z");
    assert.equal(micros("1970-01-01T00:00:01.500001999Z"), 1_500_001);
    const any = fc.integer({ min: 0, max: 2 ** 53 - 1 });
    fc.assert(fc.property(any, (time) => micros(rfc3339(time)) === time));
  });
});
