/**
 * A gate before the BigQuery emulator: it answers as BigQuery does when it is not well, swallows answers, refuses rows for what they contain, and
 * keeps when each insert id was taken.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { REFUSED } from "../messages";
import type { Faults } from "./faults";
import { type HttpGate, passOn, type Reply, startHttpGate } from "../../support/http-gate";

interface InsertRequest {
  readonly rows: readonly { readonly insertId: string; readonly json: { readonly company?: string } }[];
}

export interface BigQueryGate extends HttpGate {
  /** Milliseconds at which the emulator took each insert id. */
  readonly sends: ReadonlyMap<string, readonly number[]>;
}

const SLOW_MS = 5000;

export async function startBigQueryGate(emulator: string, faults: Faults): Promise<BigQueryGate> {
  const sends = new Map<string, number[]>();
  const gate = await startHttpGate(async (incoming, outgoing, body) => {
    if (!incoming.url!.includes("/insertAll")) return reply(outgoing, await passOn(emulator, incoming, body));
    const fault = faults.next("insert");
    if (fault !== undefined && /^\d+$/.test(fault)) return reply(outgoing, failure(Number(fault)));
    if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const request = JSON.parse(body.toString()) as InsertRequest;
    if (fault === PLANTED) await insert(emulator, incoming, anew(request), new Map());
    const answered = await insert(emulator, incoming, request, sends);
    if (fault === "answer swallowed") outgoing.destroy();
    else reply(outgoing, answered);
  });
  return { ...gate, sends };
}

/** A sink that writes twice: never drawn, planted to see it found. */
export const PLANTED = "written twice";
const anew = ({ rows }: InsertRequest): InsertRequest => ({
  rows: rows.map((row) => ({ ...row, insertId: `${row.insertId} again` })),
});

type Answer = Pick<Reply, "status" | "body">;

/** Passes the rows that the table takes; answers for those that it refuses. */
async function insert(
  emulator: string,
  incoming: IncomingMessage,
  request: InsertRequest,
  sends: Map<string, number[]>,
): Promise<Answer> {
  const isRefused = ({ json }: InsertRequest["rows"][number]) => json.company === REFUSED;
  const good = request.rows.filter((row) => !isRefused(row));
  if (good.length > 0) {
    const passed = await passOn(emulator, incoming, Buffer.from(JSON.stringify({ ...request, rows: good })));
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

function failure(status: number): Answer {
  const [reason, message] = [REASONS[status], "a fault of the gate"];
  return {
    status,
    body: Buffer.from(JSON.stringify({ error: { code: status, message, errors: [{ reason, message }] } })),
  };
}

function reply(outgoing: ServerResponse, { status, body }: Answer): void {
  outgoing.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  outgoing.end(body);
}
