/**
 * A gate before the BigQuery emulator: it answers as BigQuery does when it is not well, swallows answers, refuses rows for what they contain, and
 * keeps when each insert id was taken.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { REFUSED } from "../messages";
import type { Faults } from "./faults";

interface InsertRequest {
  readonly rows: readonly { readonly insertId: string; readonly json: { readonly company?: string } }[];
}

export interface BigQueryGate {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Milliseconds at which the emulator took each insert id. */
  readonly sends: ReadonlyMap<string, readonly number[]>;
  stop(): Promise<void>;
}

const SLOW_MS = 5000;

export async function startBigQueryGate(emulator: string, faults: Faults): Promise<BigQueryGate> {
  const sends = new Map<string, number[]>();
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 120_000;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (!incoming.url!.includes("/insertAll")) return reply(outgoing, await pass(emulator, incoming, body));
    const fault = faults.next("insert");
    if (fault !== undefined && /^\d+$/.test(fault)) return reply(outgoing, failure(Number(fault)));
    if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const request = JSON.parse(body.toString()) as InsertRequest;
    if (fault === PLANTED) await insert(emulator, incoming, anew(request), new Map());
    const answered = await insert(emulator, incoming, request, sends);
    if (fault === "answer swallowed") outgoing.destroy();
    else reply(outgoing, answered);
  }

  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    sends,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A sink that writes twice: never drawn, planted to see it found. */
export const PLANTED = "written twice";
const anew = ({ rows }: InsertRequest): InsertRequest => ({
  rows: rows.map((row) => ({ ...row, insertId: `${row.insertId} again` })),
});

interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

/** Passes the rows that the table takes; answers for those that it refuses. */
async function insert(
  emulator: string,
  incoming: IncomingMessage,
  request: InsertRequest,
  sends: Map<string, number[]>,
): Promise<Reply> {
  const isRefused = ({ json }: InsertRequest["rows"][number]) => json.company === REFUSED;
  const good = request.rows.filter((row) => !isRefused(row));
  if (good.length > 0) {
    const passed = await pass(emulator, incoming, Buffer.from(JSON.stringify({ ...request, rows: good })));
    if (passed.status !== 200 || passed.body.includes("insertErrors")) return passed;
    for (const { insertId } of good) sends.set(insertId, [...(sends.get(insertId) ?? []), Date.now()]);
  }
  const insertErrors = request.rows.flatMap((row, index) =>
    isRefused(row) ? [{ index, errors: [{ reason: "invalid", location: "company", message: "refused" }] }] : [],
  );
  const body = { kind: "bigquery#tableDataInsertAllResponse", ...(insertErrors.length > 0 && { insertErrors }) };
  return { status: 200, body: Buffer.from(JSON.stringify(body)) };
}

const REASONS: Readonly<Record<number, string>> = {
  429: "rateLimitExceeded",
  500: "internalError",
  503: "backendError",
};

function failure(status: number): Reply {
  const [reason, message] = [REASONS[status], "a fault of the gate"];
  return {
    status,
    body: Buffer.from(JSON.stringify({ error: { code: status, message, errors: [{ reason, message }] } })),
  };
}

function reply(outgoing: ServerResponse, { status, body }: Reply): void {
  outgoing.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  outgoing.end(body);
}

function pass(emulator: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const rest = { ...headers, host: emulator, "content-length": String(body.length), "accept-encoding": "identity" };
    const upstream = httpRequest(`http://${emulator}${url}`, { method, headers: rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 502, body: Buffer.concat(chunks) }));
      response.on("error", reject);
    });
    upstream.on("error", reject);
    upstream.end(body);
  });
}
