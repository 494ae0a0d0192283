/**
 * A gate before the BigQuery emulator, which keeps a table's key and enforces nothing. Streaming inserts, queries and reads of a table are
 * let through while the table's key may be used; else they answer with BigQuery's body of an error, in which Cloud KMS's own words stand:
 * 400 for a version that is not enabled, 403 for a grant that is gone [Customer-managed Cloud KMS keys, BigQuery: "BigQuery will be unable
 * to access the data"]. What BigQuery says around Cloud KMS's words is published nowhere.
 */
import { type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import type { Access, DataConsumer } from "./access";
import type { Hearing, Verdict } from "./hearing";
import { type HttpGate, startHttpGate } from "../http-gate";

interface Asked {
  readonly consumer: DataConsumer;
  /** `project:dataset.table` */
  readonly tables: readonly string[];
}

/** `hearing`: by `project:dataset.table`. */
export async function startBigQueryGate(
  emulator: string,
  hearing: Hearing,
  log: (access: Access) => void,
): Promise<HttpGate> {
  return await startHttpGate((incoming, outgoing, bytes) => answer(incoming, outgoing, bytes, emulator, hearing, log));
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  bytes: Buffer,
  emulator: string,
  hearing: Hearing,
  log: (access: Access) => void,
): Promise<void> {
  const asked = askedOf(incoming.method ?? "GET", incoming.url ?? "/", bytes);
  const refused = asked?.tables.map((table) => hearing.of(table)).find((verdict) => verdict !== undefined);
  if (asked !== undefined)
    log({ at: Date.now(), consumer: asked.consumer, ...(refused !== undefined && { refused: refused.status }) });
  if (refused === undefined) await pass(incoming, bytes, outgoing, emulator);
  else refuse(outgoing, refused);
}

/** Undefined where nothing that is in a table is asked for. */
export function askedOf(method: string, url: string, body: Buffer): Asked | undefined {
  const { pathname } = new URL(url, "http://gate");
  const [, project = "", dataset, table, what] =
    /\/projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)\/(insertAll|data)$/.exec(pathname) ?? [];
  if (dataset !== undefined)
    return { consumer: what === "insertAll" ? "insert" : "query", tables: [`${project}:${dataset}.${table}`] };
  const [, of] = /\/projects\/([^/]+)\/(?:queries|jobs)$/.exec(pathname) ?? [];
  if (method !== "POST" || of === undefined) return undefined;
  return { consumer: "query", tables: tablesOf(textOf(body), of) };
}

function textOf(body: Buffer): string {
  try {
    const { query, configuration } = JSON.parse(body.toString()) as {
      query?: string;
      configuration?: { query?: { query?: string } };
    };
    return query ?? configuration?.query?.query ?? "";
  } catch {
    return "";
  }
}

/** All that a statement might name: a name that is no table's has no key, and is not held up. */
function tablesOf(sql: string, project: string): string[] {
  const names = sql.matchAll(/(?:([\w-]+)[.:])?(\w+)\.(\w+)/g);
  return [...names].map(([, of = project, dataset, table]) => `${of}:${dataset}.${table}`);
}

function refuse(outgoing: ServerResponse, refused: NonNullable<Verdict>): void {
  outgoing.writeHead(refused.code, { "content-type": "application/json; charset=UTF-8" });
  outgoing.end(JSON.stringify(refused.body(true)));
}

function pass(incoming: IncomingMessage, bytes: Buffer, outgoing: ServerResponse, emulator: string): Promise<void> {
  const { method, url, headers } = incoming;
  return new Promise((resolve, reject) => {
    const upstream = httpRequest(
      `http://${emulator}${url}`,
      { method, headers: { ...headers, host: emulator, "content-length": String(bytes.length) } },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
        response.on("end", resolve);
        response.on("error", reject);
      },
    );
    upstream.on("error", reject);
    upstream.end(bytes);
  });
}
