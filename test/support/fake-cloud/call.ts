/** What an API is handed and what it answers. */
import type { IncomingHttpHeaders } from "node:http";
import type { Project, State } from "./state";

export interface Caller {
  /** `user:operator@example.com`: what is granted to it in the cloud counts too. */
  readonly member?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
}

export interface Call {
  readonly state: State;
  /** The one that the path names, or whose thing it names. */
  readonly project: Project;
  /** `v1` */
  readonly version: string;
  /** The parts of the path by the names of the discovery document: `{ parent: "projects/p/locations/l" }`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** What was sent, where it is no JSON. */
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Throws Refused where the caller may not. */
  permit(permission: string, resource?: string): void;
}

/** An answer that is not JSON with 200. */
export class Reply {
  constructor(
    readonly code: number,
    readonly body: Buffer | object | undefined = undefined,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** Nothing that is answered is 204. */
export type Handler = (call: Call) => Reply | object | undefined;

export interface Api {
  /** As in `NAME.googleapis.com` and in the paths of the fake. */
  readonly name: string;
  /** One of the three that say their errors in the older form. */
  readonly old?: boolean;
  /** Always on, for whoever may call it at all. */
  readonly alwaysOn?: boolean;
  /** By the method's id without the API's name: the permission that it needs, and what it does. */
  readonly methods: Readonly<Record<string, readonly [permission: string | undefined, handle: Handler]>>;
  /** The name of the thing that is asked for, for its grants; else what the path calls `name`, `resource` or `parent`. */
  resourceOf?(params: Readonly<Record<string, string>>): string;
  /** The project of a thing whose path does not say it. */
  projectOf?(params: Readonly<Record<string, string>>, query: URLSearchParams, state: State): string | undefined;
}

/** A page of a list, as Google does it: what is empty is left out. */
export function page<T>(field: string, all: readonly T[], query: URLSearchParams): Record<string, unknown> {
  const first = Number(query.get("pageToken") ?? 0);
  const size = Number(query.get("pageSize") || query.get("maxResults") || 500);
  const some = all.slice(first, first + size);
  const next = first + size < all.length ? { nextPageToken: String(first + size) } : {};
  return { ...(some.length > 0 && { [field]: some }), ...next };
}

/** The fields of `updateMask` (a comma between them, camelCase or snake_case) out of a body. */
export function masked<T extends object>(body: T, updateMask: string | null): Partial<T> {
  const fields = (updateMask ?? Object.keys(body).join()).split(",").filter((field) => field !== "");
  const names = fields.map((field) =>
    field.split(".")[0]!.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
  );
  return Object.fromEntries(names.map((name) => [name, body[name as keyof T]])) as Partial<T>;
}

/** An operation that is over as soon as it is asked for. */
export function done(name: string, type: string, response: object = {}): object {
  return { name, done: true, response: { "@type": `type.googleapis.com/${type}`, ...response } };
}

export const now = () => new Date().toISOString();
