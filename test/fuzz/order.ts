/** What a search is told, and what it tells. */

export interface Order {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** Lines of a corpus. */
  readonly corpus: readonly string[];
  /** Where the input that runs now can be seen from outside: its length, how many were run, then its bytes. */
  readonly window: SharedArrayBuffer;
}

export type Told =
  | { readonly kind: "broken"; readonly input: string; readonly error: string; readonly stack: string }
  | {
      readonly kind: "ended";
      readonly executions: number;
      readonly blocks: number;
      readonly corpus: readonly string[];
    };

/** Bytes of a window before those of the input. */
export const WINDOW_HEAD = 8;
