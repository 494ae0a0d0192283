/** What was asked, as it is kept. */
import type { IncomingMessage } from "node:http";
import { discoveryDocument, type Found, findMethod } from "./discovery";

export interface RecordedRequest {
  /** `POST` */
  readonly method: string;
  /** Path and query as they were sent, with the fake's prefix: `/cloudkms/v1/…`. */
  readonly url: string;
  readonly api: string;
  readonly version: string;
  /** From the root of the API's host, without a leading slash: `v1/…`, `storage/v1/…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The method of the discovery document: `cloudkms.projects.locations.keyRings.create`; undefined: Google has none. */
  readonly id?: string;
  /** Parsed, where it was JSON. */
  readonly body?: unknown;
  /** Its bearer token. */
  readonly who: string;
  /** Once it is answered; code 0: the answer was lost. */
  answer?: { readonly code: number; readonly body?: unknown };
}

/** A request, and what the server needs of it besides. */
export interface Asked {
  readonly request: RecordedRequest;
  readonly found?: Found;
  readonly bytes: Buffer;
  readonly headers: IncomingMessage["headers"];
}

/** `/cloudkms/v1/…` is the API cloudkms at `v1/…`; three APIs have a path of their own. */
const OWN_PATH = /^(?:(?:resumable\/)?upload\/)?(storage|bigquery|compute)\/(\w+)\//;

export async function readRequest(incoming: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const [bytes, { headers, method = "", url = "" }] = [Buffer.concat(chunks), incoming];
  const { pathname, searchParams: query } = new URL(`http://fake${url.startsWith("/") ? url : "/"}`);
  const whole = pathname.slice(1);
  const [, own, ownVersion] = OWN_PATH.exec(whole) ?? [];
  const [, api = "", path = ""] = own === undefined ? (/^([^/]*)\/(.*)$/.exec(whole) ?? []) : [whole, own, whole];
  const version = ownVersion ?? path.split("/")[0]!;
  const document = discoveryDocument(api, version);
  const found = document && findMethod(document, method, path);
  const body = parsed(bytes, headers["content-type"] ?? "");
  const who = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  const known = { ...(found && { id: found.method.id }), ...(body !== undefined && { body }) };
  return {
    request: { method, url, api, version, path, query, who, ...known },
    ...(found && { found }),
    bytes,
    headers,
  };
}

/** Undefined where there is none, or where it is no JSON. */
function parsed(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0 || !(contentType === "" || contentType.includes("json"))) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
