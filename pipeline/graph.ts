/** The whole pipeline. Every runner builds it from here and hands it its endpoints; the graph knows no runner. */
import type { Endpoint, Endpoints } from "./ends";
import { type AsyncPTransform, flatten, P, type PCollection, type PValue, type Root, withName } from "./sdk/beam";
import { orDeadLetter } from "./sdk/or-dead-letter";
import { decodeStep, parseRowStep, type RowSettings } from "./steps";
import type { DeadLetter } from "../transforms/dead-letter";

/**
 * Reads messages, decodes them, parses each into a row and writes it. What can never become a row is written as a dead letter.
 * The names are stable: a streaming job is updated in place by them.
 */
export async function buildGraph(root: Root, endpoints: Endpoints, settings: RowSettings): Promise<void> {
  const messages = await applied(root, "readMessages", endpoints.readMessages);
  const decoded = messages.apply(orDeadLetter("decode", decodeStep, settings));
  const rows = decoded.passed.apply(orDeadLetter("parseRow", parseRowStep, settings));
  const refused = await applied(rows.passed, "writeRows", endpoints.writeRows);
  const deadLetters = P([decoded.deadLetters, rows.deadLetters, refused]).apply(
    withName("deadLetters", flatten<DeadLetter>()),
  );
  await applied(deadLetters, "writeDeadLetters", endpoints.writeDeadLetters);
}

/** An endpoint in this process is applied at once; one in another language is expanded there first. */
function applied<I extends Root | PCollection<unknown>, O extends PValue<unknown>>(
  input: I,
  name: string,
  endpoint: Endpoint<I, O>,
): Promise<O> {
  return (input as Root).applyAsync(withName(name, endpoint) as AsyncPTransform<Root, O>);
}
