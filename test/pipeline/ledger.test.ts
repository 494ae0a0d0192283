import assert from "node:assert/strict";
import { Ledger } from "../../pipeline/ledger";
import { toDeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";
import { Refusal } from "../../transforms/refusal";

const message = (messageId: string): Message => ({
  data: Buffer.from("{}"),
  attributes: {},
  messageId,
  publishTime: "2024-01-01T00:00:00Z",
  orderingKey: "",
});
const messages = (...ids: string[]) => ids.map(message);
const rows = (...ids: string[]) => messages(...ids).map((one) => ({ message: one, row: {} }));
const letters = (...ids: string[]) =>
  messages(...ids).map((one) => toDeadLetter(one, new Refusal("empty"), "decode", "s"));
const none = new Set<string>();

describe("the ledger", () => {
  it("counts what became of each message", () => {
    const ledger = new Ledger();
    ledger.receive(messages("a", "b", "c"));
    assert.equal(ledger.unwritten, 3);
    ledger.wroteRows(rows("a", "b"), none, true);
    ledger.wroteDeadLetters(letters("c"), none, true);
    assert.equal(ledger.rows, 2);
    assert.deepEqual(ledger.deadLetters, { empty: 1 });
    assert.equal(ledger.unwritten, 0);
    assert.equal(ledger.duplicates, 0);
  });

  it("tells what comes again by the sink's key, and within a run by its own memory", () => {
    const ledger = new Ledger();
    ledger.receive(messages("a", "b", "a"));
    ledger.wroteRows(rows("a", "b", "a"), new Set(["b"]), true);
    assert.equal(ledger.rows, 1);
    assert.equal(ledger.redelivered, 2);
    assert.equal(ledger.duplicates, 0, "a sink with a key adds nothing");
    assert.equal(ledger.received, ledger.rows + ledger.redelivered);
  });

  it("calls what a sink without a key is given twice a duplicate", () => {
    const ledger = new Ledger();
    ledger.wroteRows(rows("a"), none, false);
    ledger.wroteRows(rows("a"), none, false);
    assert.equal(ledger.duplicates, 1);
    assert.equal(ledger.redelivered, 1);
    assert.equal(ledger.rows, 1);
  });

  it("tells which published ids it has not written", () => {
    const ledger = new Ledger(true);
    ledger.wroteRows(rows("a"), none, true);
    ledger.wroteDeadLetters(letters("b"), none, true);
    assert.deepEqual(ledger.missingOf(["a", "b", "c"]), ["c"]);
  });

  it("forgets old ids, and never the last 50,000", () => {
    const ledger = new Ledger();
    const many = Array.from({ length: 150_000 }, (_, i) => String(i));
    const write = (ids: readonly string[]) => {
      for (const id of ids) ledger.wroteRows(rows(id), none, false);
    };
    write(many);
    write(many.slice(-50_000));
    assert.equal(ledger.duplicates, 50_000);
    write(["0"]);
    assert.equal(ledger.duplicates, 50_000);
  });
});
