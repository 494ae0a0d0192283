/** The APIs that everything else needs. */
import type { Json } from "../../schemas/bigquery";
import { type Command, gcloud } from "./command";
import type { Resource } from "./resource";
import type { Setup } from "./setup";

export const API = {
  artifacts: "artifactregistry.googleapis.com",
  bigquery: "bigquery.googleapis.com",
  build: "cloudbuild.googleapis.com",
  kms: "cloudkms.googleapis.com",
  projects: "cloudresourcemanager.googleapis.com",
  compute: "compute.googleapis.com",
  dataflow: "dataflow.googleapis.com",
  iam: "iam.googleapis.com",
  logging: "logging.googleapis.com",
  monitoring: "monitoring.googleapis.com",
  orgPolicies: "orgpolicy.googleapis.com",
  pubsub: "pubsub.googleapis.com",
  storage: "storage.googleapis.com",
} as const;

interface Service {
  readonly config?: { readonly name?: string };
}

export const listServices = (project: string): Command =>
  gcloud("services list", { enabled: true, project, format: "json" });

export function apis({ project, settings, orgPolicies }: Setup): Resource {
  const all = Object.values(API).filter((api) => api !== API.orgPolicies || orgPolicies) as string[];
  const missing = (found: Json) => all.filter((api) => !((found ?? []) as Json[]).includes(api));
  const enable = (names: readonly string[]) => gcloud("services enable", { project }, ...names);
  return {
    kind: "apis",
    title: `APIs of ${settings.PROJECT_ID}`,
    refersTo: [],
    look: {
      command: listServices(project),
      pick: (services: Service[]) => ({ enabled: services.flatMap(({ config }) => config?.name ?? []).sort() }),
    },
    fields: {
      enabled: {
        wanted: all,
        holds: (found) => missing(found).length === 0,
        change: (found) => [enable(missing(found))],
      },
    },
    create: [enable(all)],
    terraform: all.map((service) => ({
      type: "google_project_service",
      body: { project, service, disable_on_destroy: false },
    })),
    remove: "others in the project may use the APIs, too",
  };
}
