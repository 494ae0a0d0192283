/**
 * A stand-in for Google Cloud on 127.0.0.1, for the real gcloud and bq. It keeps what is made in memory, refuses what Google refuses, fails when
 * it is told to, and holds what it is asked and what it answers against Google's discovery documents.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { addDefaultLogs } from "./apis/logging";
import { enableServices } from "./apis/service-usage";
import { type Caller, now } from "./call";
import { type Violation, violationsOf } from "./check";
import { prepareDiscovery } from "./discovery";
import { cloudSdkEnvironment, configFolder } from "./environment";
import { type Failure, Failures } from "./failures";
import type { RecordedRequest } from "./record";
import { answer } from "./server";
import { State } from "./state";

export interface FakeCloudOptions {
  /** Its id; `bank-project` unless said. */
  readonly project?: string;
  readonly projectNumber?: string;
  /** Services that are on from the beginning, beside those of every new project. */
  readonly enabled?: readonly string[];
  /** Who calls with `env`; without it, one who may do everything. */
  readonly caller?: Caller;
  /** The port; a free one unless said. */
  readonly port?: number;
}

export interface FakeCloud {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly project: string;
  readonly projectNumber: string;
  /** For a child process, beside PATH: with it gcloud and bq speak to this cloud alone. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  /** The same for somebody else. */
  as(caller: Caller): Readonly<Record<string, string>>;
  /** Another project beside the first, a key project for instance. */
  addProject(id: string, number: string, enabled?: readonly string[]): void;
  readonly state: State;
  /** The full names of all that there is, sorted: `cryptoKeys projects/p/…`. */
  names(): string[];
  failNext(failure: Failure): void;
  readonly failures: Failures;
  readonly requests: readonly RecordedRequest[];
  /** Where a request or an answer is not as Google's discovery documents have it. */
  violations(): readonly Violation[];
  stop(): Promise<void>;
}

/** On in a new project. Google's console lists more, which nobody here asks for. */
const ON_AT_FIRST = ["bigquery", "storage", "logging", "monitoring", "serviceusage"].map(
  (name) => `${name}.googleapis.com`,
);

/** A cloud with one project and nothing in it. */
export function newState(project: string, projectNumber: string, enabled?: readonly string[]): State {
  const state = new State();
  addTo(state, project, projectNumber, enabled);
  return state;
}

function addTo(state: State, id: string, number: string, enabled: readonly string[] = []): void {
  state.projects.set(id, { id, number, createTime: now(), enabled: new Set(), agents: new Set() });
  addDefaultLogs(state, state.project(id));
  enableServices(state.project(id), [...ON_AT_FIRST, ...enabled]);
}

/** Throws MissingTool where the discovery documents cannot be had. */
export async function startFakeCloud(options: FakeCloudOptions = {}): Promise<FakeCloud> {
  prepareDiscovery();
  const { project = "bank-project", projectNumber = "123456789012" } = options;
  const state = newState(project, projectNumber, options.enabled);
  const addProject = (id: string, number: string, enabled: readonly string[] = []) => addTo(state, id, number, enabled);

  const [requests, failures, callers]: [RecordedRequest[], Failures, Map<string, Caller | undefined>] = [
    [],
    new Failures(),
    new Map(),
  ];
  const token = `fake-${randomUUID()}`;
  callers.set(token, options.caller);
  const server = createServer((incoming, outgoing) => {
    answer({ state, url, failures, requests, callers }, incoming).then(
      (reply) => {
        if (reply === undefined) return outgoing.destroy();
        const isJson = reply.body !== undefined && !Buffer.isBuffer(reply.body);
        outgoing.writeHead(reply.code, {
          ...(isJson && { "content-type": "application/json; charset=UTF-8" }),
          ...reply.headers,
        });
        return outgoing.end(isJson ? JSON.stringify(reply.body) : reply.body);
      },
      (error: unknown) => {
        outgoing
          .writeHead(500)
          .end(JSON.stringify({ error: { code: 500, message: `the fake cloud broke: ${error}`, status: "INTERNAL" } }));
      },
    );
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const config = configFolder();
  return {
    url,
    project,
    projectNumber,
    token,
    env: cloudSdkEnvironment(url, project, token, config.path),
    as(caller) {
      const theirs = `fake-${randomUUID()}`;
      callers.set(theirs, caller);
      return cloudSdkEnvironment(url, project, theirs, config.path);
    },
    addProject,
    state,
    names: () => state.names(),
    failNext: (failure) => failures.add(failure),
    failures,
    requests,
    violations: () => requests.flatMap(violationsOf),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
      config.remove();
    },
  };
}
