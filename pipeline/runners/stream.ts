/**
 * One endless bundle: pulls messages, hands them to the graph, writes what comes out of it, and only then acknowledges.
 * While one batch is written the next one gathers, so a batch is as large as the sink is slow; there are never more than two.
 */
import { Batch, type SettleParts, settle } from "./settle";
import { persist, type Persistence } from "./persist";
import type { Delivery, MessageRow, MessageSource, PullResult } from "../endpoints/endpoint";
import type { DeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";

export interface StreamParts extends SettleParts {
  readonly source: MessageSource;
  /** Ends the run when nothing has come for so long; Infinity: never. */
  readonly idleMs: number;
  /** Ends the run after so many messages; Infinity: never. */
  readonly maxMessages: number;
}

/** Why a run ended. */
export type Ending = "stopped" | "idle" | "max_messages" | "end";

/** The most that a pull asks for: what Pub/Sub gives at most. */
const PULL_MESSAGES = 1000;
/** A batch that has so much waits until the one before it is written: what bounds memory. */
const BATCH_MESSAGES = 1000;
const BATCH_BYTES = 16 * 1024 * 1024;

export class Stream {
  private batch = new Batch();
  /** Deliveries that are not acknowledged yet: their leases are extended. */
  private readonly outstanding = new Set<Delivery>();
  private pulling = false;
  private pulled: PullResult | undefined;
  private writing: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;
  private firstActivity: number | undefined;
  private lastActivity = 0;
  private idle = false;
  private wake: () => void = () => {};
  /** Aborted when nothing more is to be pulled; when the user wants an end; when all is written. */
  private readonly noMorePulls = new AbortController();
  private readonly stopping = new AbortController();
  private readonly done = new AbortController();
  private readonly persistence: Persistence;
  /** The endpoint that could not be written to when the run was stopped. */
  heldBy: string | undefined;

  constructor(private readonly parts: StreamParts) {
    this.persistence = { clock: parts.clock, log: parts.log, stopping: this.stopping.signal };
  }

  /** The graph's ends put here what came out of it. */
  readonly takeRow = (row: MessageRow): void => void this.batch.rows.push(row);
  readonly takeDeadLetter = (letter: DeadLetter): void => void this.batch.letters.push(letter);
  /** Where rows that the table refused go back into the graph; set by the step that writes rows. */
  emitRefused: (letter: DeadLetter) => void = this.takeDeadLetter;

  /** Milliseconds from the first message to the last acknowledgement: waiting for nothing is no work. */
  get activeMs(): number {
    return this.firstActivity === undefined ? 0 : this.lastActivity - this.firstActivity;
  }

  /** Stops pulling; what was pulled is still written and acknowledged. */
  stop(): void {
    this.stopping.abort();
    this.noMorePulls.abort();
    this.wake();
  }

  /** Runs until it is stopped, or until one of the limits is reached. */
  async run(emit: (message: Message) => void): Promise<Ending> {
    const watches = [this.keepLeases(), this.watchIdle()];
    try {
      const ending = await this.pump(emit);
      await this.endPulls(emit);
      await this.writing;
      this.write();
      await this.writing;
      if (this.failure) throw this.failure.error;
      return ending;
    } finally {
      this.noMorePulls.abort();
      this.done.abort();
      await Promise.all(watches);
    }
  }

  private async pump(emit: (message: Message) => void): Promise<Ending> {
    for (;;) {
      if (this.failure) throw this.failure.error;
      if (this.stopping.signal.aborted) return "stopped";
      if (this.pulled !== undefined) {
        const { pulled } = this;
        this.pulled = undefined;
        if (pulled.kind === "end") return "end";
        if (pulled.kind === "delivery") this.take(pulled.delivery, emit);
      }
      if (this.writing === undefined) this.write();
      if (this.parts.ledger.received >= this.parts.maxMessages) return "max_messages";
      if (this.idle) return "idle";
      if (this.mayPull()) this.pull();
      await this.happened();
    }
  }

  /** Ends when a pull or a write has ended, when nothing came for too long, or when the run is stopped. */
  private happened(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private mayPull(): boolean {
    if (!this.parts.source.pullsAhead) return this.outstanding.size === 0;
    return this.batch.messages < BATCH_MESSAGES && this.batch.bytes < BATCH_BYTES;
  }

  /** Begins a pull where none is under way. Trouble at the source is waited out like trouble at a sink. */
  private pull(): void {
    if (this.pulling) return;
    const { source, ledger, maxMessages } = this.parts;
    const most = Math.min(PULL_MESSAGES, maxMessages - ledger.received);
    this.pulling = true;
    persist(source.name, () => source.pull(most, this.noMorePulls.signal), this.persistence)
      .then((result) => {
        this.pulled = result;
      }, this.fail)
      .finally(() => {
        this.pulling = false;
        this.wake();
      });
  }

  /** Takes what the pull that is under way still brings. */
  private async endPulls(emit: (message: Message) => void): Promise<void> {
    this.noMorePulls.abort();
    while (this.pulling) await this.happened();
    if (this.pulled?.kind === "delivery") this.take(this.pulled.delivery, emit);
  }

  private take(delivery: Delivery, emit: (message: Message) => void): void {
    this.lastActivity = this.parts.clock.now();
    this.firstActivity ??= this.lastActivity;
    this.outstanding.add(delivery);
    this.batch.add(delivery);
    this.parts.ledger.receive(delivery.messages);
    for (const message of delivery.messages) emit(message);
  }

  /** Begins to write the batch, where it has anything. */
  private write(): void {
    const { batch } = this;
    if (batch.messages === 0) return;
    this.batch = new Batch();
    this.writing = this.settle(batch)
      .catch(this.fail)
      .finally(() => {
        this.writing = undefined;
        this.lastActivity = this.parts.clock.now();
        this.wake();
      });
  }

  private readonly fail = (error: unknown): void => {
    this.failure ??= { error };
  };

  private async settle(batch: Batch): Promise<void> {
    const { source, ledger } = this.parts;
    const heldBy = await settle(batch, this.parts, this.persistence, this.sendRound);
    if (heldBy === undefined) ledger.unacknowledged += await source.acknowledge(batch.deliveries);
    else {
      this.heldBy = heldBy;
      ledger.unacknowledged += batch.messages;
      await source.release(batch.deliveries);
    }
    for (const delivery of batch.deliveries) this.outstanding.delete(delivery);
  }

  /**
   * Sends a refused row round through the graph, which is synchronous: its dead letter is behind those of the batch that gathers now. Those
   * stay where they are: were they written with this batch, and that write given up, theirs would be acknowledged without them.
   */
  private readonly sendRound = (letter: DeadLetter): DeadLetter[] => {
    const { letters } = this.batch;
    const before = letters.length;
    this.emitRefused(letter);
    return letters.splice(before);
  };

  private async keepLeases(): Promise<void> {
    const { source, clock } = this.parts;
    if (source.leaseSeconds === 0) return;
    while (!this.done.signal.aborted) {
      await clock.sleep((source.leaseSeconds * 1000) / 3, this.done.signal);
      if (this.outstanding.size > 0) await source.extend([...this.outstanding]);
    }
  }

  private async watchIdle(): Promise<void> {
    const { clock, idleMs } = this.parts;
    if (idleMs === Number.POSITIVE_INFINITY) return;
    this.lastActivity = clock.now();
    while (!this.done.signal.aborted && !this.idle) {
      const rest = this.writing === undefined ? this.lastActivity + idleMs - clock.now() : idleMs;
      if (rest > 0) await clock.sleep(rest, this.done.signal);
      else this.idle = true;
    }
    this.wake();
  }
}
