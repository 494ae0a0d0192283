/**
 * Stands before the BigQuery emulator, which knows no default values: notes when each row was taken, by its message's id, and holds back the
 * rows of a table for a while where it is told to. It passes on everything.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Timed } from "../../deploy/compare/bench";

export interface Recorder {
  /** `127.0.0.1:PORT`, for BIGQUERY_EMULATOR_HOST. */
  readonly host: string;
  /** Rows of a dataset, in the order in which they were taken. */
  rows(dataset: string): readonly Timed[];
  stop(): Promise<void>;
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
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 120_000;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [, dataset] = /\/datasets\/([^/]+)\/tables\/[^/]+\/insertAll/.exec(incoming.url ?? "") ?? [];
    if (dataset !== undefined && holdMs[dataset] !== undefined)
      await new Promise((resolve) => setTimeout(resolve, holdMs[dataset]));
    const { status, headers, text } = await passed(incoming, body, upstream);
    if (dataset !== undefined && status === 200) note(dataset, body, text);
    outgoing.writeHead(status, headers);
    outgoing.end(text);
  }

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

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    rows: (dataset) => taken.get(dataset) ?? [],
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

interface Passed {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: Buffer;
}

function passed({ method, url, headers }: IncomingMessage, body: Buffer, upstream: string): Promise<Passed> {
  const given = { ...headers, host: upstream, "content-length": String(body.length) };
  delete given["transfer-encoding"];
  return new Promise((resolve, reject) => {
    const asking = request(`http://${upstream}${url}`, { method, headers: given }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { "transfer-encoding": _, "content-length": __, ...rest } = response.headers;
        resolve({ status: response.statusCode ?? 502, headers: rest, text: Buffer.concat(chunks) });
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}
