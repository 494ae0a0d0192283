/** Google's own description of its APIs: which methods there are, and what they take and answer. */
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { findPython } from "../../../pipeline/runners/python";
import { UsageError } from "../../../pipeline/usage-error";
import { MissingTool } from "../emulators/process";
import { command, preparedOnce } from "../prepared";

/** A JSON schema in the dialect of discovery documents. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "any";
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

export interface Parameter extends Schema {
  readonly location: "path" | "query";
  readonly required?: boolean;
  readonly repeated?: boolean;
  readonly pattern?: string;
}

export interface Method {
  /** `cloudkms.projects.locations.keyRings.create` */
  readonly id: string;
  readonly httpMethod: string;
  /** `v1/{+parent}/keyRings` */
  readonly path: string;
  /** `v1/projects/{projectsId}/locations/{locationsId}/keyRings` */
  readonly flatPath?: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly request?: { readonly $ref: string };
  readonly response?: { readonly $ref: string };
  readonly mediaUpload?: { readonly protocols: Readonly<Record<string, { readonly path: string }>> };
}

interface Methods {
  readonly methods?: Readonly<Record<string, Method>>;
  readonly resources?: Readonly<Record<string, Methods>>;
}

export interface DiscoveryDocument extends Methods {
  readonly name: string;
  readonly version: string;
  readonly rootUrl: string;
  readonly servicePath: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const FOLDER = resolve("build/discovery");
const LOCK = "test/support/fake-cloud/discovery.lock.txt";
const KEPT =
  /^(artifactregistry|bigquery|cloudbuild|cloudkms|cloudresourcemanager|compute|dataflow|iam|logging|monitoring|orgpolicy|pubsub|serviceusage|storage)\./;

/** Brings the documents of the APIs that are served into build/. Throws MissingTool where there is no Python to fetch them. */
export function prepareDiscovery(): string {
  return preparedOnce(FOLDER, [LOCK], (dir) => {
    const package_ = join(dir, "package");
    const quietly = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--no-compile"];
    command(pythonOfBeam(), ["-m", "pip", "install", ...quietly, "--target", package_, "-r", LOCK]);
    const documents = join(package_, "googleapiclient/discovery_cache/documents");
    for (const name of readdirSync(documents).filter((name) => KEPT.test(name))) {
      renameSync(join(documents, name), join(dir, name));
    }
    rmSync(package_, { recursive: true });
  });
}

function pythonOfBeam(): string {
  try {
    return findPython({});
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new MissingTool(error.message, "Google's discovery documents are fetched by its pip");
  }
}

const documents = new Map<string, DiscoveryDocument | undefined>();

/** `api`: `cloudkms`; `version`: `v1`. Undefined where Google has no such version. */
export function discoveryDocument(api: string, version: string): DiscoveryDocument | undefined {
  const name = `${api}.${version}.json`;
  if (!documents.has(name)) {
    const isThere = KEPT.test(name) && readdirSync(FOLDER).includes(name);
    documents.set(name, isThere ? JSON.parse(readFileSync(join(FOLDER, name), "utf8")) : undefined);
  }
  return documents.get(name);
}

export interface Found {
  readonly method: Method;
  /** What the path says, decoded: `{ parent: "projects/p/locations/l" }` */
  readonly params: Readonly<Record<string, string>>;
  readonly isUpload: boolean;
}

/** The method that answers `path` (without a leading slash, from the root of the API's host), if any. */
export function findMethod(document: DiscoveryDocument, httpMethod: string, path: string): Found | undefined {
  const candidates = templatesOf(document).filter((one) => one.method.httpMethod === httpMethod && one.flat.test(path));
  // `…/keyRings/r:getIamPolicy` looks like a key ring too: the template that says the most is meant.
  const [best] = candidates.sort((a, b) => b.literals - a.literals);
  if (best === undefined) return undefined;
  const values = Object.entries(best.named.exec(path)?.groups ?? {});
  if (!values.every(([, value]) => isEscaped(value))) return undefined;
  const params = Object.fromEntries(values.map(([name, value]) => [name, decodeURIComponent(value)]));
  return { method: best.method, params, isUpload: best.isUpload };
}

/** A path with a per cent sign that begins no character is the path of nothing. */
function isEscaped(text: string): boolean {
  try {
    return decodeURIComponent(text).length > 0;
  } catch {
    return false;
  }
}

interface Template {
  readonly method: Method;
  readonly flat: RegExp;
  readonly named: RegExp;
  readonly literals: number;
  readonly isUpload: boolean;
}

const templates = new WeakMap<DiscoveryDocument, readonly Template[]>();

function templatesOf(document: DiscoveryDocument): readonly Template[] {
  let found = templates.get(document);
  if (found === undefined) {
    found = methodsOf(document).flatMap((method) => [
      templateOf(method, document.servicePath + (method.flatPath ?? method.path), document.servicePath + method.path),
      ...Object.values(method.mediaUpload?.protocols ?? {}).map(({ path }) =>
        templateOf(method, path.slice(1), path.slice(1), true),
      ),
    ]);
    templates.set(document, found);
  }
  return found;
}

function methodsOf(part: Methods): Method[] {
  return [...Object.values(part.methods ?? {}), ...Object.values(part.resources ?? {}).flatMap(methodsOf)];
}

function templateOf(method: Method, flatPath: string, path: string, isUpload = false): Template {
  return {
    method,
    isUpload,
    flat: pattern(flatPath, () => "[^/]+?"),
    named: pattern(path, (name, reserved) => `(?<${name}>${reserved ? ".+?" : "[^/]+?"})`),
    literals: flatPath.replaceAll(/\{[^}]*\}/g, "").length,
  };
}

function pattern(template: string, group: (name: string, reserved: boolean) => string): RegExp {
  const source = template
    .split(/(\{\+?\w+\})/)
    .map((part) => {
      const [, plus, name] = /^\{(\+?)(\w+)\}$/.exec(part) ?? [];
      return name === undefined ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&") : group(name, plus === "+");
    })
    .join("");
  return new RegExp(`^${source}$`);
}
