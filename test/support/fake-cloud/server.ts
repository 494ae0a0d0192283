/** From an HTTP request to the API that answers it. */
import type { IncomingMessage } from "node:http";
import { APIS } from "./apis";
import { type Api, type Call, type Caller, Reply } from "./call";
import { checkBody, withTextIntegers } from "./check";
import { discoveryDocument, type Found } from "./discovery";
import type { Failures } from "./failures";
import { checkEnabled, checkPermission } from "./permission";
import { type Asked, type RecordedRequest, readRequest } from "./record";
import { invalid, Refused } from "./refused";
import type { Project, State } from "./state";

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
  if (incoming.url!.startsWith("/$discovery/rest")) return discoveryForBq(served.url);
  const asked = await readRequest(incoming);
  const { request } = asked;
  served.requests.push(request);
  const failure = await served.failures.next(request);
  const isDone = failure === undefined || failure.afterTheWrite;
  const reply = isDone ? replyTo(served, asked) : undefined;
  const told = failure === undefined ? reply : failure.reply;
  const body = Buffer.isBuffer(told?.body) ? undefined : told?.body;
  request.answer = { code: told?.code ?? 0, ...(body !== undefined && { body: structuredClone(body) }) };
  return told;
}

function replyTo(served: Served, asked: Asked): Reply {
  const { request } = asked;
  const api = APIS.find(({ name }) => name === request.api);
  try {
    if (api === undefined)
      throw new Refused("NOT_FOUND", `The fake cloud serves no ${request.api || "API"} at ${request.url}.`);
    const reply = handled(served, api, asked);
    if (reply instanceof Reply) return reply;
    return reply === undefined ? new Reply(204) : new Reply(200, reply);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return new Reply(error.code, error.body(api?.old === true));
  }
}

function handled({ callers, state, url }: Served, api: Api, { request, found, bytes, headers }: Asked) {
  if (!callers.has(request.who))
    throw new Refused("UNAUTHENTICATED", "Request had invalid authentication credentials.");
  if (found === undefined)
    throw new Refused("NOT_FOUND", `The requested URL ${request.url} was not found on this server.`);
  const [permission, handle] = api.methods[found.method.id.slice(api.name.length + 1)] ?? [];
  if (handle === undefined) {
    throw new Refused("UNIMPLEMENTED", `The fake cloud does not serve ${found.method.id}.`, { code: 400 });
  }
  const project = projectOf(state, api, request, found);
  const params = byProjectId(found.params, project);
  const resource = resourceOf(api, params);
  const caller = callers.get(request.who);
  const permit: Call["permit"] = (permission, of = resource) => {
    if (caller !== undefined) checkPermission(state, api, project, caller, { permission, resource: of });
  };
  checkEnabled(api, project);
  if (permission !== undefined) permit(permission);
  const body = bodyOf(request, found, bytes, api.old === true) as Call["body"];
  const { version, query } = request;
  return handle({ state, project, version, params, query, body, bytes, headers, url, permit });
}

const resourceOf = (api: Api, params: Found["params"]) =>
  api.resourceOf?.(params) ?? params.name ?? params.resource ?? params.parent ?? "";

/** The project that the path names; the first one where it names none. */
function projectOf(state: State, api: Api, { query }: RecordedRequest, { params }: Found): Project {
  const [, inName] = /^projects\/([^/]+)/.exec(resourceOf(api, params)) ?? [];
  const named = api.projectOf?.(params, query, state) ?? params.project ?? params.projectId ?? inName;
  return state.project(named ?? [...state.projects.keys()][0]!);
}

/** Names by a project's number, and IAM's `projects/-/…`, as names by its id. */
function byProjectId(params: Found["params"], { id, number }: Project): Found["params"] {
  const names = Object.entries(params).map(([name, value]) => {
    const [, first] = /^projects\/([^/]+)/.exec(value) ?? [];
    return [name, first === number || first === "-" ? value.replace(/^projects\/[^/]+/, `projects/${id}`) : value];
  });
  return Object.fromEntries(names);
}

/** What was sent, as Google's own servers read it. The three older APIs pass over what they do not know. */
function bodyOf(request: RecordedRequest, { method, isUpload }: Found, bytes: Buffer, old: boolean): unknown {
  const { body, api, version } = request;
  if (isUpload || bytes.length === 0) return {};
  if (body === undefined) throw invalid("Invalid JSON payload received.");
  const { schemas } = discoveryDocument(api, version)!;
  const sent = withTextIntegers(body, method.request, schemas);
  const [problem] = checkBody(old ? sent : body, method.request, schemas, false);
  if (problem !== undefined) throw invalid(`Invalid JSON payload received. '${problem.path}' ${problem.what}.`);
  return sent;
}

/** bq asks for BigQuery's own description of itself before anything else. */
function discoveryForBq(url: string): Reply {
  const { mtlsRootUrl: _, ...document } = discoveryDocument("bigquery", "v2") as unknown as Record<string, unknown>;
  return new Reply(200, { ...document, rootUrl: `${url}/`, baseUrl: `${url}/bigquery/v2/` });
}
