/** What is asked for: the names, locations and keys of one deployment, from a profile and from what is given. */
import { DeploymentError, regionOfZone } from "./deployment/names";
import { checkForms } from "./deployment/forms";

export * from "./deployment/names";

/** All names as Google writes them. */
export interface Deployment {
  readonly project: string;
  /** The regional endpoint: the job's region. */
  readonly region: string;
  /** One of the two at most. Without either the workers are in the job's region. */
  readonly workerRegion?: string;
  readonly workerZone?: string;
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K */
  readonly dataflowKmsKey?: string;
  /** The project whose key is meant where it is not the deployment's own. */
  readonly keyProject?: string;
  /** gs://bucket/path */
  readonly stagingLocation?: string;
  readonly tempLocation?: string;
  readonly source:
    | { readonly kind: "subscription"; readonly subscription: string }
    | { readonly kind: "topic"; readonly topic: string };
  readonly deadLetterTopic: string;
  readonly table: { readonly project: string; readonly dataset: string; readonly table: string };
  /** REGION-docker.pkg.dev/P/REPOSITORY/NAME:TAG or …@sha256:DIGEST */
  readonly workerImage: string;
  readonly pythonImage: string;
  /** Where rows are written by Java's Storage Write. */
  readonly javaImage?: string;
  readonly network?: string;
  /** regions/REGION/subnetworks/NAME, or its URL where the network is another project's. */
  readonly subnetwork?: string;
  readonly usePublicIps: boolean;
  readonly serviceAccount?: string;
  readonly jobName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Dataflow's experiments, as they are given. */
  readonly experiments?: readonly string[];
}

export interface Profile {
  readonly region: string;
  readonly workerZone?: string;
  readonly key: {
    readonly ring: string;
    readonly key: string;
    /** Where it is not the workers' region. */
    readonly location?: "global";
  };
}

export type ProfileName = "london" | "article";
export const DEFAULT_PROFILE: ProfileName = "london";

/** `article` is the split of 2020, when London had no endpoint of Dataflow's: kept to show what today's rules say of it. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  london: { region: "europe-west2", key: { ring: "str-pl-london-kr", key: "str-pl-london-key01" } },
  article: {
    region: "europe-west1",
    workerZone: "europe-west2-b",
    key: { ring: "str-pl-global-kr", key: "str-pl-global-key01", location: "global" },
  },
};

/** Where the workers run, and with them the data: their region, their zone's, or the job's. */
export function workersRegion(asked: Pick<Deployment, "region" | "workerRegion" | "workerZone">): string {
  if (asked.workerRegion !== undefined) return asked.workerRegion;
  return asked.workerZone === undefined ? asked.region : regionOfZone(asked.workerZone);
}

/**
 * The deployment of a profile. What is given wins; what is not given takes the profile's names in the given project and in the
 * region where the workers run. A given network takes no subnetwork of the profile's, which would be in another network.
 * `version` is the images' tag. Throws DeploymentError.
 */
export function deploymentOf(
  profile: string,
  project: string,
  given: Partial<Deployment>,
  version: string,
): Deployment {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as typeof given;
  const { region, workerZone, key } = profileNamed(profile);
  const pinned = set.workerRegion === undefined && workerZone !== undefined;
  const place = { region, ...(pinned && { workerZone }), ...set };
  if (place.workerRegion !== undefined && place.workerZone !== undefined) {
    throw new DeploymentError("contradictory", "workerZone", "a worker region and a worker zone are given: give one");
  }
  const workers = workersRegion(place);
  const registry = registryOf(workers, project);
  const keyLocation = `projects/${set.keyProject ?? project}/locations/${key.location ?? workers}`;
  const deployment: Deployment = {
    dataflowKmsKey: `${keyLocation}/keyRings/${key.ring}/cryptoKeys/${key.key}`,
    stagingLocation: "gs://da_streaming_pipeline/stage",
    tempLocation: "gs://da_streaming_pipeline/temp",
    source: { kind: "topic", topic: `projects/${project}/topics/str-pl-pubsub-topic` },
    deadLetterTopic: `projects/${project}/topics/str-pl-pubsub-topic-dead-letters`,
    table: { project, dataset: "da_streaming_pipeline", table: "cc_account_info" },
    workerImage: `${registry}/worker:${version}`,
    pythonImage: `${registry}/python:${version}`,
    ...(set.network === undefined && { subnetwork: `regions/${workers}/subnetworks/str-pl-london` }),
    usePublicIps: false,
    serviceAccount: `str-pl-worker@${project.split(":").reverse().join(".")}.iam.gserviceaccount.com`,
    jobName: "str-pl",
    labels: {},
    ...place,
    project,
  };
  checkForms(deployment);
  return deployment;
}

/** A given image of Java's wins; else it lies beside the profile's others. */
export function withJavaImage(asked: Deployment, version: string): Deployment {
  const javaImage = asked.javaImage ?? `${registryOf(workersRegion(asked), asked.project)}/java:${version}`;
  return { ...asked, javaImage };
}

const registryOf = (workers: string, project: string) =>
  `${workers}-docker.pkg.dev/${project.replace(":", "/")}/da-streaming-pipeline`;

function profileNamed(name: string): Profile {
  if (Object.hasOwn(PROFILES, name)) return PROFILES[name as ProfileName];
  const known = Object.keys(PROFILES).join(" or ");
  throw new DeploymentError("unknown_profile", "profile", `profile ${name} is not known: give ${known}`);
}
