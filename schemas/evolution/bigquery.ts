/** What BigQuery does to a table for a change: one statement, a whole schema by `bq update`, or nothing. */
import { columnDdl, typeDdl } from "../bigquery";
import type { Column, TableSchema } from "../schema";
import { withChange } from "./apply";
import type { Change } from "./changes";

export interface Layout {
  readonly partitionColumn?: string;
  readonly clusterColumns: readonly string[];
}

/** How the table comes to it. */
export type Way =
  /** This statement, which BigQuery runs without a charge. */
  | { readonly kind: "alter"; readonly sql: string }
  /** `bq update TABLE` with all of these columns: no statement reaches nested ones, nor policy tags. */
  | { readonly kind: "update"; readonly columns: readonly Column[] }
  /** The table stays as it is, which is wider: the pipeline alone holds to the schema. */
  | { readonly kind: "stays" }
  | { readonly kind: "refused"; readonly why: string };

/**
 * `found`: the table as it is before this change.
 * [DDL statements: ALTER TABLE ADD, RENAME, DROP COLUMN, ALTER COLUMN DROP NOT NULL, SET DATA TYPE, SET OPTIONS; Modifying table
 * schemas: columns are added NULLABLE or REPEATED and last, nested ones by the API alone; REQUIRED is relaxed and never given back].
 */
export function wayOf(change: Change, found: TableSchema, table: string, layout: Layout): Way {
  const { kind, path } = change;
  const nested = path.includes(".");
  const fixed = fixedAs(path, layout);
  if (fixed !== undefined && ["dropped", "renamed", "widened", "approximated"].includes(kind)) {
    return { kind: "refused", why: `the table is ${fixed} by it, and keeps that column as it is` };
  }
  const alter = (rest: string): Way => ({ kind: "alter", sql: `ALTER TABLE \`${table}\` ${rest};` });
  const update = (): Way => ({ kind: "update", columns: withChange(found, change).columns });
  const it = named(path);
  switch (kind) {
    case "added":
      return nested ? update() : alter(`ADD COLUMN IF NOT EXISTS ${columnDdl(change.to!)}`);
    case "relaxed":
      return nested ? update() : alter(`ALTER COLUMN ${it} DROP NOT NULL`);
    case "described":
      return nested
        ? update()
        : alter(`ALTER COLUMN ${it} SET OPTIONS (description = ${text(change.to!.description)})`);
    case "tagged":
      return update();
    case "widened":
    case "approximated":
      return alter(
        `ALTER COLUMN ${named(topOf(path))} SET DATA TYPE ${bareType(topColumn(withChange(found, change), path))}`,
      );
    case "renamed":
      if (nested) return { kind: "refused", why: "nested columns cannot be renamed" };
      return alter(`RENAME COLUMN ${it} TO ${named(change.to!.name)}`);
    case "dropped":
      // BigQuery drops no nested column: it stays there, empty.
      return nested ? { kind: "stays" } : alter(`DROP COLUMN IF EXISTS ${it}`);
    case "required":
    case "narrowed":
      return { kind: "stays" };
    default:
      return {
        kind: "refused",
        why: "no column becomes one of that type: add one of another name, or make a new table",
      };
  }
}

function fixedAs(path: string, { partitionColumn, clusterColumns }: Layout): string | undefined {
  const top = path.toLowerCase();
  if (partitionColumn?.toLowerCase() === top) return "partitioned";
  return clusterColumns.some((name) => name.toLowerCase() === top) ? "clustered" : undefined;
}

const topOf = (path: string) => path.split(".")[0]!;
const topColumn = ({ columns }: TableSchema, path: string): Column =>
  columns.find(({ name }) => name.toLowerCase() === topOf(path).toLowerCase())!;
/** Of a nested column the whole type of the column around it, without descriptions: they stay. */
const bareType = (column: Column) => typeDdl(undescribed(column));
const undescribed = (column: Column): Column => ({
  ...column,
  description: "",
  ...(column.fields !== undefined && { fields: column.fields.map(undescribed) }),
});
const named = (name: string) => `\`${name}\``;
const text = (value: string) => (value === "" ? "NULL" : JSON.stringify(value));
