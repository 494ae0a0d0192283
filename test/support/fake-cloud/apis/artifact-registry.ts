/** Artifact Registry: repositories. */
import { type Api, type Call, done, masked, page, now, Reply } from "../call";
import { Collection } from "../collection";
import { AGENTS, useKey } from "../keys";
import { policyMethods } from "../policy-methods";
import { invalid, Refused } from "../refused";

export interface Repository {
  readonly name: string;
  readonly format: string;
  readonly mode?: string;
  readonly kmsKeyName?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createTime: string;
  readonly updateTime: string;
}

/** A file of an image: its manifest, a layer. What is in it is under the key; its name and size are not. */
export interface ArtifactFile {
  /** `projects/P/locations/L/repositories/R/files/sha256:…` */
  readonly name: string;
  readonly sizeBytes: string;
  readonly createTime: string;
  /** The version of the key. */
  readonly version?: string;
}

export function newArtifacts() {
  return {
    files: new Collection<ArtifactFile>((name) => `Requested entity was not found: ${name}`),
    repositories: new Collection<Repository>(
      (name) => `Requested entity was not found: ${name}`,
      () => "the repository already exists",
    ),
  };
}

const LOCATION = /^projects\/[^/]+\/locations\/([a-z]+-[a-z]+\d+|us|europe|asia)$/;

function create({ params: { parent = "" }, query, body, project, state }: Call): object {
  const id = query.get("repositoryId") ?? "";
  const [, location] = LOCATION.exec(parent) ?? [];
  if (location === undefined) throw invalid(`unknown location: ${parent}`);
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) throw invalid(`invalid repository id: ${id}`);
  const { format, kmsKeyName, name: _, ...rest } = body as Partial<Repository>;
  if (format === undefined) throw invalid("a repository needs a format");
  if (kmsKeyName) checkKey(state, project, kmsKeyName, location);
  const name = `${parent}/repositories/${id}`;
  const times = { createTime: now(), updateTime: now() };
  const made = { mode: "STANDARD_REPOSITORY", ...rest, format, ...(kmsKeyName && { kmsKeyName }), ...times, name };
  state.artifacts.repositories.add(name, made);
  return operation(parent, made);
}

/** Throws Refused. */
function checkKey(state: Call["state"], project: Call["project"], key: string, location: string): void {
  const denied = (agent: string, key: string) =>
    new Refused(
      "FAILED_PRECONDITION",
      `The service agent ${agent} has no permission to use the Cloud KMS key ${key}, or the key does not exist.`,
    );
  useKey(state, { key, agents: [AGENTS.artifacts(project)], denied, locations: [location] });
}

/** Its bytes are the size of them in noughts: nobody reads an image here. */
function download({ params: { name = "" }, project, state }: Call): Reply {
  const { version, sizeBytes } = state.artifacts.files.get(name);
  if (version !== undefined) checkKey(state, project, version, name.split("/")[3]!);
  return new Reply(200, Buffer.alloc(Number(sizeBytes)), { "content-type": "application/octet-stream" });
}

/** Of an image: its manifest is a file of the repository. */
function version({ params: { name = "" }, state }: Call): object {
  const [, repository, digest] = /^(.*)\/packages\/[^/]+\/versions\/([^/]+)$/.exec(name)!;
  const { createTime } = state.artifacts.files.get(`${repository}/files/${digest}`);
  return { name, createTime, updateTime: createTime };
}

function operation(parent: string, repository: object): object {
  return done(`${parent}/operations/00000000-fake`, "google.devtools.artifactregistry.v1.Repository", repository);
}

function patch({ params: { name = "" }, query, body, state }: Call): Repository {
  const changed = masked(body as Partial<Repository>, query.get("updateMask"));
  const old = state.artifacts.repositories.get(name);
  for (const field of ["format", "kmsKeyName", "mode"] as const) {
    if (field in changed && changed[field] !== old[field])
      throw invalid(`the field ${field} of a repository cannot be changed`);
  }
  return state.artifacts.repositories.change(name, { ...changed, name, updateTime: now() });
}

const REPOSITORIES = "projects.locations.repositories";

export const ARTIFACT_REGISTRY: Api = {
  name: "artifactregistry",
  methods: {
    "projects.locations.get": [
      undefined,
      ({ params: { name = "" } }) => ({ name, locationId: name.split("/").at(-1) }),
    ],
    "projects.locations.list": [
      undefined,
      ({ params: { name = "" } }) => ({
        locations: ["europe", "europe-west1", "europe-west2", "us"].map((locationId) => ({
          name: `${name}/locations/${locationId}`,
          locationId,
        })),
      }),
    ],
    [`${REPOSITORIES}.create`]: ["artifactregistry.repositories.create", create],
    [`${REPOSITORIES}.get`]: [
      "artifactregistry.repositories.get",
      ({ params, state }) => state.artifacts.repositories.get(params.name!),
    ],
    [`${REPOSITORIES}.list`]: [
      "artifactregistry.repositories.list",
      ({ params: { parent = "" }, query, state }) => {
        const prefix = parent.endsWith("/locations/-") ? parent.slice(0, -1) : `${parent}/repositories/`;
        return page("repositories", state.artifacts.repositories.below(prefix), query);
      },
    ],
    [`${REPOSITORIES}.patch`]: ["artifactregistry.repositories.update", patch],
    [`${REPOSITORIES}.delete`]: [
      "artifactregistry.repositories.delete",
      ({ params: { name = "" }, state }) => {
        state.artifacts.repositories.remove(name);
        state.policies.remove(`artifactregistry/${name}`);
        return done(`${name.split("/repositories/")[0]}/operations/00000000-fake`, "google.protobuf.Empty");
      },
    ],
    [`${REPOSITORIES}.files.list`]: [
      "artifactregistry.files.list",
      ({ params: { parent = "" }, query, state }) => {
        state.artifacts.repositories.get(parent);
        const all = state.artifacts.files.below(`${parent}/files/`);
        return page(
          "files",
          all.map(({ name, sizeBytes, createTime }) => ({ name, sizeBytes, createTime })),
          query,
        );
      },
    ],
    [`${REPOSITORIES}.packages.versions.get`]: ["artifactregistry.versions.get", version],
    [`${REPOSITORIES}.files.download`]: ["artifactregistry.repositories.downloadArtifacts", download],
    "projects.locations.operations.get": [undefined, ({ params }) => ({ name: params.name, done: true, response: {} })],
    ...policyMethods(REPOSITORIES, "artifactregistry.repositories", ({ state }, name) =>
      state.artifacts.repositories.get(name),
    ),
  },
};
