/** The whole pipeline. Every runner builds it from here and hands it its endpoints; the graph knows no runner. */
import { flatten, P, type PCollection, type PTransform, type Root, withName } from "./sdk/beam";
import { orDeadLetter } from "./sdk/or-dead-letter";
import { decodeStep, parseRowStep, type RowSettings } from "./steps";
import type { DeadLetter } from "../transforms/dead-letter";
import type { Message } from "../transforms/message";
import type { MessageRow } from "../transforms/parse-row";

/** Where messages come in, and where rows and dead letters leave. */
export interface Endpoints {
  readonly readMessages: PTransform<Root, PCollection<Message>>;
  /** Gives back, as dead letters, the rows that the table refused for what they contain. */
  readonly writeRows: PTransform<PCollection<MessageRow>, PCollection<DeadLetter>>;
  readonly writeDeadLetters: PTransform<PCollection<DeadLetter>, PCollection<unknown>>;
}

/**
 * Reads messages, decodes them, parses each into a row and writes it. What can never become a row is written as a dead letter.
 * The names are stable: a streaming job is updated in place by them.
 */
export function buildGraph(root: Root, endpoints: Endpoints, settings: RowSettings): void {
  const messages = root.apply(withName("readMessages", endpoints.readMessages));
  const decoded = messages.apply(orDeadLetter("decode", decodeStep, settings));
  const rows = decoded.passed.apply(orDeadLetter("parseRow", parseRowStep, settings));
  const refused = rows.passed.apply(withName("writeRows", endpoints.writeRows));
  const deadLetters = P([decoded.deadLetters, rows.deadLetters, refused]).apply(
    withName("deadLetters", flatten<DeadLetter>()),
  );
  deadLetters.apply(withName("writeDeadLetters", endpoints.writeDeadLetters));
}
