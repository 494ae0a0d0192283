/** The repository of the worker images, under the key. */
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, named, type Resource } from "./resource";
import type { Setup } from "./setup";

interface Repository {
  readonly name: string;
  readonly format?: string;
  readonly kmsKeyName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export function registry(
  { project, region, settings, dataKey, worker: member }: Setup,
  key: Resource,
  account: Resource,
): Resource {
  const name = settings.REGISTRY;
  const at = { location: region, project };
  const label = `deployment=${settings.DEPLOYMENT}`;
  return {
    kind: "registry",
    title: `repository ${region}/${name}`,
    refersTo: [key, account],
    api: API.artifacts,
    look: {
      command: gcloud("artifacts repositories list", { ...at, format: "json" }),
      pick: (all: Repository[]) => {
        const found = named(all, `projects/${project}/locations/${region}/repositories/${name}`);
        return (
          found && {
            format: found.format ?? null,
            key: found.kmsKeyName ?? null,
            deployment: found.labels?.deployment ?? null,
          }
        );
      },
    },
    fields: {
      format: { wanted: "DOCKER", byHand: "a repository keeps its format: name another by REGISTRY" },
      key: {
        wanted: dataKey.name,
        byHand: "a repository keeps its key: name another by REGISTRY, and push the images there",
      },
      deployment: {
        wanted: settings.DEPLOYMENT,
        change: () => [gcloud("artifacts repositories update", { ...at, "update-labels": label }, name)],
      },
    },
    forRules: {
      names: ["workerRepository", "pythonRepository", "javaRepository"],
      of: ({ key }) => ({ location: region, key }),
    },
    create: [
      gcloud(
        "artifacts repositories create",
        { "repository-format": "docker", ...at, "kms-key": dataKey.name, labels: label },
        name,
      ),
    ],
    terraform: [
      {
        type: "google_artifact_registry_repository",
        body: {
          project,
          location: region,
          repository_id: name,
          format: "DOCKER",
          kms_key_name: dataKey.name,
          labels: { deployment: settings.DEPLOYMENT },
        },
      },
    ],
    remove: { commands: () => [gcloud("artifacts repositories delete", at, name)] },
    policy: {
      terraform: {
        type: "google_artifact_registry_repository_iam_member",
        body: { project, location: region, repository: name },
      },
      look: {
        command: gcloud("artifacts repositories get-iam-policy", { ...at, format: "json" }, name),
        pick: bindings,
      },
      grants: [{ role: "roles/artifactregistry.reader", member, reason: "workers pull their images" }],
      grant: ({ member, role }) =>
        gcloud("artifacts repositories add-iam-policy-binding", { ...at, member, role }, name),
    },
  };
}
