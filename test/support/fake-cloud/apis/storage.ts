/** Cloud Storage: buckets. */
import { type Api, type Call, page, now } from "../call";
import { Collection } from "../collection";
import { AGENTS } from "../keys";
import { invalid, Refused } from "../refused";
import { checkBucketKey, MULTI } from "./storage-key";
import { OBJECTS, type StoredObject } from "./storage-objects";

export interface Bucket {
  readonly name: string;
  readonly projectNumber: string;
  /** `EUROPE-WEST2`, `EU` */
  readonly location: string;
  readonly metageneration: string;
  readonly encryption?: { readonly defaultKmsKeyName?: string };
  readonly iamConfiguration?: {
    readonly uniformBucketLevelAccess?: { readonly enabled?: boolean };
    readonly publicAccessPrevention?: string;
  };
  readonly versioning?: { readonly enabled?: boolean };
  readonly lifecycle?: object;
  readonly softDeletePolicy?: object;
  readonly labels?: Readonly<Record<string, string>>;
}

const CONFLICT = "Your previous request to create the named bucket succeeded and you already own it.";

export function newStorage() {
  return {
    buckets: new Collection<Bucket>(
      () => "The specified bucket does not exist.",
      () => CONFLICT,
      "conflict",
    ),
    objects: new Collection<StoredObject>((name) => `No such object: ${name}`),
  };
}

const NAME = /^(?!goog)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;
function insert(call: Call): object {
  const { body, project, state, url } = call;
  const { name = "", location: asked = "US", ...rest } = body as Partial<Bucket>;
  if (!NAME.test(name)) throw invalid(`Invalid bucket name: '${name}'`);
  const location = asked.toUpperCase();
  const type = /^[A-Z]+-[A-Z]+\d+$/.test(location) ? "region" : location in MULTI ? "multi-region" : undefined;
  if (type === undefined) throw invalid(`The specified location constraint is not valid: ${asked}.`);
  checkBucketKey(call, rest.encryption?.defaultKmsKeyName, location);
  const times = { timeCreated: now(), updated: now() };
  const about = { kind: "storage#bucket", id: name, selfLink: `${url}/storage/v1/b/${name}`, storageClass: "STANDARD" };
  const iamConfiguration = { ...DEFAULT_ACCESS, ...rest.iamConfiguration };
  const softDeletePolicy = { retentionDurationSeconds: "604800", effectiveTime: now(), ...rest.softDeletePolicy };
  const kept = { ...about, ...times, ...rest, iamConfiguration, softDeletePolicy, name, location, locationType: type };
  state.storage.buckets.add(name, { ...kept, projectNumber: project.number, metageneration: "1" });
  return shown(call, name);
}

const DEFAULT_ACCESS = { uniformBucketLevelAccess: { enabled: false }, publicAccessPrevention: "inherited" };

/** Its etag follows its metageneration. */
function shown({ state }: Call, name: string): object {
  const bucket = state.storage.buckets.get(name);
  return { ...bucket, etag: Buffer.from(`CA${bucket.metageneration}`).toString("base64") };
}

function patch(call: Call): object {
  const { params, query, body, state } = call;
  const old = state.storage.buckets.get(params.bucket!);
  const expected = query.get("ifMetagenerationMatch");
  if (expected !== null && expected !== old.metageneration) throw notMet();
  const asked = body as Partial<Bucket>;
  if (asked.location !== undefined && asked.location.toUpperCase() !== old.location)
    throw invalid("The location of a bucket cannot be changed.");
  checkBucketKey(call, asked.encryption?.defaultKmsKeyName, old.location);
  const iamConfiguration = { ...old.iamConfiguration, ...asked.iamConfiguration };
  const labels = Object.entries({ ...old.labels, ...asked.labels }).filter(([, value]) => value !== null);
  const metageneration = String(Number(old.metageneration) + 1);
  const merged = {
    ...old,
    ...asked,
    iamConfiguration,
    location: old.location,
    name: old.name,
    metageneration,
    updated: now(),
  };
  const changed = { ...merged, ...(labels.length > 0 || asked.labels ? { labels: Object.fromEntries(labels) } : {}) };
  const kept = Object.entries(changed).filter(([, value]) => value !== null);
  state.storage.buckets.set(old.name, Object.fromEntries(kept) as unknown as Bucket);
  return shown(call, old.name);
}

const notMet = () =>
  new Refused("ABORTED", "At least one of the pre-conditions you specified did not hold.", {
    code: 412,
    reason: "conditionNotMet",
  });

function remove({ params: { bucket = "" }, state }: Call): undefined {
  state.storage.buckets.get(bucket);
  if (state.storage.objects.names().some((name) => name.startsWith(`${bucket}/`))) {
    throw new Refused("ABORTED", "The bucket you tried to delete is not empty.", { reason: "conflict" });
  }
  state.storage.buckets.remove(bucket);
  state.policies.remove(policyOf(bucket));
}

const policyOf = (bucket: string) => `storage/b/${bucket}`;

function policy(call: Call, set?: object): object {
  const { bucket = "" } = call.params;
  call.state.storage.buckets.get(bucket);
  const { policies } = call.state;
  const found = set === undefined ? policies.get(policyOf(bucket)) : policies.set(policyOf(bucket), set);
  return { kind: "storage#policy", resourceId: `projects/_/buckets/${bucket}`, version: 1, ...found };
}

/** Asking for it makes it. */
function serviceAccount({ project }: Call): object {
  const email = AGENTS.storage(project);
  project.agents.add(email);
  return { kind: "storage#serviceAccount", email_address: email };
}

export const STORAGE: Api = {
  name: "storage",
  old: true,
  resourceOf: ({ destinationBucket, bucket = destinationBucket, projectId }) =>
    bucket === undefined ? `projects/${projectId}` : `b/${bucket}`,
  projectOf: ({ destinationBucket, bucket = destinationBucket }, query, state) =>
    bucket === undefined ? (query.get("project") ?? undefined) : state.storage.buckets.find(bucket)?.projectNumber,
  methods: {
    "projects.serviceAccount.get": ["resourcemanager.projects.get", serviceAccount],
    "buckets.insert": ["storage.buckets.create", insert],
    "buckets.get": ["storage.buckets.get", (call) => shown(call, call.params.bucket!)],
    "buckets.getStorageLayout": [
      "storage.objects.list",
      ({ params: { bucket = "" }, state }) => {
        const { location } = state.storage.buckets.get(bucket);
        return { kind: "storage#storageLayout", bucket, location };
      },
    ],
    "buckets.list": [
      "storage.buckets.list",
      (call) => {
        const all = call.state.storage.buckets.below(call.query.get("prefix") ?? "");
        const ours = all.filter(({ projectNumber }) => projectNumber === call.project.number);
        return {
          kind: "storage#buckets",
          ...page(
            "items",
            ours.map(({ name }) => shown(call, name)),
            call.query,
          ),
        };
      },
    ],
    "buckets.patch": ["storage.buckets.update", patch],
    "buckets.update": ["storage.buckets.update", patch],
    "buckets.delete": ["storage.buckets.delete", remove],
    "buckets.getIamPolicy": ["storage.buckets.getIamPolicy", (call) => policy(call)],
    "buckets.setIamPolicy": ["storage.buckets.setIamPolicy", (call) => policy(call, call.body)],
    ...OBJECTS,
  },
};
