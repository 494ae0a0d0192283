import type { Message } from "../../transforms/message";
import type { Refusal } from "../../transforms/refusal";
import type { DeadLetter } from "../../transforms/dead-letter";
import type { Row } from "../../schemas/schema";

/** A row with the message that it came from beside it. */
export interface MessageRow {
  readonly message: Message;
  readonly row: Row;
}

/** What an operator must mend, or what passes by itself: the code is stable, the text tells a person what was found and what mends it. */
export interface WriteTrouble {
  readonly code: string;
  /** What was found, and for a set-up error what would mend it. Never a value of a message. */
  readonly text: string;
}

/** The closed set of answers to a write. Nothing else: a writer throws only for a defect of its own. */
export type WriteResult =
  /** Every row is in the table; `alreadyThere` of them, by message id, were so before. */
  | { readonly kind: "written"; readonly alreadyThere: number }
  /** The rows at these indexes were refused for what they contain; every other row of the batch is in the table. */
  | {
      readonly kind: "refused";
      readonly refused: readonly { readonly index: number; readonly refusal: Refusal }[];
      readonly alreadyThere: number;
    }
  /** An operator must mend something. Nothing that was not written will be by waiting alone. The whole batch may be given again. */
  | { readonly kind: "setUpError"; readonly trouble: WriteTrouble }
  /** Passes by itself: give the whole batch again after a while. */
  | { readonly kind: "transientError"; readonly trouble: WriteTrouble };

/** Where rows go, in this process. One call at a time. Writing a message id again is safe for as long as the sink's own documentation says. */
export interface RowWriter {
  /** For the summary and the screen: `duckdb build/rows.duckdb`, `bigquery-emulator p:d.t`. */
  readonly name: string;
  write(rows: readonly MessageRow[]): Promise<WriteResult>;
  close(): Promise<void>;
}

/** Where dead letters go, in this process. It refuses none: a dead letter that cannot be written is a set-up or a transient error. */
export interface DeadLetterWriter {
  readonly name: string;
  write(deadLetters: readonly DeadLetter[]): Promise<WriteResult>;
  close(): Promise<void>;
}
