import type { AsyncPTransform, PCollection, PTransform, PValue, Root } from "./sdk/beam";
import type { DeadLetter } from "../transforms/dead-letter";
import type { Message } from "../transforms/message";
import type { MessageRow } from "../transforms/parse-row";

/** Where messages come in, and where rows and dead letters leave. */
export interface Endpoints {
  readonly readMessages: Endpoint<Root, PCollection<Message>>;
  /** Gives back, as dead letters, the rows that the table refused for what they contain. */
  readonly writeRows: Endpoint<PCollection<MessageRow>, PCollection<DeadLetter>>;
  readonly writeDeadLetters: Endpoint<PCollection<DeadLetter>, PValue<unknown>>;
}

export type Endpoint<I extends PValue<unknown>, O extends PValue<unknown>> = PTransform<I, O> | AsyncPTransform<I, O>;
