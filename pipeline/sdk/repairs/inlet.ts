import type { IDataChannel } from "apache-beam/worker/data";

interface Piece {
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/** Who hands an inlet its data. */
export interface Feeder {
  /** The consumer has thrown. */
  failed(error: unknown): void;
  /** So many bytes more, or fewer, wait for a consumer that is there. */
  waiting(bytes: number): void;
}

/** What comes in for one source of one bundle: waits for its consumer, and is handed to it strictly one message after the other. */
export class Inlet {
  private readonly pieces: Piece[] = [];
  /** As the feeder was told. */
  private told = 0;
  private consumer: IDataChannel | undefined;
  private isBusy = false;
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly feeder: Feeder) {}

  push(data: Uint8Array, isLast: boolean): void {
    if (this.isOver) return;
    this.pieces.push({ data, isLast });
    // Data of a bundle that is yet to come must not hold up those that are there: perhaps it comes when they have ended.
    if (this.consumer !== undefined) this.tell(data.length);
    void this.drain();
  }

  connect(consumer: IDataChannel): void {
    this.consumer = consumer;
    if (this.failure !== undefined) consumer.onError(this.failure.error);
    for (const { data } of this.pieces) this.tell(data.length);
    void this.drain();
  }

  fail(error: unknown): void {
    if (this.isOver) return;
    this.end();
    this.failure = { error };
    this.consumer?.onError(error);
  }

  /** Nothing more is taken. */
  end(): void {
    this.isOver = true;
    this.pieces.length = 0;
    this.tell(-this.told);
  }

  private async drain(): Promise<void> {
    const { consumer } = this;
    if (consumer === undefined || this.isBusy) return;
    this.isBusy = true;
    try {
      for (let piece = this.pieces.shift(); piece !== undefined; piece = this.pieces.shift()) {
        await consumer.sendData(piece.data);
        if (this.isOver) return;
        this.tell(-piece.data.length);
        if (!piece.isLast) continue;
        this.end();
        consumer.close();
      }
    } catch (error) {
      this.feeder.failed(error);
    } finally {
      this.isBusy = false;
    }
  }

  private tell(bytes: number): void {
    this.told += bytes;
    this.feeder.waiting(bytes);
  }
}
