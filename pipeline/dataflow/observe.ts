/** What the cloud says of the resources that a deployment names, for its rules: read with the caller's credentials, nothing is changed. */
import { ApiError, type Call } from "./google";
import { bucketOf, type Deployment, parseImage } from "../../deploy/deployment";
import type { BucketFound, Observations, Observed, RepositoryFound, TopicFound } from "../../deploy/rules";

/** Where each API is: gcloud's own variables name stand-ins, CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB and the like. */
function api(name: string, usual: string, env: NodeJS.ProcessEnv): string {
  return (env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${name}`] ?? usual).replace(/\/*$/, "/");
}

const registryApi = (env: NodeJS.ProcessEnv) =>
  `${api("ARTIFACTREGISTRY", "https://artifactregistry.googleapis.com", env)}v1/`;

export async function observe(
  asked: Deployment,
  call: Call,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Observations> {
  const pubsub = `${api("PUBSUB", "https://pubsub.googleapis.com", env)}v1/`;
  const kms = `${api("CLOUDKMS", "https://cloudkms.googleapis.com", env)}v1/`;
  const bigquery = `${api("BIGQUERY", "https://bigquery.googleapis.com", env)}bigquery/v2/`;
  const storage = api("STORAGE", "https://storage.googleapis.com/storage/v1", env);
  const registry = registryApi(env);
  const compute = api("COMPUTE", "https://compute.googleapis.com/compute/v1", env);

  const get = <T>(url: string) => call("GET", url) as Promise<T>;
  const { project, dataset, table } = asked.table;
  const datasetUrl = `${bigquery}projects/${project}/datasets/${dataset}`;

  const sourceTopic = async () => {
    if (asked.source.kind === "topic") return asked.source.topic;
    const { topic = "" } = await get<{ topic?: string }>(`${pubsub}${asked.source.subscription}`);
    return topic;
  };
  const topic = async (name: string): Promise<TopicFound> => toTopic(await get(`${pubsub}${name}`));
  const bucket = async (location: string | undefined): Promise<BucketFound> => {
    if (location === undefined) throw new ApiError(0, "no location is given");
    return toBucket(await get(`${storage}b/${bucketOf(location)}`));
  };
  const repository = async (image: string): Promise<RepositoryFound> => {
    const name = repositoryOf(image);
    if (name === undefined) throw new ApiError(0, "the image is in no Artifact Registry");
    const { kmsKeyName } = await get<{ kmsKeyName?: string }>(`${registry}${name}`);
    return { location: name.split("/")[3]!, key: kmsKeyName ?? null };
  };

  const [key, read, dead, set, rows, staging, temp, worker, python, java, subnetwork] = await Promise.all([
    observed(async () => {
      if (asked.dataflowKmsKey === undefined) throw new ApiError(0, "no key is given");
      const found = await get<{ purpose: string; primary?: { state: string } }>(`${kms}${asked.dataflowKmsKey}`);
      return { purpose: found.purpose, primaryState: found.primary?.state ?? null };
    }),
    observed(async () => topic(await sourceTopic())),
    observed(() => topic(asked.deadLetterTopic)),
    observed(async () => {
      type Found = { location: string; defaultEncryptionConfiguration?: { kmsKeyName?: string } };
      const found = await get<Found>(datasetUrl);
      return { location: found.location, defaultKey: found.defaultEncryptionConfiguration?.kmsKeyName ?? null };
    }),
    observed(async () => {
      const found = await get<{ encryptionConfiguration?: { kmsKeyName?: string } }>(`${datasetUrl}/tables/${table}`);
      return { key: found.encryptionConfiguration?.kmsKeyName ?? null };
    }),
    observed(() => bucket(asked.stagingLocation)),
    observed(() => bucket(asked.tempLocation)),
    observed(() => repository(asked.workerImage)),
    observed(() => repository(asked.pythonImage)),
    asked.javaImage === undefined ? undefined : observed(() => repository(asked.javaImage!)),
    observed(async () => {
      if (asked.subnetwork === undefined) throw new ApiError(0, "no subnetwork is given");
      const path = asked.subnetwork.replace(/^https:\/\/www\.googleapis\.com\/compute\/v1\//, "");
      const url = `${compute}${path.startsWith("projects/") ? path : `projects/${asked.project}/${path}`}`;
      const found = await get<{ privateIpGoogleAccess?: boolean }>(url);
      return { privateIpGoogleAccess: found.privateIpGoogleAccess ?? false };
    }),
  ]);
  return {
    key,
    topic: read,
    deadLetterTopic: dead,
    dataset: set,
    table: rows,
    stagingBucket: staging,
    tempBucket: temp,
    workerRepository: worker,
    pythonRepository: python,
    ...(java !== undefined && { javaRepository: java }),
    subnetwork,
  };
}

async function observed<T>(look: () => Promise<T>): Promise<Observed<T>> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ApiError) return { notObserved: error.message };
    throw error;
  }
}

interface TopicResource {
  readonly kmsKeyName?: string;
  readonly messageStoragePolicy?: {
    readonly allowedPersistenceRegions?: string[];
    readonly enforceInTransit?: boolean;
  };
}

function toTopic({ kmsKeyName, messageStoragePolicy = {} }: TopicResource): TopicFound {
  const { allowedPersistenceRegions = [], enforceInTransit = false } = messageStoragePolicy;
  return { key: kmsKeyName ?? null, allowedPersistenceRegions, enforceInTransit };
}

interface BucketResource {
  readonly location: string;
  readonly encryption?: { readonly defaultKmsKeyName?: string };
  readonly iamConfiguration?: { readonly publicAccessPrevention?: string };
}

function toBucket({ location, encryption, iamConfiguration }: BucketResource): BucketFound {
  return {
    location,
    defaultKey: encryption?.defaultKmsKeyName ?? null,
    publicAccessPrevention: iamConfiguration?.publicAccessPrevention === "enforced" ? "enforced" : "inherited",
  };
}

/** projects/P/locations/L/repositories/R of L-docker.pkg.dev/P/R/PACKAGE; undefined where the image is in no Artifact Registry. */
export function repositoryOf(image: string): string | undefined {
  return artifactOf(image)?.repository;
}

/** Where an image is; a package may have folders, which are part of its name, and a project a domain: `example.com:p` is example.com/p here. */
function artifactOf(image: string): { readonly repository: string; readonly path: string } | undefined {
  const { host, location } = parseImage(image);
  if (location === undefined) return undefined;
  const form = /^([^/]*\.[^/]*\/[^/]+|[^/]+)\/([^/]+)\/(.+)$/;
  const [, project, repository, path] = form.exec(image.slice(host.length + 1)) ?? [];
  if (project === undefined || path === undefined) return undefined;
  return { repository: `projects/${project.replace("/", ":")}/locations/${location}/repositories/${repository}`, path };
}

/** The same deployment with each image that is named by its tag named by the digest that the tag has now, where the registry tells. */
export async function digestsPinned(
  asked: Deployment,
  call: Call,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Deployment> {
  const pinned = async (image: string) => {
    const artifact = artifactOf(image);
    const [, name, tag] = /^([^@]+):([^/@:]+)$/.exec(image) ?? [];
    if (artifact === undefined || name === undefined) return image;
    const package_ = encodeURIComponent(artifact.path.slice(0, -`:${tag}`.length));
    const found = await observed(async () => {
      const url = `${registryApi(env)}${artifact.repository}/packages/${package_}/tags/${tag}`;
      return (await call("GET", url)) as { version?: string };
    });
    const digest = "version" in found ? /\/versions\/(sha256:[0-9a-f]{64})$/.exec(found.version ?? "")?.[1] : undefined;
    return digest === undefined ? image : `${name}@${digest}`;
  };
  const [workerImage, pythonImage, javaImage] = await Promise.all([
    pinned(asked.workerImage),
    pinned(asked.pythonImage),
    asked.javaImage && pinned(asked.javaImage),
  ]);
  return { ...asked, workerImage, pythonImage, ...(javaImage !== undefined && { javaImage }) };
}
