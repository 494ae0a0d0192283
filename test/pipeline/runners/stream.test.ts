import assert from "node:assert/strict";
import { type Delivery, NONE_THERE, type PullResult, type WriteResult } from "../../../pipeline/endpoints/endpoint";
import { Ledger } from "../../../pipeline/ledger";
import { createLog } from "../../../pipeline/log";
import { type Ending, Stream } from "../../../pipeline/runners/stream";
import type { DeadLetter } from "../../../transforms/dead-letter";
import { toDeadLetter } from "../../../transforms/dead-letter";
import type { Message } from "../../../transforms/message";
import { Refusal } from "../../../transforms/refusal";
import { VirtualClock } from "../../support/virtual-clock";

const SET_UP: WriteResult = { kind: "setUpError", trouble: { code: "NO_TABLE", text: "is not there: create it" } };
const TRANSIENT: WriteResult = { kind: "transientError", trouble: { code: "BUSY", text: "did not answer" } };
const WRITTEN: WriteResult = { kind: "written", alreadyThere: NONE_THERE };

/** A stream between endpoints that do what they are told, and one ordered list of what was done. */
class Rig {
  readonly actions: string[] = [];
  readonly lines: string[] = [];
  readonly clock = new VirtualClock();
  readonly ledger = new Ledger();
  /** What the pulls answer, one after the other; then nothing comes any more. */
  pulls: (PullResult | "hang")[] = [];
  rowAnswers: WriteResult[] = [];
  letterAnswers: WriteResult[] = [];
  acknowledges = 0;
  pullsAhead = true;
  stream!: Stream;
  onAction: (action: string) => void = () => {};

  async run(limits: { idleMs?: number; maxMessages?: number } = {}): Promise<Ending> {
    this.stream = new Stream({
      source: {
        kind: "pubsub",
        name: "source",
        leaseSeconds: 60,
        pullsAhead: this.pullsAhead,
        pull: async (most, signal) => this.pull(most, signal),
        extend: async (deliveries) => this.did(`extended ${count(deliveries)}`),
        acknowledge: async (deliveries) => {
          this.did(`acknowledged ${count(deliveries)}`);
          return this.acknowledges;
        },
        release: async (deliveries) => this.did(`released ${count(deliveries)}`),
        close: async () => {},
      },
      rows: {
        name: "table",
        keyed: false,
        write: async (batch) => this.answer(`rows ${batch.length}`, this.rowAnswers),
        close: async () => {},
      },
      deadLetters: {
        name: "dead letters",
        keyed: false,
        write: async (batch) => this.answer(`dead letters ${batch.length}`, this.letterAnswers),
        close: async () => {},
      },
      ledger: this.ledger,
      clock: this.clock,
      log: createLog("info", (line) => this.lines.push(line)),
      schema: "test",
      schemaVersion: "0",
      idleMs: limits.idleMs ?? 10_000,
      maxMessages: limits.maxMessages ?? Number.POSITIVE_INFINITY,
    });
    return this.clock.until(this.stream.run((message) => this.graph(message)));
  }

  /** In place of the graph: what begins with "bad" is a dead letter. */
  private graph(message: Message): void {
    const text = Buffer.from(message.data).toString();
    if (text.startsWith("bad")) this.stream.takeDeadLetter(letter(message));
    else this.stream.takeRow({ message, row: {} });
  }

  private async pull(most: number, signal: AbortSignal): Promise<PullResult> {
    const next = this.pulls.shift();
    if (next !== undefined && next !== "hang") {
      if (next.kind === "delivery") this.did(`pulled ${next.delivery.messages.length} of ${most}`);
      return next;
    }
    await this.clock.sleep(90_000, signal);
    return { kind: "nothing" };
  }

  private answer(what: string, answers: WriteResult[]): WriteResult {
    const result = answers.shift() ?? WRITTEN;
    this.did(`${result.kind} ${what}`);
    return result;
  }

  private did(action: string): void {
    this.actions.push(action);
    this.onAction(action);
  }
}

const count = (deliveries: readonly Delivery[]) => deliveries.reduce((sum, one) => sum + one.messages.length, 0);
const letter = (message: Message): DeadLetter => toDeadLetter(message, new Refusal("invalid_json"), "decode", "test");

let id = 0;
function delivery(...texts: string[]): PullResult {
  const messages = texts.map((text) => ({
    data: Buffer.from(text),
    attributes: {},
    messageId: String(id++),
    publishTime: "2024-01-01T00:00:00Z",
    orderingKey: "",
  }));
  return { kind: "delivery", delivery: { messages } };
}

describe("a stream", () => {
  it("acknowledges after the rows and the dead letters are written", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b", "bad", "c", "d")];
    assert.equal(await rig.run(), "idle");
    assert.deepEqual(rig.actions, ["pulled 5 of 1000", "written rows 4", "written dead letters 1", "acknowledged 5"]);
    assert.equal(rig.ledger.rows, 4);
    assert.deepEqual(rig.ledger.deadLetters, { invalid_json: 1 });
    assert.equal(rig.ledger.unwritten, 0);
  });

  it("sets aside the rows that the table refuses, and only these", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b", "c")];
    rig.rowAnswers = [
      {
        kind: "refused",
        refused: [{ index: 1, refusal: new Refusal("refused_by_table", "b") }],
        alreadyThere: NONE_THERE,
      },
    ];
    await rig.run();
    assert.deepEqual(rig.actions, ["pulled 3 of 1000", "refused rows 3", "written dead letters 1", "acknowledged 3"]);
    assert.equal(rig.ledger.rows, 2);
    assert.deepEqual(rig.ledger.deadLetters, { refused_by_table: 1 });
  });

  it("writes again what failed in passing, with longer and longer waits", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a")];
    rig.rowAnswers = [TRANSIENT, TRANSIENT, TRANSIENT];
    const times: number[] = [];
    rig.onAction = (action) => action.endsWith("rows 1") && times.push(rig.clock.now());
    await rig.run();
    assert.deepEqual(times, [0, 100, 300, 700]);
    assert.deepEqual(rig.actions.slice(-2), ["written rows 1", "acknowledged 1"]);
    assert.equal(rig.lines.filter((line) => line.includes("WARN")).length, 1, "says so once");
  });

  it("holds on a set-up error: acknowledges nothing, makes no dead letter, says once what to mend, and goes on", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b")];
    rig.rowAnswers = Array.from({ length: 30 }, () => SET_UP);
    await rig.run();
    assert.equal(rig.lines.filter((line) => line.includes("ERROR")).length, 1);
    assert.match(rig.lines[0]!, /create it \[NO_TABLE\]/);
    assert.equal(rig.actions.filter((action) => action === "extended 2").length, 7, "leases are held for 150 s");
    const calls = rig.actions.filter((action) => !action.startsWith("extended"));
    assert.deepEqual(calls.slice(-3), ["setUpError rows 2", "written rows 2", "acknowledged 2"]);
    assert.deepEqual(rig.ledger.deadLetters, {});
  });

  it("does not count the time of a hold as idle, nor gather without bound meanwhile", async () => {
    const rig = new Rig();
    const thousand = Array.from({ length: 1000 }, () => "a");
    rig.pulls = [delivery("a"), delivery(...thousand), delivery("late")];
    rig.rowAnswers = Array.from({ length: 10 }, () => SET_UP);
    await rig.run({ idleMs: 1000 });
    const calls = rig.actions.filter((action) => !action.startsWith("setUpError") && !action.startsWith("extended"));
    assert.deepEqual(calls.slice(0, 4), [
      "pulled 1 of 1000",
      "pulled 1000 of 1000",
      "written rows 1",
      "acknowledged 1",
    ]);
    assert.equal(rig.ledger.rows, 1002);
  });

  it("keeps the rows written and sets the dead letters aside again where these fail", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "bad")];
    rig.letterAnswers = [TRANSIENT];
    await rig.run();
    assert.deepEqual(rig.actions, [
      "pulled 2 of 1000",
      "written rows 1",
      "transientError dead letters 1",
      "written dead letters 1",
      "acknowledged 2",
    ]);
  });

  it("pulls the next batch while one is written", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a"), delivery("b"), delivery("c")];
    rig.rowAnswers = [TRANSIENT];
    await rig.run();
    assert.deepEqual(rig.actions, [
      "pulled 1 of 1000",
      "transientError rows 1",
      "pulled 1 of 1000",
      "pulled 1 of 1000",
      "written rows 1",
      "acknowledged 1",
      "written rows 2",
      "acknowledged 2",
    ]);
  });

  it("pulls the next batch after the acknowledgement where the source is quicker so", async () => {
    const rig = new Rig();
    rig.pullsAhead = false;
    rig.pulls = [delivery("a"), delivery("b")];
    rig.rowAnswers = [TRANSIENT];
    await rig.run();
    assert.deepEqual(rig.actions, [
      "pulled 1 of 1000",
      "transientError rows 1",
      "written rows 1",
      "acknowledged 1",
      "pulled 1 of 1000",
      "written rows 1",
      "acknowledged 1",
    ]);
  });

  it("when it is stopped writes and acknowledges what it has, and pulls no more", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a"), delivery("b")];
    rig.onAction = (action) => action.startsWith("pulled") && rig.stream.stop();
    assert.equal(await rig.run(), "stopped");
    assert.deepEqual(rig.actions, ["pulled 1 of 1000", "written rows 1", "acknowledged 1"]);
  });

  it("when it is stopped in a hold lets the messages come again and says what held it", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b")];
    rig.rowAnswers = Array.from({ length: 1000 }, () => SET_UP);
    let seen = 0;
    rig.onAction = (action) => action.startsWith("setUpError") && ++seen === 3 && rig.stream.stop();
    assert.equal(await rig.run(), "stopped");
    assert.equal(rig.actions.at(-1), "released 2");
    assert.ok(!rig.actions.some((action) => action.startsWith("acknowledged")));
    assert.equal(rig.stream.heldBy, "table");
    assert.equal(rig.ledger.unacknowledged, 2);
  });

  it("when it is stopped while dead letters are held acknowledges none of the next batch, whose dead letters had gathered", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "bad"), delivery("bad too")];
    rig.rowAnswers = [TRANSIENT];
    rig.letterAnswers = Array.from({ length: 1000 }, () => SET_UP);
    let seen = 0;
    rig.onAction = (action) => action.startsWith("setUpError") && ++seen === 3 && rig.stream.stop();
    assert.equal(await rig.run(), "stopped");
    assert.deepEqual(
      rig.actions.filter((action) => action.startsWith("pulled")),
      ["pulled 2 of 1000", "pulled 1 of 1000"],
    );
    assert.ok(!rig.actions.some((action) => action.startsWith("acknowledged")));
    assert.deepEqual(
      rig.actions.filter((action) => action.startsWith("released")),
      ["released 2", "released 1"],
    );
  });

  it("counts what could not be acknowledged", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b")];
    rig.acknowledges = 2;
    await rig.run();
    assert.equal(rig.ledger.unacknowledged, 2);
    assert.equal(rig.ledger.rows, 2);
  });

  it("ends after as many messages as it was told, and asks for no more", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a", "b"), delivery("c"), delivery("d")];
    assert.equal(await rig.run({ maxMessages: 3 }), "max_messages");
    assert.deepEqual(
      rig.actions.filter((action) => action.startsWith("pulled")),
      ["pulled 2 of 3", "pulled 1 of 1"],
    );
    assert.equal(rig.ledger.rows, 3);
  });

  it("waits out trouble at the source", async () => {
    const rig = new Rig();
    const trouble = { code: "PUBSUB_NOT_FOUND", text: "is not there" };
    rig.pulls = [{ kind: "setUpError", trouble }, { kind: "transientError", trouble }, delivery("a")];
    await rig.run({ idleMs: 60_000 });
    assert.deepEqual(rig.actions, ["pulled 1 of 1000", "written rows 1", "acknowledged 1"]);
  });

  it("ends at the end of a file", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a"), { kind: "end" }];
    assert.equal(await rig.run(), "end");
    assert.equal(rig.ledger.rows, 1);
  });

  it("passes on a defect of an endpoint, and acknowledges nothing of that batch", async () => {
    const rig = new Rig();
    rig.pulls = [delivery("a")];
    rig.onAction = (action) => {
      if (action === "written rows 1") throw new RangeError("a defect");
    };
    await assert.rejects(rig.run(), RangeError);
    assert.ok(!rig.actions.some((action) => action.startsWith("acknowledged")));
  });
});
