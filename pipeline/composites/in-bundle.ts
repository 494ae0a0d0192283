/** What a bundle on a TypeScript worker does with an endpoint of this process. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RefusedRow, WriteResult } from "../endpoints/endpoint";

/** As long as Python's composites ask again: then the bundle fails, and the runner gives its messages anew. */
const PATIENCE_MS = 150_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** Fails a bundle. The worker reports its class and its code; the trouble's text names no value. */
export class WriteError extends Error {
  constructor(
    readonly kind: "setUpError" | "transientError",
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

interface Writer<T> {
  write(batch: readonly T[]): Promise<WriteResult>;
  close(): Promise<void>;
}

/** Writes a batch. Answers the rows that were refused for what they contain. Throws WriteError: at once for what somebody must mend. */
export async function insist<T>(
  writer: Pick<Writer<T>, "write">,
  batch: readonly T[],
  patienceMs = PATIENCE_MS,
): Promise<readonly RefusedRow[]> {
  const end = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const result = await writer.write(batch);
    if (result.kind === "written") return [];
    if (result.kind === "refused") return result.refused;
    const { kind, trouble } = result;
    if (kind === "setUpError" || performance.now() + pause > end) {
      console.error(`${trouble.code}: ${trouble.text}`);
      throw new WriteError(kind, trouble.code, trouble.text);
    }
    await sleep(pause);
  }
}

/** Of one bundle: a writer for itself. */
export interface Lent<T> {
  /** As `insist`. A writer that has failed is closed, and the next bundle gets another. */
  write(batch: readonly T[]): Promise<readonly RefusedRow[]>;
  /** The writer, with its connection, is the next bundle's. */
  giveBack(): void;
}

/** Writers that no bundle holds, by what they write to: a writer takes one call at a time, and its connection outlives the bundle. */
export class Writers<T> {
  readonly #idle = new Map<string, Writer<T>[]>();

  /** An idle writer of this name, or a new one, once there is something to write. */
  lend(name: string, open: () => Writer<T> | Promise<Writer<T>>): Lent<T> {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    let lent: Writer<T> | undefined;
    return {
      async write(batch) {
        const writer = lent ?? idle.pop() ?? (await open());
        lent = undefined;
        const refused = await insist(writer, batch).catch(async (error: unknown) => {
          await writer.close();
          throw error;
        });
        lent = writer;
        return refused;
      },
      giveBack() {
        if (lent !== undefined) idle.push(lent);
        lent = undefined;
      },
    };
  }
}
