/** A replay never loses a dead letter and never publishes one twice, whatever fails and wherever the process ends. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openReplayJournal } from "../../../deploy/operate/journal";
import { type Letter, letterOfLine } from "../../../deploy/operate/letter";
import { mendsOf } from "../../../deploy/operate/mend";
import { planned, replay, type Step } from "../../../deploy/operate/replay";
import { restored } from "../../../deploy/operate/restore";
import { OperateError } from "../../../deploy/operate/trouble";
import { loadTableSchema } from "../../../schemas/load";
import { compileRowParser } from "../../../schemas/row-parser";
import { toDeadLetter } from "../../../transforms/dead-letter";
import { Refusal } from "../../../transforms/refusal";
import { Backlog, Crash, type Fate, letter, message, Topic } from "./letters";

const parse = compileRowParser(loadTableSchema("schemas/cc_account_info.json"), { unknownColumns: "refuse" });
const asItWas = (one: Letter) => restored(one, parse, []);
const good = (id: string, place = id) => letter(message(id, '{"name":"Ada"}'), "unknown_column", "surname", place);
const NO_ROWS: ReadonlySet<string> = new Set();
const fates = (steps: readonly Step[]) =>
  steps.map((step) => (step.kind === "publish" ? "publish" : `${step.kind} ${why(step)}`));
const why = (step: Step) => (step.kind === "publish" ? "" : step.why instanceof Refusal ? step.why.reason : step.why);

describe("a replay", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "replay-"));
    path = join(dir, "replays.jsonl");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** One run of the command; answers whether it crashed. */
  async function run(backlog: Backlog, topic: Topic, fate: () => Fate, settles: () => boolean): Promise<boolean> {
    const journal = openReplayJournal(path, "tester");
    try {
      const store = backlog.store(settles);
      const { letters } = await store.take(100);
      const steps = planned(letters, { journal, to: "topic", rows: NO_ROWS, restore: asItWas });
      await replay(steps, { store, publisher: topic.publisher(fate), journal, mends: [] });
      return false;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      return true;
    } finally {
      journal.close();
    }
  }

  it("leaves each letter where it is, or has published it exactly once", async () => {
    const fate = fc.constantFrom<Fate>(
      "published",
      "published",
      "failed",
      "unclear",
      "lost",
      "crash before",
      "crash after",
    );
    const runs = fc.array(
      fc.tuple(fc.array(fate, { minLength: 1, maxLength: 6 }), fc.array(fc.boolean(), { maxLength: 6 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const ids = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(ids, runs, async (numbers, tries) => {
        rmSync(path, { force: true });
        // A number that comes twice is a dead letter that the pipeline published twice.
        const all = numbers.map((number, at) => good(String(number), String(at)));
        const backlog = new Backlog([...all]);
        const topic = new Topic();
        for (const [ends, settled] of tries) {
          await run(
            backlog,
            topic,
            () => ends.shift() ?? "published",
            () => settled.shift() ?? true,
          );
          assert.equal(new Set(topic.arrived).size, topic.arrived.length, "nothing is published twice");
          for (const one of all) {
            assert.ok(
              backlog.letters.includes(one) || topic.arrived.includes(one.id),
              "each is there, or was published",
            );
          }
        }
        // Once nothing fails, only those are left of which nobody knows whether they arrived.
        await run(
          backlog,
          topic,
          () => "published",
          () => true,
        );
        const journal = openReplayJournal(path, "tester");
        const open = backlog.letters.filter(({ id }) => journal.of(id)?.outcome !== "started");
        journal.close();
        assert.deepEqual(open, []);
      }),
      { numRuns: 150 },
    );
  });

  it("refuses a second one of the same, by the journal and by the table", async () => {
    const [backlog, topic] = [new Backlog([good("1")]), new Topic()];
    await run(
      backlog,
      topic,
      () => "published",
      () => false,
    );
    assert.equal(backlog.letters.length, 1, "its acknowledgement did not get through");
    const journal = openReplayJournal(path, "tester");
    assert.deepEqual(fates(planned(backlog.letters, { journal, to: "topic", rows: NO_ROWS, restore: asItWas })), [
      "settle replayed_already",
    ]);
    const rows = new Set(["2"]);
    assert.deepEqual(fates(planned([good("2")], { journal, to: "topic", rows, restore: asItWas })), [
      "refuse row_is_there",
    ]);
    journal.close();
    await run(
      backlog,
      topic,
      () => "published",
      () => true,
    );
    assert.deepEqual([backlog.letters, topic.arrived], [[], ["1"]]);
  });

  it("does not touch the dead letter of another message by the same id, or of one that went elsewhere", async () => {
    await run(
      new Backlog([good("1")]),
      new Topic(),
      () => "published",
      () => true,
    );
    const journal = openReplayJournal(path, "tester");
    const later = letter(message("1", '{"name":"Ada"}', { publishTime: "2025-01-01T00:00:00Z" }));
    const plan = (one: Letter, to: string) => fates(planned([one], { journal, to, rows: NO_ROWS, restore: asItWas }));
    assert.deepEqual(plan(good("1"), "topic"), ["settle replayed_already"]);
    assert.deepEqual(plan(good("1"), "other"), ["refuse replayed_already"]);
    assert.deepEqual(plan(later, "topic"), ["refuse other_message"]);
    journal.close();
  });

  it("refuses what cannot become a row, other contents under one id, and what is no dead letter", () => {
    const journal = { of: () => undefined };
    const other = letter(message("1", '{"name":"Eve"}'), "unknown_column", "", "2");
    const stranger = { ...good("3"), reason: "not_a_dead_letter" };
    const bad = letter(message("4", '{"surname":"Ada"}'), "unknown_column", "surname");
    const steps = planned([good("1"), other, stranger, bad], { journal, to: "topic", rows: NO_ROWS, restore: asItWas });
    assert.deepEqual(fates(steps), [
      "refuse ambiguous_id",
      "refuse ambiguous_id",
      "refuse not_a_dead_letter",
      "refuse unknown_column",
    ]);
  });

  it("publishes the original again: data, attributes, key, and where it comes from", () => {
    const original = message("1", '{"surname":"Ada"}', {
      attributes: { kind: "test", source: "bank" },
      orderingKey: "k",
    });
    const mends = mendsOf('[{"op":"rename","column":"surname","to":"name"}]');
    const again = restored(letter(original), parse, mends);
    assert.ok(!(again instanceof Refusal));
    assert.equal(Buffer.from(again.data).toString(), '{"name":"Ada"}');
    assert.equal(again.isMended, true);
    assert.equal(again.orderingKey, "k");
    assert.deepEqual(
      { ...again.attributes },
      {
        kind: "test",
        source: "bank",
        source_message_id: "1",
        source_publish_time: original.publishTime,
      },
    );
    // Refused again, its dead letter still knows the first message.
    const second = letter({ ...original, ...again, messageId: "2" });
    assert.deepEqual([second.id, second.root], ["2", "1"]);
    const third = restored(second, parse, []);
    assert.ok(!(third instanceof Refusal));
    assert.deepEqual({ ...third.attributes }, { ...again.attributes });
    assert.equal(toDeadLetter(original, new Refusal("empty"), "decode", "s").attributes.original_kind, "test");
  });

  it("reads the bytes of a line whole, or not at all", () => {
    const line = (data: string) =>
      JSON.stringify({ data, attributes: { source_message_id: "1", error_reason: "empty" } });
    for (const base64 of ["+/8=", "-_8=", "-_8"]) {
      assert.deepEqual([...letterOfLine(line(base64), 1, "file").data], [0xfb, 0xff]);
    }
    for (const damaged of ["+/8=AQ==", "+/9=", "+ /8", "é"]) {
      assert.throws(
        () => letterOfLine(line(damaged), 1, "file"),
        (error: OperateError) => error.code === "NOT_DEAD_LETTERS" && !error.message.includes(damaged),
        damaged,
      );
    }
  });

  it("keeps a journal that a crash cannot spoil, and one process at a time", () => {
    const first = openReplayJournal(path, "tester");
    first.add([{ id: "1", publishTime: "", to: "t", outcome: "published", messageId: "9" }]);
    assert.throws(() => openReplayJournal(path, "other"), hasCode("JOURNAL_IN_USE"));
    first.close();
    appendFileSync(path, '{"id":"2","outco');
    const again = openReplayJournal(path, "tester");
    assert.equal(again.of("1")?.messageId, "9");
    assert.equal(again.of("2"), undefined);
    again.add([{ id: "3", publishTime: "", to: "t", outcome: "started" }]);
    again.close();
    assert.equal(readFileSync(path, "utf8").trim().split("\n").length, 2);
    writeFileSync(path, `nonsense\n${readFileSync(path, "utf8")}`);
    assert.throws(() => openReplayJournal(path, "tester"), hasCode("JOURNAL_DAMAGED"));
    writeFileSync(`${path}.lock`, "999999999");
    assert.throws(
      () => openReplayJournal(path, "tester"),
      hasCode("JOURNAL_DAMAGED"),
      "a dead process' lock does not count",
    );
  });

  const hasCode = (code: string) => (error: unknown) => error instanceof OperateError && error.code === code;
});
