/** From an HTTP request to the API that answers it: what is asked for, by whom, and whether that may be. */
import type { IncomingMessage } from "node:http";
import { APIS } from "./apis";
import { type Api, type Call, type Caller, Reply } from "./call";
import { discoveryDocument, type Found, findMethod } from "./discovery";
import type { Failures } from "./failures";
import { invalid, Refused } from "./refused";
import { holds } from "./roles";
import type { State } from "./state";

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
  readonly isUpload: boolean;
  /** Once it is answered. */
  answer?: { readonly code: number; readonly body?: unknown; readonly lost?: true };
}

export interface Served {
  readonly state: State;
  readonly url: string;
  readonly failures: Failures;
  readonly requests: RecordedRequest[];
  /** Who a token stands for; undefined: one that may do everything. */
  readonly callers: ReadonlyMap<string, Caller | undefined>;
}

/** Undefined: the answer is lost, the connection ends. */
export async function answer(served: Served, incoming: IncomingMessage): Promise<Reply | undefined> {
  const bytes = await read(incoming);
  if (incoming.url!.startsWith("/$discovery/rest")) return discoveryForBq(served.url);
  const request = recorded(incoming, bytes);
  served.requests.push(request);
  const failure = await served.failures.next(request);
  const fails = failure === undefined ? undefined : (failure.reply(request) ?? "lost");
  if (fails !== undefined && failure!.afterTheWrite !== true) return finish(request, fails);
  const reply = replyTo(served, request, incoming, bytes);
  return finish(request, fails ?? reply);
}

function finish(request: RecordedRequest, reply: Reply | "lost"): Reply | undefined {
  if (reply === "lost") {
    request.answer = { code: 0, lost: true };
    return undefined;
  }
  const body = Buffer.isBuffer(reply.body) ? undefined : reply.body;
  request.answer = { code: reply.code, ...(body !== undefined && { body: structuredClone(body) }) };
  return reply;
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `/cloudkms/v1/…` is the API cloudkms at `v1/…`; three APIs have a path of their own. */
const OWN_PATH = /^(?:(?:resumable\/)?upload\/)?(storage|bigquery|compute)\/(\w+)\//;

function recorded(incoming: IncomingMessage, bytes: Buffer): RecordedRequest {
  const { pathname, searchParams: query } = new URL(incoming.url!, "http://fake");
  const whole = pathname.slice(1);
  const [, own, ownVersion] = OWN_PATH.exec(whole) ?? [];
  const [, api = "", path = ""] = own === undefined ? (/^([^/]*)\/(.*)$/.exec(whole) ?? []) : [whole, own, whole];
  const version = ownVersion ?? path.split("/")[0]!;
  const document = discoveryDocument(api, version);
  const found = document && findMethod(document, incoming.method!, path);
  const body = parsed(bytes, incoming.headers["content-type"] ?? "");
  const who = /^Bearer (.*)$/.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
  const about = { method: incoming.method!, url: incoming.url!, api, version, path, query, who };
  return {
    ...about,
    isUpload: found?.isUpload ?? false,
    ...(found && { id: found.method.id }),
    ...(body !== undefined && { body }),
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

function replyTo(served: Served, request: RecordedRequest, incoming: IncomingMessage, bytes: Buffer): Reply {
  const api = APIS.find(({ name }) => name === request.api);
  try {
    if (api === undefined)
      throw new Refused("NOT_FOUND", `The fake cloud serves no ${request.api || "API"} at ${request.url}.`);
    const reply = handled(served, api, request, incoming, bytes);
    if (reply instanceof Reply) return reply;
    return reply === undefined ? new Reply(204) : new Reply(200, reply);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return new Reply(error.code, error.body(api?.old === true));
  }
}

function handled(served: Served, api: Api, request: RecordedRequest, incoming: IncomingMessage, bytes: Buffer) {
  const { callers, state, url } = served;
  if (!callers.has(request.who))
    throw new Refused("UNAUTHENTICATED", "Request had invalid authentication credentials.");
  const found = foundBy(request);
  const [permission, handle] = api.methods[found.method.id.slice(api.name.length + 1)] ?? [];
  if (handle === undefined) throw new Refused("UNIMPLEMENTED", `The fake cloud does not serve ${found.method.id}.`);
  if (bytes.length > 0 && request.body === undefined && !found.isUpload)
    throw invalid("Invalid JSON payload received.");
  const { params } = found;
  const resource = api.resourceOf?.(params) ?? params.name ?? params.resource ?? params.parent ?? "";
  const named =
    api.projectOf?.(params, request.query, state) ??
    params.project ??
    params.projectId ??
    /^projects\/([^/]+)/.exec(resource)?.[1];
  const project = state.project(named ?? [...state.projects.keys()][0]!);
  const caller = callers.get(request.who);
  const permit = (permission: string, of = resource) => {
    if (caller === undefined) return;
    const { member, roles = [], permissions = [] } = caller;
    const granted = member === undefined ? [] : state.policies.rolesOf(member, chain(api.name, of, project.id));
    if (!holds([...roles, ...granted], permissions, permission)) throw forbidden(api, permission, of, project.id);
  };
  if (api.alwaysOn !== true && !project.enabled.has(`${api.name}.googleapis.com`)) throw disabled(api, project);
  if (permission !== undefined) permit(permission);
  const { headers } = incoming;
  const asked = { params, query: request.query, body: (request.body ?? {}) as Call["body"], bytes, headers };
  return handle({ state, project, version: request.version, url, isUpload: found.isUpload, permit, ...asked });
}

function foundBy(request: RecordedRequest): Found {
  const document = discoveryDocument(request.api, request.version);
  const found = document && findMethod(document, request.method, request.path);
  if (found !== undefined) return found;
  throw new Refused("NOT_FOUND", `The requested URL ${request.url} was not found on this server.`);
}

/** A thing's own grants, those of all that it lies in, and its project's. */
function chain(api: string, resource: string, project: string): string[] {
  const parts = resource.split("/");
  const around = parts.flatMap((_, at) =>
    at % 2 === 1 && at > 1 ? [`${api}/${parts.slice(0, at + 1).join("/")}`] : [],
  );
  return [...around, `${api}/${resource}`, `projects/${project}`];
}

function forbidden(api: Api, permission: string, resource: string, project: string): Refused {
  if (api.name === "pubsub") return new Refused("PERMISSION_DENIED", "User not authorized to perform this action.");
  if (api.name === "bigquery") {
    return new Refused(
      "PERMISSION_DENIED",
      `Access Denied: Project ${project}: User does not have ${permission} permission in project ${project}.`,
    );
  }
  if (api.name === "compute")
    return new Refused("PERMISSION_DENIED", `Required '${permission}' permission for '${resource}'`, {
      reason: "forbidden",
    });
  const what = `Permission '${permission}' denied on resource`;
  if (api.name === "storage") {
    return new Refused(
      "PERMISSION_DENIED",
      `The caller does not have ${permission} access. ${what} (or it may not exist).`,
      { reason: "forbidden" },
    );
  }
  return new Refused("PERMISSION_DENIED", `${what} '//${api.name}.googleapis.com/${resource}' (or it may not exist).`);
}

function disabled(api: Api, project: { readonly id: string; readonly number: string }): Refused {
  const service = `${api.name}.googleapis.com`;
  const at = `https://console.developers.google.com/apis/api/${service}/overview?project=${project.number}`;
  const text = `${service} has not been used in project ${project.number} before or it is disabled. Enable it by visiting ${at} then retry.`;
  const metadata = { service, consumer: `projects/${project.number}` };
  const details = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "SERVICE_DISABLED",
      domain: "googleapis.com",
      metadata,
    },
  ];
  return new Refused("PERMISSION_DENIED", text, { reason: "accessNotConfigured", details });
}

/** bq asks for BigQuery's own description of itself before anything else. */
function discoveryForBq(url: string): Reply {
  const { mtlsRootUrl: _, ...document } = discoveryDocument("bigquery", "v2") as unknown as Record<string, unknown>;
  return new Reply(200, { ...document, rootUrl: `${url}/`, baseUrl: `${url}/bigquery/v2/` });
}
