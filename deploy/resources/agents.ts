/** The service agents that encrypt and decrypt: Google's own accounts in the project, one a service. */
import { type Command, bq, gcloud } from "./command";
import type { Block, Grant } from "./resource";
import type { Setup } from "./setup";

export interface Agent {
  readonly service: string;
  /** What it encrypts. */
  readonly what: string;
  readonly account: (setup: Setup) => string;
  /** What makes it exist, where enabling its API does not. */
  readonly first?: (setup: Setup) => Command;
  readonly firstBlock?: (setup: Setup) => Block;
}

const identity =
  (service: string) =>
  ({ project }: Setup): Command =>
    gcloud("beta services identity create", { service, project });

/** Of the google-beta provider. */
const identityBlock =
  (service: string) =>
  ({ project }: Setup): Block => ({
    type: "google_project_service_identity",
    body: { provider: "google-beta", project, service },
  });

export const AGENTS = {
  pubsub: {
    service: "Pub/Sub",
    what: "messages",
    account: ({ projectNumber }) => `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`,
    first: identity("pubsub.googleapis.com"),
    firstBlock: identityBlock("pubsub.googleapis.com"),
  },
  bigquery: {
    service: "BigQuery",
    what: "rows",
    account: ({ projectNumber }) => `bq-${projectNumber}@bigquery-encryption.iam.gserviceaccount.com`,
    first: ({ project }) => bq({ project_id: project }, "show", { encryption_service_account: true }),
    firstBlock: ({ project }) => ({ type: "google_bigquery_default_service_account", data: true, body: { project } }),
  },
  storage: {
    service: "Cloud Storage",
    what: "staged and temporary files",
    account: ({ projectNumber }) => `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`,
    first: ({ project }) => gcloud("storage service-agent", { project }),
    firstBlock: ({ project }) => ({ type: "google_storage_project_service_account", data: true, body: { project } }),
  },
  artifacts: {
    service: "Artifact Registry",
    what: "images",
    account: ({ projectNumber }) => `service-${projectNumber}@gcp-sa-artifactregistry.iam.gserviceaccount.com`,
    first: identity("artifactregistry.googleapis.com"),
    firstBlock: identityBlock("artifactregistry.googleapis.com"),
  },
  logging: {
    service: "Cloud Logging",
    what: "the workers' logs",
    account: ({ loggingAccount }) => loggingAccount,
  },
  dataflow: {
    service: "Dataflow",
    what: "the job's state",
    account: ({ projectNumber }) => `service-${projectNumber}@dataflow-service-producer-prod.iam.gserviceaccount.com`,
  },
  compute: {
    service: "Compute Engine",
    what: "the workers' disks",
    account: ({ projectNumber }) => `service-${projectNumber}@compute-system.iam.gserviceaccount.com`,
  },
} as const satisfies Readonly<Record<string, Agent>>;

/** Those that encrypt what is stored. */
export const DATA_AGENTS: readonly Agent[] = [
  AGENTS.pubsub,
  AGENTS.bigquery,
  AGENTS.storage,
  AGENTS.artifacts,
  AGENTS.logging,
];
/** Those of a running job. */
export const JOB_AGENTS: readonly Agent[] = [AGENTS.dataflow, AGENTS.compute];

export function agentGrant(setup: Setup, { service, what, account, first, firstBlock }: Agent): Grant {
  return {
    role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    member: `serviceAccount:${account(setup)}`,
    reason: `${service} encrypts ${what}`,
    ...(first !== undefined && { first: first(setup) }),
    ...(firstBlock !== undefined && { firstBlock: firstBlock(setup) }),
  };
}
