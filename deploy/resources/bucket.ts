/** The bucket of staged and temporary files: its default key is the only one that Dataflow honours. */
import type { Json } from "../../schemas/bigquery";
import { API } from "./apis";
import { type Command, FILES, gcloud } from "./command";
import { bindings, inSnakeCase, type Resource } from "./resource";
import type { Setup } from "./setup";

interface Bucket {
  readonly projectNumber?: string;
  readonly location?: string;
  readonly encryption?: { readonly defaultKmsKeyName?: string };
  readonly iamConfiguration?: {
    readonly uniformBucketLevelAccess?: { readonly enabled?: boolean };
    readonly publicAccessPrevention?: string;
  };
  readonly versioning?: { readonly enabled?: boolean };
  readonly lifecycle?: { readonly rule?: Json };
  readonly labels?: Readonly<Record<string, string>>;
}

export function bucket(setup: Setup, key: Resource, account: Resource): Resource {
  const { project, region, settings, dataKey, projectNumber, worker: member } = setup;
  const url = `gs://${settings.BUCKET}`;
  const update = (flags: Record<string, string | true>) => gcloud("storage buckets update", { project, ...flags }, url);
  const lifecycle = lifecycleOf(settings.TEMP_DAYS);
  return {
    kind: "bucket",
    title: `bucket ${settings.BUCKET}`,
    refersTo: [key, account],
    api: API.storage,
    look: {
      command: gcloud("storage buckets describe", { project, raw: true, format: "json" }, url),
      pick: bucketFields,
    },
    fields: {
      project: { wanted: projectNumber, byHand: "the bucket is another project's: name another by BUCKET" },
      location: { wanted: region, byHand: "a bucket stays where it is made: name another by BUCKET" },
      key: { wanted: dataKey.name, change: () => [update({ "default-encryption-key": dataKey.name })] },
      uniformAccess: { wanted: true, change: () => [update({ "uniform-bucket-level-access": true })] },
      publicAccess: { wanted: "enforced", change: () => [update({ "public-access-prevention": true })] },
      versioning: { wanted: true, apart: true, change: () => [update({ versioning: true })] },
      lifecycle: { wanted: lifecycle, apart: true, change: () => [lifecycleCommand(setup, lifecycle)] },
      deployment: {
        wanted: settings.DEPLOYMENT,
        apart: true,
        change: () => [update({ "update-labels": `deployment=${settings.DEPLOYMENT}` })],
      },
    },
    forRules: {
      names: ["stagingBucket", "tempBucket"],
      of: ({ location, key, publicAccess }) => ({ location, defaultKey: key, publicAccessPrevention: publicAccess }),
    },
    create: [
      gcloud(
        "storage buckets create",
        {
          project,
          location: region,
          "default-encryption-key": dataKey.name,
          "uniform-bucket-level-access": true,
          "public-access-prevention": true,
        },
        url,
      ),
    ],
    terraform: [
      {
        type: "google_storage_bucket",
        body: {
          project,
          name: settings.BUCKET,
          location: region.toUpperCase(),
          encryption: { default_kms_key_name: dataKey.name },
          uniform_bucket_level_access: true,
          public_access_prevention: "enforced",
          versioning: { enabled: true },
          lifecycle_rule: inSnakeCase(lifecycle),
          labels: { deployment: settings.DEPLOYMENT },
          force_destroy: false,
        },
      },
    ],
    remove: { data: true, commands: () => [gcloud("storage rm", { project, recursive: true }, url)] },
    policy: {
      terraform: { type: "google_storage_bucket_iam_member", body: { bucket: settings.BUCKET } },
      look: { command: gcloud("storage buckets get-iam-policy", { project, format: "json" }, url), pick: bindings },
      grants: [
        {
          role: "roles/storage.objectAdmin",
          member,
          reason: "workers read what is staged, and write and delete temporary files",
        },
      ],
      grant: ({ member, role }) => gcloud("storage buckets add-iam-policy-binding", { project, member, role }, url),
      revoke: ({ member, role }) => gcloud("storage buckets remove-iam-policy-binding", { project, member, role }, url),
    },
  };
}

function bucketFields(found: Bucket): Record<string, Json> {
  return {
    project: found.projectNumber ?? null,
    location: found.location?.toLowerCase() ?? null,
    key: found.encryption?.defaultKmsKeyName ?? null,
    uniformAccess: found.iamConfiguration?.uniformBucketLevelAccess?.enabled ?? false,
    publicAccess: found.iamConfiguration?.publicAccessPrevention ?? "inherited",
    versioning: found.versioning?.enabled ?? false,
    lifecycle: found.lifecycle?.rule ?? [],
    deployment: found.labels?.deployment ?? null,
  };
}

/** Temporary files end, and so do the versions that replaced or deleted files leave. */
function lifecycleOf(days: string): Json {
  const action = { type: "Delete" };
  return [
    { action, condition: { age: Number(days), matchesPrefix: ["temp/"] } },
    { action, condition: { daysSinceNoncurrentTime: Number(days) } },
  ];
}

function lifecycleCommand({ project, settings }: Setup, rule: Json): Command {
  const file = `${FILES}/${settings.BUCKET}.lifecycle.json`;
  const command = gcloud("storage buckets update", { project, "lifecycle-file": file }, `gs://${settings.BUCKET}`);
  return { ...command, files: { [file]: `${JSON.stringify({ rule }, null, 2)}\n` } };
}
