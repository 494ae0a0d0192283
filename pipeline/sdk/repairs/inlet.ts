import type { IDataChannel } from "apache-beam/worker/data";

interface Piece {
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/** What comes in for one source of one bundle: waits for its consumer, and is handed to it strictly one message after the other. */
export class Inlet {
  private readonly waiting: Piece[] = [];
  private consumer: IDataChannel | undefined;
  private isBusy = false;
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;

  /** `failed` is told of an error that the consumer throws. */
  constructor(private readonly failed: (error: unknown) => void) {}

  push(data: Uint8Array, isLast: boolean): void {
    if (this.isOver) return;
    this.waiting.push({ data, isLast });
    void this.drain();
  }

  connect(consumer: IDataChannel): void {
    this.consumer = consumer;
    if (this.failure !== undefined) consumer.onError(this.failure.error);
    else void this.drain();
  }

  fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = { error };
    this.waiting.length = 0;
    this.consumer?.onError(error);
  }

  private async drain(): Promise<void> {
    const { consumer } = this;
    if (consumer === undefined || this.isBusy) return;
    this.isBusy = true;
    try {
      for (let piece = this.waiting.shift(); piece !== undefined; piece = this.waiting.shift()) {
        await consumer.sendData(piece.data);
        if (piece.isLast && !this.isOver) {
          this.isOver = true;
          consumer.close();
        }
      }
    } catch (error) {
      this.failed(error);
    } finally {
      this.isBusy = false;
    }
  }
}
