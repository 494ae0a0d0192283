/**
 * One connection of AppendRows: requests go out one behind the other, and their answers come back in the same order. Google's managed
 * writer is not used: it lets an error that comes while it reconnects end the process, and makes rows of its own kind.
 */
import type { Duplex } from "node:stream";
import { status } from "@grpc/grpc-js";

/** google.cloud.bigquery.storage.v1.AppendRowsResponse, as far as it is read. */
export interface Appended {
  readonly error?: StatusError | null;
  /** `index`: of the request's rows; a string of digits. Where there is one, no row of the request is written. */
  readonly rowErrors?: readonly { readonly index: string | number; readonly message?: string }[];
  readonly updatedSchema?: object | null;
}

/** google.rpc.Status. */
export interface StatusError {
  readonly code: number;
  readonly message?: string;
  readonly details?: readonly { readonly value?: Uint8Array | null }[];
}

export type AppendCall = Duplex & { cancel(): void };

interface Waiting {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

const PATIENCE_MS = 60_000;

export class AppendStream {
  readonly #waiting: Waiting[] = [];
  #patience: NodeJS.Timeout | undefined;
  #isOpen = true;
  #isFirst = true;

  /** `head`: what the first request says for all of them: the stream, and what the rows are. */
  constructor(
    private readonly call: AppendCall,
    private readonly head: { readonly protoRows: object; readonly [field: string]: unknown },
    private readonly patienceMs = PATIENCE_MS,
  ) {
    call.on("data", (appended: Appended) => this.#answered(appended));
    // For good: an error without a listener would end the process, and one may come after we have hung up.
    call.on("error", (error) => this.#end(error));
    call.on("end", () => this.#end(hungUp("the connection has ended")));
    call.on("close", () => this.#end(hungUp("the connection has closed")));
  }

  /** False for one that takes no more: another is to be made. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Rejects where the connection fails; the rows may be written all the same. */
  append(serializedRows: readonly Uint8Array[]): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(hungUp("the connection is closed"));
      this.#waiting.push({ resolve, reject });
      const rows = { serializedRows };
      const head = this.#isFirst ? this.head : undefined;
      this.#isFirst = false;
      this.call.write({ ...head, protoRows: { ...head?.protoRows, rows } });
      if (this.#waiting.length === 1) this.#wait();
    });
  }

  close(): void {
    this.#end(hungUp("the connection is closed"));
  }

  #answered(appended: Appended): void {
    this.#waiting.shift()?.resolve(appended);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#patience);
    if (this.#waiting.length === 0) return;
    const error = { code: status.DEADLINE_EXCEEDED, message: "no answer" };
    this.#patience = setTimeout(() => this.#end(error), this.patienceMs);
  }

  #end(error: unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#patience);
    this.call.end();
    this.call.cancel();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

const hungUp = (message: string): StatusError => ({ code: status.UNAVAILABLE, message });
