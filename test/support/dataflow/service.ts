/**
 * A stand-in for the Dataflow service, REST API v1b3, on 127.0.0.1. It runs nothing: it records every request, keeps jobs as they are asked
 * for, and answers as Google would. What it does not know it refuses.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type Job, Jobs, type Place, Refused, viewed } from "./jobs";

export interface RecordedRequest {
  readonly method: string;
  /** Without its query: `/v1b3/projects/P/locations/L/jobs`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What was sent, parsed: enumerations stay the numbers or names that they are. */
  readonly body: Record<string, unknown> | undefined;
}

export interface Message {
  readonly time: string;
  readonly messageText: string;
  readonly messageImportance: string;
}

export interface DataflowStandIn {
  /** `http://localhost:PORT`: by this word Beam's Python speaks REST. */
  readonly endpoint: string;
  readonly requests: readonly RecordedRequest[];
  readonly jobs: Jobs;
  /** What every job has said, in order. */
  readonly messages: Message[];
  /** The job that is answered with, where it is not the one that was asked for. */
  changed: (job: Job) => object;
  stop(): Promise<void>;
}

const TEMPLATES = /^\/v1b3\/projects\/[^/]+\/locations\/[^/]+\/templates:launch$/;
const PATH = /^\/v1b3\/projects\/([^/]+)\/locations\/([^/]+)\/jobs(?:\/([^/]+)(\/messages)?)?$/;

export async function startDataflow(): Promise<DataflowStandIn> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { code, body } = await answered(standIn, incoming, requests);
    outgoing.writeHead(code, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const standIn: DataflowStandIn = {
    endpoint: `http://localhost:${port}`,
    requests,
    jobs: new Jobs(),
    messages: [],
    changed: (job) => job,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return standIn;
}

async function answered(standIn: DataflowStandIn, incoming: IncomingMessage, requests: RecordedRequest[]) {
  try {
    const request = await recorded(incoming);
    requests.push(request);
    return { code: 200, body: answer(standIn, request) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, status, message } = error;
    return { code, body: { error: { code, message, status } } };
  }
}

async function recorded(incoming: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { pathname: path, searchParams: query } = new URL(incoming.url!, "http://localhost");
  return { method: incoming.method!, path, query, body: text === "" ? undefined : parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
  }
}

function answer(standIn: DataflowStandIn, { method, path, query, body = {} }: RecordedRequest): object {
  if (method === "POST" && TEMPLATES.test(path)) return validated(query);
  const [, project, location, id, messages] = PATH.exec(path) ?? [];
  if (project === undefined) throw notFound(path);
  const at: Place = { project: decodeURIComponent(project), location: location! };
  switch (`${method} ${id === undefined ? "jobs" : "job"}${messages ?? ""}`) {
    case "POST jobs":
      return standIn.jobs.create(at, body);
    case "GET jobs":
      return page(standIn.jobs.list(at, query.get("filter"), query.get("name")), query);
    case "GET job":
      return viewed(standIn.changed(standIn.jobs.get(at, id!)) as Job, query.get("view"));
    case "PUT job":
      return standIn.jobs.request(at, id!, body);
    case "GET job/messages":
      standIn.jobs.get(at, id!);
      return { jobMessages: said(standIn.messages, query) };
    default:
      throw notFound(`${method} ${path}`);
  }
}

/** A template is looked at, and never run. */
function validated(query: URLSearchParams): object {
  const isAsked = query.get("validateOnly") === "true" && query.get("gcsPath")?.startsWith("gs://");
  if (!isAsked) throw new Refused(400, "INVALID_ARGUMENT", "This service validates templates, and launches none.");
  return {};
}

/** As Google does it: a list that is empty is left out. */
function page(jobs: readonly Job[], query: URLSearchParams): object {
  const first = Number(query.get("pageToken") ?? 0);
  const next = first + Number(query.get("pageSize") ?? 100);
  const some = jobs.slice(first, next).map((job) => viewed(job, query.get("view")));
  return { ...(some.length > 0 && { jobs: some }), ...(next < jobs.length && { nextPageToken: String(next) }) };
}

const notFound = (what: string) =>
  new Refused(404, "NOT_FOUND", `The requested URL ${what} was not found on this server.`);

/** The least important first. */
const IMPORTANCE = ["DEBUG", "DETAILED", "BASIC", "WARNING", "ERROR"].map((name) => `JOB_MESSAGE_${name}`);

function said(messages: readonly Message[], query: URLSearchParams): Message[] {
  const [from, least] = [query.get("startTime") ?? "", IMPORTANCE.indexOf(query.get("minimumImportance") ?? "")];
  return messages.filter(({ time, messageImportance: is }) => time >= from && IMPORTANCE.indexOf(is) >= least);
}
