import type { DeadLetter } from "../../transforms/dead-letter";
import type { Message } from "../../transforms/message";
import type { MessageRow } from "../../transforms/parse-row";
import type { Refusal } from "../../transforms/refusal";

export type { MessageRow } from "../../transforms/parse-row";

/** What an operator must mend, or what passes by itself: the code is stable, the text tells a person what was found and what mends it. */
export interface Trouble {
  readonly code: string;
  /** What was found, and for a set-up error what would mend it. Never a value of a message. */
  readonly text: string;
}

/** An operator must mend something; waiting alone helps nobody. What was asked may be asked again, whole. */
export interface SetUpError {
  readonly kind: "setUpError";
  readonly trouble: Trouble;
}

/** Passes by itself: ask again, whole, after a while. */
export interface TransientError {
  readonly kind: "transientError";
  readonly trouble: Trouble;
}

/** The closed set of answers to a write. A writer throws only for a defect of its own. */
export type WriteResult =
  | (Written & { readonly kind: "written" })
  /** The rows at these indexes were refused for what they contain; every other row of the batch is in the table. */
  | (Written & { readonly kind: "refused"; readonly refused: readonly RefusedRow[] })
  | SetUpError
  | TransientError;

interface Written {
  /** The message ids, of a keyed writer, that were there before this batch. */
  readonly alreadyThere: ReadonlySet<string>;
}

export interface RefusedRow {
  readonly index: number;
  readonly refusal: Refusal;
}

export const NONE_THERE: ReadonlySet<string> = new Set();

interface Writer<T> {
  /** For the summary and the screen: `duckdb build/rows.duckdb`, `bigquery-emulator p:d.t`. */
  readonly name: string;
  /** True where a message id that is written again adds nothing, whenever it comes. */
  readonly keyed: boolean;
  /** One call at a time. */
  write(batch: readonly T[]): Promise<WriteResult>;
  /** Keyed writers: which of these message ids are there. */
  holds?(messageIds: readonly string[]): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** Where rows go, in this process. */
export type RowWriter = Writer<MessageRow>;

/** Where dead letters go, in this process. It refuses none: what cannot be written is a set-up or a transient error. */
export type DeadLetterWriter = Writer<DeadLetter>;

/** Messages that were delivered together and are acknowledged together. */
export interface Delivery {
  readonly messages: readonly Message[];
}

/** The closed set of answers to a pull. */
export type PullResult =
  | { readonly kind: "delivery"; readonly delivery: Delivery }
  /** Nothing is waiting now. */
  | { readonly kind: "nothing" }
  /** Nothing will ever come again: the end of a file. */
  | { readonly kind: "end" }
  | SetUpError
  | TransientError;

/** Where messages come from, in this process. */
export interface MessageSource {
  readonly kind: "pubsub" | "pubsub-emulator" | "file";
  readonly name: string;
  /** Seconds after which a delivery that is neither acknowledged nor extended comes again; 0 where it never does. */
  readonly leaseSeconds: number;
  /** False where pulling ahead of the acknowledgements costs more than it brings. */
  readonly pullsAhead: boolean;
  /** At most `most` messages. Waits for some; an aborted wait answers "nothing". */
  pull(most: number, signal: AbortSignal): Promise<PullResult>;
  /** Holds these deliveries for `leaseSeconds` more. What cannot be held comes again. */
  extend(deliveries: readonly Delivery[]): Promise<void>;
  /** Answers how many messages could not be acknowledged: these come again. */
  acknowledge(deliveries: readonly Delivery[]): Promise<number>;
  /** Lets these deliveries come again at once. */
  release(deliveries: readonly Delivery[]): Promise<void>;
  close(): Promise<void>;
}
