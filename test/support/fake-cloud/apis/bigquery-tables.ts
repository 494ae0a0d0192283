/** BigQuery's tables: their columns, what may be changed of them, and their key. */
import type { Call } from "../call";
import { invalid } from "../refused";
import { checkMatch, datasetName, stamp, withoutNulls } from "./bigquery-common";
import { checkEncryption, type Encryption } from "./bigquery-key";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly Column[];
  readonly policyTags?: { readonly names?: readonly string[] };
}

export interface Table {
  readonly kind: "bigquery#table";
  readonly id: string;
  readonly tableReference: { readonly projectId: string; readonly datasetId: string; readonly tableId: string };
  readonly type: "TABLE";
  readonly location: string;
  readonly etag: string;
  readonly creationTime: string;
  readonly schema?: { readonly fields?: readonly Column[] };
  /** With the version that encrypts it: a table keeps the key that it was made with. */
  readonly encryptionConfiguration?: Encryption;
  readonly timePartitioning?: { readonly type?: string; readonly field?: string; readonly expirationMs?: string };
  readonly clustering?: { readonly fields?: readonly string[] };
  readonly labels?: Readonly<Record<string, string>>;
  readonly description?: string;
}

export const tableName = ({ project, params }: Call) =>
  `${datasetName(project.id, params.datasetId!)}.${params.tableId}`;
const TYPES =
  `STRING BYTES INTEGER INT64 FLOAT FLOAT64 NUMERIC BIGNUMERIC BOOLEAN BOOL TIMESTAMP DATE TIME DATETIME GEOGRAPHY
  RECORD STRUCT JSON INTERVAL RANGE`.split(/\s+/);

export function createTable(call: Call): Table {
  const { body, params, project, state, url } = call;
  const dataset = state.bigquery.datasets.get(datasetName(project.id, params.datasetId!));
  const asked = body as Partial<Table>;
  const tableId = asked.tableReference?.tableId ?? "";
  if (!/^[\p{L}\p{M}\p{N}_ -]{1,1024}$/u.test(tableId)) throw invalid(`Invalid table ID "${tableId}".`);
  checkColumns(asked.schema?.fields ?? []);
  checkLayout(asked);
  const encryption = asked.encryptionConfiguration ?? dataset.defaultEncryptionConfiguration;
  const version = checkEncryption(call, encryption, dataset.location);
  const { expirationTime } = body as { expirationTime?: string };
  const expires =
    expirationTime ??
    (dataset.defaultTableExpirationMs && String(Date.now() + Number(dataset.defaultTableExpirationMs)));
  const tableReference = { projectId: project.id, datasetId: params.datasetId!, tableId };
  const id = `${datasetName(project.id, params.datasetId!)}.${tableId}`;
  const selfLink = `${url}/bigquery/v2/projects/${project.id}/datasets/${params.datasetId}/tables/${tableId}`;
  const about = {
    kind: "bigquery#table" as const,
    id,
    selfLink,
    type: "TABLE" as const,
    creationTime: String(Date.now()),
  };
  const key = version !== undefined && { encryptionConfiguration: { kmsKeyName: version } };
  const counts = { numRows: "0", numBytes: "0", numLongTermBytes: "0" };
  const made = { ...counts, ...asked, ...about, ...stamp(call), ...key, ...(expires && { expirationTime: expires }) };
  return state.bigquery.tables.add(id, { ...made, tableReference, location: dataset.location });
}

function checkColumns(columns: readonly Column[], path = ""): void {
  const seen = new Set<string>();
  for (const { name = "", type = "", mode = "NULLABLE", fields = [] } of columns) {
    if (!/^[\p{L}_][\p{L}\p{M}\p{N}_ -]{0,299}$/u.test(name)) throw invalid(`Invalid field name "${path}${name}".`);
    if (seen.has(name.toLowerCase())) throw invalid(`Field ${path}${name} already exists in schema`);
    seen.add(name.toLowerCase());
    if (!TYPES.includes(type.toUpperCase())) throw invalid(`Invalid value for type: ${type} is not a valid value`);
    if (!/^(NULLABLE|REQUIRED|REPEATED)$/i.test(mode))
      throw invalid(`Invalid value for mode: ${mode} is not a valid value`);
    checkColumns(fields, `${path}${name}.`);
  }
}

/** Partitioning and clustering name columns that are there. */
function checkLayout({ schema, timePartitioning, clustering }: Partial<Table>): void {
  const types = new Map((schema?.fields ?? []).map(({ name, type }) => [name, type.toUpperCase()]));
  const { field, type } = timePartitioning ?? {};
  if (timePartitioning !== undefined && !/^(DAY|HOUR|MONTH|YEAR)$/.test(type ?? ""))
    throw invalid(`Invalid time partitioning type ${type}.`);
  if (field !== undefined && !/^(DATE|TIMESTAMP|DATETIME)$/.test(types.get(field) ?? "")) {
    throw invalid(
      `The field specified for partitioning, ${field}, is not a DATE, TIMESTAMP or DATETIME column of the schema.`,
    );
  }
  const clusters = clustering?.fields ?? [];
  const missing = clusters.find((name) => !types.has(name));
  if (missing !== undefined)
    throw invalid(`The field specified for clustering cannot be found in the schema: ${missing}.`);
  if (clusters.length > 4) throw invalid("A table can be clustered by four columns at most.");
}

export function patchTable(call: Call): Table {
  const { body, state } = call;
  const name = tableName(call);
  const old = state.bigquery.tables.get(name);
  checkMatch(call, old.etag);
  const asked = body as Partial<Table>;
  // bq sends an empty schema where it changes none.
  if (asked.schema?.fields !== undefined) checkGrowth(old.schema?.fields ?? [], asked.schema.fields);
  const { timePartitioning: parts } = asked;
  if (parts && (parts.field !== old.timePartitioning?.field || parts.type !== old.timePartitioning?.type)) {
    throw invalid("Cannot change the partitioning of an existing table.");
  }
  // A key that is sent, the same one too, encrypts under its primary version.
  const version = checkEncryption(call, asked.encryptionConfiguration, old.location);
  const key = version !== undefined && { encryptionConfiguration: { kmsKeyName: version } };
  const schema = asked.schema?.fields === undefined ? old.schema : asked.schema;
  const fixed = { ...(schema && { schema }), tableReference: old.tableReference, location: old.location, id: old.id };
  const labels = { labels: { ...old.labels, ...asked.labels } };
  const changed = withoutNulls({ ...old, ...asked, ...fixed, ...key, ...labels, ...stamp(call) });
  checkLayout(changed);
  return state.bigquery.tables.set(name, changed);
}

/** Columns stay and keep their type; they may become less strict; new ones may be left empty. */
function checkGrowth(old: readonly Column[], asked: readonly Column[]): void {
  checkColumns(asked);
  const found = new Map(asked.map((column) => [column.name, column]));
  for (const column of old) {
    const next = found.get(column.name);
    if (next === undefined)
      throw invalid(`Provided Schema does not match Table. Field ${column.name} is missing in new schema`);
    const types = [column, next].map(({ type }) => SAME[type.toUpperCase()] ?? type.toUpperCase());
    if (types[0] !== types[1])
      throw invalid(
        `Provided Schema does not match Table. Field ${column.name} has changed type from ${types[0]} to ${types[1]}`,
      );
    const [was = "NULLABLE", is = "NULLABLE"] = [column.mode, next.mode];
    if (was !== is && !(was === "REQUIRED" && is === "NULLABLE")) {
      throw invalid(`Provided Schema does not match Table. Field ${column.name} has changed mode from ${was} to ${is}`);
    }
    checkGrowth(column.fields ?? [], next.fields ?? []);
  }
  const known = new Set(old.map(({ name }) => name));
  const strict = asked.find(({ name, mode }) => !known.has(name) && mode === "REQUIRED");
  if (strict !== undefined)
    throw invalid(
      `Provided Schema does not match Table. Cannot add required fields to an existing schema. (field: ${strict.name})`,
    );
}

const SAME: Readonly<Record<string, string>> = {
  INT64: "INTEGER",
  FLOAT64: "FLOAT",
  BOOL: "BOOLEAN",
  STRUCT: "RECORD",
};
