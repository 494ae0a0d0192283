/**
 * Stands before the BigQuery emulator, which knows no default values: notes when each row was taken, by its message's id, and holds back the
 * rows of a table for a while where it is told to. It passes on everything.
 */
import { type HttpGate, passOn, startHttpGate } from "../support/http-gate";
import type { Timed } from "../../deploy/compare/bench";

/** Its host is for BIGQUERY_EMULATOR_HOST. */
export interface Recorder extends HttpGate {
  /** Rows of a dataset, in the order in which they were taken. */
  rows(dataset: string): readonly Timed[];
}

interface Insert {
  readonly rows?: readonly { readonly json: { readonly message_id?: string; readonly publish_time?: string } }[];
}

/** `holdMs`: by dataset, how long each insert waits before it is passed on. */
export async function startRecorder(
  upstream: string,
  holdMs: Readonly<Record<string, number>> = {},
): Promise<Recorder> {
  const taken = new Map<string, Timed[]>();
  const gate = await startHttpGate(async (incoming, outgoing, body) => {
    const [, dataset] = /\/datasets\/([^/]+)\/tables\/[^/]+\/insertAll/.exec(incoming.url ?? "") ?? [];
    if (dataset !== undefined && holdMs[dataset] !== undefined)
      await new Promise((resolve) => setTimeout(resolve, holdMs[dataset]));
    const { status, headers, body: text } = await passOn(upstream, incoming, body);
    if (dataset !== undefined && status === 200) note(dataset, body, text);
    const { "transfer-encoding": _, "content-length": __, ...rest } = headers;
    outgoing.writeHead(status, rest);
    outgoing.end(text);
  });

  function note(dataset: string, body: Buffer, text: Buffer): void {
    const written = Date.now();
    const { insertErrors = [] } = JSON.parse(text.toString()) as { insertErrors?: readonly { index: number }[] };
    const refused = new Set(insertErrors.map(({ index }) => index));
    const { rows = [] } = JSON.parse(body.toString()) as Insert;
    const timed = rows
      .filter((_, index) => !refused.has(index))
      .map(({ json }) => ({ id: json.message_id ?? "", published: Date.parse(json.publish_time ?? ""), written }));
    taken.set(dataset, [...(taken.get(dataset) ?? []), ...timed]);
  }

  return { ...gate, rows: (dataset) => taken.get(dataset) ?? [] };
}
