/** What a command line of schema-plan names: two schema files, a table, renames, the columns that a table keeps. */
import { readSchemaText, loadTableSchema } from "../../schemas/load";
import type { Layout } from "../../schemas/evolution/bigquery";
import type { Renames } from "../../schemas/evolution/changes";
import type { TableSchema } from "../../schemas/schema";
import { type Given, UsageError } from "../command-line";

export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

export interface Wanted {
  readonly from: TableSchema;
  readonly to: TableSchema;
  /** The new schema's file. */
  readonly file: string;
  /** What stands in the statements where none is named says that it has to be replaced. */
  readonly table: TableName;
  readonly layout: Layout;
  readonly renames: Renames;
}

/** Throws UsageError, and SchemaError where a file is no schema. */
export function wantedOf(given: Given): Wanted {
  const [before, file] = [String(given.from), String(given.to)];
  const from = loadTableSchema(before);
  const to = loadTableSchema(file);
  return {
    ...{ from, to, file },
    table: tableNamed(given.table),
    layout: layoutOf(JSON.parse(readSchemaText(before)), given),
    renames: renamesOf(given.rename, from, to),
  };
}

function tableNamed(given: unknown): TableName {
  if (given === undefined) return { project: "PROJECT", dataset: "DATASET", table: "TABLE" };
  const [, project, dataset, table] = /^((?:[\w.-]+:)?[\w-]+)[.:](\w+)\.([\w-]+)$/.exec(String(given)) ?? [];
  if (project && dataset && table) return { project, dataset, table };
  throw new UsageError(`--table ${given} is not of the form project.dataset.table`);
}

/** Of a Table resource, as `bq show` prints it; what is said besides comes first. */
function layoutOf(json: unknown, given: Given): Layout {
  const { timePartitioning, rangePartitioning, clustering } = json as {
    readonly timePartitioning?: { readonly field?: string };
    readonly rangePartitioning?: { readonly field?: string };
    readonly clustering?: { readonly fields?: readonly string[] };
  };
  const said = given["partition-column"];
  const partitionColumn = said === undefined ? (timePartitioning?.field ?? rangePartitioning?.field) : String(said);
  const clusters = given["cluster-columns"];
  const clusterColumns = clusters === undefined ? (clustering?.fields ?? []) : String(clusters).split(",");
  return { clusterColumns, ...(partitionColumn !== undefined && { partitionColumn }) };
}

function renamesOf(given: unknown, from: TableSchema, to: TableSchema): Renames {
  const pairs = ((given ?? []) as readonly string[]).map((pair) => {
    const [old = "", now = "", ...rest] = pair.split("=");
    const has = ({ columns }: TableSchema, name: string) => columns.some((column) => column.name === name);
    if (rest.length > 0 || !has(from, old) || !has(to, now)) {
      throw new UsageError(
        `--rename ${pair} is not OLD=NEW of a column of each: columns within a RECORD cannot be renamed`,
      );
    }
    if (has(to, old)) throw new UsageError(`--rename ${pair}: the new schema has ${old}, too`);
    return [old, now] as const;
  });
  return new Map(pairs);
}
