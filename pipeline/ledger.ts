import type { DeadLetter } from "../transforms/dead-letter";
import type { MessageRow } from "../transforms/parse-row";
import type { Message } from "../transforms/message";

/** How many message ids are remembered to see that one came again; about 20 MB. */
const REMEMBERED = 100_000;

/**
 * The counts of one run, by message id. It holds that
 * received = rows + dead letters + redelivered + open.
 */
export class Ledger {
  received = 0;
  /** Rows that this run added to the table. */
  rows = 0;
  /** Dead letters that this run added, by reason. */
  readonly deadLetters: Record<string, number> = {};
  /** Messages that came although their row or dead letter had been written before. */
  redelivered = 0;
  /** Messages that were written again to a sink that has no key to tell. */
  duplicates = 0;
  /** Messages whose acknowledgement did not get through, or that were let go: they come again. */
  unacknowledged = 0;

  /** Ids received and not written yet. */
  private readonly open = new Set<string>();
  private readonly recent = new RecentIds(REMEMBERED);
  private readonly all?: Set<string>;

  /** `keepAll`: every id that was written is remembered, so that `missingOf` can be asked. */
  constructor(keepAll = false) {
    if (keepAll) this.all = new Set();
  }

  receive(messages: readonly Message[]): void {
    this.received += messages.length;
    for (const message of messages) this.open.add(message.messageId);
  }

  /** `alreadyThere`: ids that the sink had before; `keyed`: whether it would have added what comes again. */
  wroteRows(rows: readonly MessageRow[], alreadyThere: ReadonlySet<string>, keyed: boolean): void {
    for (const { message } of rows) {
      if (this.settle(message.messageId, alreadyThere, keyed)) this.rows += 1;
    }
  }

  wroteDeadLetters(letters: readonly DeadLetter[], alreadyThere: ReadonlySet<string>, keyed: boolean): void {
    for (const { attributes } of letters) {
      const { source_message_id: id = "", error_reason: reason = "unknown" } = attributes;
      if (this.settle(id, alreadyThere, keyed)) this.deadLetters[reason] = (this.deadLetters[reason] ?? 0) + 1;
    }
  }

  /** Answers whether this is the first time that this id was written. */
  private settle(id: string, alreadyThere: ReadonlySet<string>, keyed: boolean): boolean {
    this.open.delete(id);
    this.all?.add(id);
    const isFirst = this.recent.add(id) && !alreadyThere.has(id);
    if (!isFirst) this.redelivered += 1;
    if (!isFirst && !keyed) this.duplicates += 1;
    return isFirst;
  }

  /** How many messages were received and are in no sink. */
  get unwritten(): number {
    return this.open.size;
  }

  /** Which of these ids this run has not written. */
  missingOf(published: readonly string[]): string[] {
    if (this.all === undefined) throw new Error("this ledger does not keep all ids");
    return published.filter((id) => !this.all!.has(id));
  }
}

/** The last ids, in two generations: between `most` / 2 and `most` of them. */
class RecentIds {
  private young = new Set<string>();
  private old = new Set<string>();
  constructor(private readonly most: number) {}

  /** False where the id is remembered already. */
  add(id: string): boolean {
    if (this.young.has(id) || this.old.has(id)) return false;
    if (this.young.size >= this.most / 2) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(id);
    return true;
  }
}
