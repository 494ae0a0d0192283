/** The dataset: its location is fixed when it is made, its key is that of new tables. */
import { API } from "./apis";
import { bq } from "./command";
import type { Resource } from "./resource";
import type { Setup } from "./setup";

interface Dataset {
  readonly location?: string;
  readonly description?: string;
  readonly defaultEncryptionConfiguration?: { readonly kmsKeyName?: string };
  /** Milliseconds. */
  readonly defaultTableExpirationMs?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const DESCRIPTION = "dataset for streaming pipeline sink";

export function dataset({ project, region, settings, dataKey }: Setup, key: Resource): Resource {
  const name = `${project}:${settings.DATASET}`;
  const seconds = String(Number(settings.TABLE_EXPIRATION_DAYS) * 24 * 60 * 60);
  const update = (flags: Record<string, string>) =>
    bq({ project_id: project }, "update", { ...flags, dataset: true }, name);
  return {
    kind: "dataset",
    title: `dataset ${settings.DATASET}`,
    refersTo: [key],
    api: API.bigquery,
    look: {
      command: bq({ project_id: project, format: "json" }, "show", { dataset: true }, name),
      pick: (found: Dataset) => ({
        location: found.location?.toLowerCase() ?? null,
        key: found.defaultEncryptionConfiguration?.kmsKeyName ?? null,
        description: found.description ?? null,
        tableExpiration: String(Number(found.defaultTableExpirationMs ?? 0) / 1000),
        deployment: found.labels?.deployment ?? null,
      }),
    },
    fields: {
      location: { wanted: region, byHand: "a dataset stays where it is made: name another by DATASET" },
      key: { wanted: dataKey.name, change: () => [update({ default_kms_key: dataKey.name })] },
      description: { wanted: DESCRIPTION, change: () => [update({ description: DESCRIPTION })] },
      tableExpiration: { wanted: seconds, change: () => [update({ default_table_expiration: seconds })] },
      deployment: {
        wanted: settings.DEPLOYMENT,
        change: () => [update({ set_label: `deployment:${settings.DEPLOYMENT}` })],
      },
    },
    terraform: [
      {
        type: "google_bigquery_dataset",
        body: {
          project,
          dataset_id: settings.DATASET,
          location: region,
          description: DESCRIPTION,
          default_encryption_configuration: { kms_key_name: dataKey.name },
          ...(seconds !== "0" && { default_table_expiration_ms: Number(seconds) * 1000 }),
          labels: { deployment: settings.DEPLOYMENT },
        },
      },
    ],
    // Not with its tables: those of others stand in the way.
    remove: { data: true, commands: () => [bq({ project_id: project }, "rm", { dataset: true, force: true }, name)] },
    forRules: { names: ["dataset"], of: ({ location, key }) => ({ location, defaultKey: key }) },
    create: [
      bq(
        { project_id: project, location: region },
        "mk",
        {
          dataset: true,
          description: DESCRIPTION,
          default_kms_key: dataKey.name,
          ...(seconds !== "0" && { default_table_expiration: seconds }),
          label: `deployment:${settings.DEPLOYMENT}`,
        },
        name,
      ),
    ],
  };
}
