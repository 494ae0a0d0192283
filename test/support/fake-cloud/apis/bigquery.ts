/** BigQuery: datasets and tables. Rows there are none. */
import { type Api, type Call, page } from "../call";
import { Collection } from "../collection";
import { AGENTS } from "../keys";
import { policyMethods } from "../policy-methods";
import { invalid, Refused } from "../refused";
import { checkMatch, datasetName, stamp, withoutNulls } from "./bigquery-common";
import { checkEncryption, type Encryption } from "./bigquery-key";
import { createTable, patchTable, type Table, tableName } from "./bigquery-tables";
import { JOBS } from "./bigquery-jobs";

export interface Dataset {
  readonly datasetReference: { readonly projectId: string; readonly datasetId: string };
  readonly location: string;
  readonly etag: string;
  readonly defaultEncryptionConfiguration?: Encryption;
  readonly defaultTableExpirationMs?: string;
  readonly defaultPartitionExpirationMs?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly access?: readonly object[];
}

export function newBigQuery() {
  return {
    datasets: new Collection<Dataset>(
      (name) => `Not found: Dataset ${name}`,
      (name) => `Already Exists: Dataset ${name}`,
    ),
    tables: new Collection<Table>(
      (name) => `Not found: Table ${name}`,
      (name) => `Already Exists: Table ${name}`,
    ),
    queries: new Collection<object>((name) => `Not found: Job ${name}`),
  };
}

const nameOf = ({ project, params }: Call) => datasetName(project.id, params.datasetId!);
function createDataset(call: Call): Dataset {
  const { project, body, state, url } = call;
  const asked = body as Partial<Dataset>;
  const { datasetId = "" } = asked.datasetReference ?? {};
  if (!/^\w{1,1024}$/.test(datasetId)) {
    throw invalid(
      `Invalid dataset ID "${datasetId}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
    );
  }
  const location = /^(us|eu)$/i.test(asked.location ?? "US")
    ? (asked.location ?? "US").toUpperCase()
    : asked.location!.toLowerCase();
  if (!/^(US|EU|[a-z]+-[a-z]+\d+)$/.test(location)) throw invalid(`Invalid location: ${location}`);
  checkEncryption(call, asked.defaultEncryptionConfiguration, location);
  const id = datasetName(project.id, datasetId);
  const access =
    asked.access ??
    ["WRITER", "OWNER", "READER"].map((role) => ({ role, specialGroup: `project${ROLE_GROUPS[role]}` }));
  const about = {
    kind: "bigquery#dataset",
    id,
    selfLink: `${url}/bigquery/v2/projects/${project.id}/datasets/${datasetId}`,
    type: "DEFAULT",
  };
  const made = { ...about, creationTime: String(Date.now()), ...stamp(call), ...asked, access, location };
  return state.bigquery.datasets.add(id, { ...made, datasetReference: { projectId: project.id, datasetId } });
}

const ROLE_GROUPS: Readonly<Record<string, string>> = { WRITER: "Writers", OWNER: "Owners", READER: "Readers" };

/** PATCH keeps what is not sent; PUT does not. A label or a field that is sent as null is taken away. */
function changeDataset(call: Call): Dataset {
  const { body, state } = call;
  const old = state.bigquery.datasets.get(nameOf(call));
  checkMatch(call, old.etag);
  const asked = body as Partial<Dataset>;
  if (asked.location !== undefined && asked.location.toLowerCase() !== old.location.toLowerCase()) {
    throw invalid("Dataset's location cannot be changed.");
  }
  checkEncryption(call, asked.defaultEncryptionConfiguration, old.location);
  const kept = { ...old, ...asked, location: old.location, datasetReference: old.datasetReference, ...stamp(call) };
  return state.bigquery.datasets.set(
    nameOf(call),
    withoutNulls({ ...kept, labels: { ...old.labels, ...asked.labels } }),
  );
}

function deleteDataset(call: Call): undefined {
  const { query, state } = call;
  const name = nameOf(call);
  state.bigquery.datasets.get(name);
  const tables = state.bigquery.tables.names().filter((table) => table.startsWith(`${name}.`));
  if (tables.length > 0 && query.get("deleteContents") !== "true") {
    throw new Refused("INVALID_ARGUMENT", `Dataset ${name} is still in use`, { reason: "resourceInUse" });
  }
  for (const table of tables) state.bigquery.tables.remove(table);
  state.bigquery.datasets.remove(name);
}

function datasetsOf({ project, query, state }: Call): object {
  const all = state.bigquery.datasets.below(`${project.id}:`).map((dataset) => {
    const { datasetReference, location, labels } = dataset;
    const id = datasetName(project.id, datasetReference.datasetId);
    return { kind: "bigquery#dataset", id, datasetReference, location, ...(labels && { labels }) };
  });
  return { kind: "bigquery#datasetList", etag: "fake", ...page("datasets", all, query) };
}

function tablesOf(call: Call): object {
  const { state, query } = call;
  state.bigquery.datasets.get(nameOf(call));
  const all = state.bigquery.tables
    .below(`${nameOf(call)}.`)
    .map(({ kind, id, tableReference, type, labels, creationTime }) => ({
      ...{ kind, id, tableReference, type, creationTime },
      ...(labels && { labels }),
    }));
  return { kind: "bigquery#tableList", etag: "fake", totalItems: all.length, ...page("tables", all, query) };
}

const tableOf = (call: Call) => call.state.bigquery.tables.get(tableName(call));

/** Asking for it makes it, in a project whose BigQuery had none. */
function serviceAccount({ project }: Call): object {
  const email = AGENTS.bigquery(project);
  project.agents.add(email);
  return { kind: "bigquery#getServiceAccountResponse", email };
}

export const BIGQUERY: Api = {
  name: "bigquery",
  old: true,
  resourceOf: ({ projectId, datasetId, tableId, resource }) =>
    resource ??
    [
      "projects",
      projectId,
      ...(datasetId ? ["datasets", datasetId] : []),
      ...(tableId ? ["tables", tableId] : []),
    ].join("/"),
  methods: {
    "projects.getServiceAccount": ["resourcemanager.projects.get", serviceAccount],
    "projects.list": [
      undefined,
      ({ state, query }) => {
        const all = [...state.projects.values()].map(({ id, number }) => ({
          ...{ kind: "bigquery#project", id, numericId: number, friendlyName: id },
          projectReference: { projectId: id },
        }));
        return { kind: "bigquery#projectList", etag: "fake", totalItems: all.length, ...page("projects", all, query) };
      },
    ],
    "datasets.insert": ["bigquery.datasets.create", createDataset],
    "datasets.get": ["bigquery.datasets.get", (call) => call.state.bigquery.datasets.get(nameOf(call))],
    "datasets.list": ["bigquery.datasets.get", datasetsOf],
    "datasets.patch": ["bigquery.datasets.update", changeDataset],
    "datasets.update": ["bigquery.datasets.update", changeDataset],
    "datasets.delete": ["bigquery.datasets.delete", deleteDataset],
    "tables.insert": ["bigquery.tables.create", createTable],
    "tables.get": ["bigquery.tables.get", tableOf],
    "tables.list": ["bigquery.tables.list", tablesOf],
    "tables.patch": ["bigquery.tables.update", patchTable],
    "tables.update": ["bigquery.tables.update", patchTable],
    "tables.delete": [
      "bigquery.tables.delete",
      (call) => {
        call.state.bigquery.tables.remove(tableName(call));
        return undefined;
      },
    ],
    ...policyMethods("tables", "bigquery.tables", ({ state }, name) => {
      const [, project, , dataset, , table] = name.split("/");
      return state.bigquery.tables.get(`${project}:${dataset}.${table}`);
    }),
    ...JOBS,
  },
};
