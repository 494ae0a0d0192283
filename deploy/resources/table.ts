/** The table of rows, from its schema file. A table keeps the key and the partitioning that it was made with. */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../schemas/bigquery";
import { API } from "./apis";
import { type ApiColumn, asJson, inOneForm, merged, unchangeable, wantedColumns } from "./columns";
import { bq, type Command, FILES } from "./command";
import { bindings, type Block, type Field, type Resource } from "./resource";
import type { Setup } from "./setup";

interface Table {
  readonly description?: string;
  readonly encryptionConfiguration?: { readonly kmsKeyName?: string };
  readonly schema?: { readonly fields?: readonly ApiColumn[] };
  readonly timePartitioning?: { readonly type?: string; readonly field?: string };
  readonly clustering?: { readonly fields?: string[] };
  readonly labels?: Readonly<Record<string, string>>;
}

export function table(setup: Setup, dataset: Resource, account: Resource): Resource {
  const { project, settings, worker: member } = setup;
  const name = nameOf(setup);
  return {
    kind: "table",
    title: `table ${settings.DATASET}.${settings.TABLE}`,
    refersTo: [dataset, account],
    api: API.bigquery,
    look: { command: bq({ project_id: project, format: "json" }, "show", {}, name), pick: tableFields },
    fields: fieldsOf(setup),
    create: [createTable(setup)],
    terraform: [{ type: "google_bigquery_table", body: { ...placeOf(setup), ...argumentsOf(setup) } }],
    remove: { data: true, commands: () => [bq({ project_id: project }, "rm", { table: true, force: true }, name)] },
    forRules: { names: ["table"], of: ({ key }) => ({ key }) },
    policy: {
      terraform: { type: "google_bigquery_table_iam_member", body: placeOf(setup) },
      look: {
        command: bq({ project_id: project, format: "json" }, "get-iam-policy", { table: true }, name),
        pick: bindings,
      },
      // On the table, not on its dataset: the workers write into no other.
      grants: [
        { role: "roles/bigquery.dataEditor", member, reason: "workers look at the table and write rows into it" },
      ],
      grant: ({ member, role }) =>
        bq({ project_id: project }, "add-iam-policy-binding", { table: true, member, role }, name),
      revoke: ({ member, role }) =>
        bq({ project_id: project }, "remove-iam-policy-binding", { table: true, member, role }, name),
    },
  };
}

const nameOf = ({ project, settings }: Setup) => `${project}:${settings.DATASET}.${settings.TABLE}`;

const placeOf = ({ project, settings }: Setup) => ({
  project,
  dataset_id: settings.DATASET,
  table_id: settings.TABLE,
});

function argumentsOf({ settings, dataKey, schema }: Setup): Block["body"] {
  const columns = inOneForm(wantedColumns(schema.columns, settings.POLICY_TAG));
  return {
    description: schema.description,
    schema: JSON.stringify(columns),
    encryption_configuration: { kms_key_name: dataKey.name },
    ...(settings.PARTITION_COLUMN !== "" && { time_partitioning: { type: "DAY", field: settings.PARTITION_COLUMN } }),
    ...(settings.CLUSTER_COLUMNS !== "" && { clustering: settings.CLUSTER_COLUMNS.split(",") }),
    labels: { deployment: settings.DEPLOYMENT },
    deletion_protection: true,
  };
}

function tableFields(found: Table): Record<string, Json> {
  const { type, field } = found.timePartitioning ?? {};
  return {
    // BigQuery names the version, too, since September 2021.
    key: found.encryptionConfiguration?.kmsKeyName?.split("/cryptoKeyVersions/")[0] ?? null,
    columns: asJson(inOneForm(found.schema?.fields ?? [])),
    description: found.description ?? "",
    partitioned: type === undefined ? "" : `${type} ${field ?? ""}`,
    clustered: found.clustering?.fields ?? [],
    deployment: found.labels?.deployment ?? null,
  };
}

function fieldsOf(setup: Setup): Record<string, Field> {
  const { project, settings, dataKey, schema } = setup;
  const name = nameOf(setup);
  const wanted = inOneForm(wantedColumns(schema.columns, settings.POLICY_TAG));
  const clusters = settings.CLUSTER_COLUMNS;
  const update = (flags: Record<string, string>) =>
    bq({ project_id: project }, "update", { ...flags, table: true }, name);
  return {
    key: {
      wanted: dataKey.name,
      byHand: "a table keeps its key: bq cp --destination_kms_key makes a copy under another",
    },
    columns: {
      wanted: asJson(wanted),
      holds: (found) => isDeepStrictEqual(asJson(merged(columnsOf(found), wanted)), found),
      byHand: (found) => unchangeable(columnsOf(found), wanted),
      change: (found) => [withSchema(setup, merged(columnsOf(found), wanted), "update", { table: true })],
    },
    description: { wanted: schema.description, change: () => [update({ description: schema.description })] },
    partitioned: {
      wanted: settings.PARTITION_COLUMN === "" ? "" : `DAY ${settings.PARTITION_COLUMN}`,
      byHand: "a table keeps its partitioning: make another and copy the rows by a query",
    },
    clustered: {
      wanted: clusters === "" ? [] : clusters.split(","),
      change: () => [update({ clustering_fields: clusters })],
    },
    deployment: {
      wanted: settings.DEPLOYMENT,
      change: () => [update({ set_label: `deployment:${settings.DEPLOYMENT}` })],
    },
  };
}

const columnsOf = (found: Json) => (found ?? []) as unknown as readonly ApiColumn[];

function createTable(setup: Setup): Command {
  const { settings, dataKey, schema } = setup;
  const columns = wantedColumns(schema.columns, settings.POLICY_TAG);
  return withSchema(setup, columns, "mk", {
    table: true,
    ...(schema.description !== "" && { description: schema.description }),
    destination_kms_key: dataKey.name,
    ...(settings.PARTITION_COLUMN !== "" && {
      time_partitioning_type: "DAY",
      time_partitioning_field: settings.PARTITION_COLUMN,
    }),
    ...(settings.CLUSTER_COLUMNS !== "" && { clustering_fields: settings.CLUSTER_COLUMNS }),
    label: `deployment:${settings.DEPLOYMENT}`,
  });
}

/** bq takes the columns from a file. */
function withSchema(
  setup: Setup,
  columns: readonly ApiColumn[],
  word: string,
  flags: Record<string, string | true>,
): Command {
  const file = `${FILES}/${setup.settings.DATASET}.${setup.settings.TABLE}.json`;
  const command = bq({ project_id: setup.project }, word, flags, nameOf(setup), file);
  return { ...command, files: { [file]: `${JSON.stringify(columns, null, 2)}\n` } };
}
