/** The columns of a live BigQuery table, held against the schema: a table of another shape would refuse every row. */
import type { Table } from "@google-cloud/bigquery";
import { parseTableSchema } from "../../schemas/parse-schema";
import { type Column, SchemaError, type TableSchema } from "../../schemas/schema";
import { misfits } from "../../schemas/table-fit";

/** The table lacks columns of the schema, has them otherwise, or requires others. */
export class OtherColumns extends Error {
  constructor(
    /** Their paths: never a value. */
    readonly columns: readonly string[],
  ) {
    super("other columns");
  }
}

/** Throws OtherColumns, or the client's error. Who may write to a table but not look at it is let through. */
export async function checkColumns(table: Table, schema: TableSchema): Promise<void> {
  requireColumns(await columnsOf(table), schema);
}

/** `found`: the table's; undefined where they cannot be had. Throws OtherColumns. */
export function requireColumns(found: readonly Column[] | undefined, schema: TableSchema): void {
  const different = found === undefined ? [] : misfits(found, schema.columns);
  if (different.length > 0) throw new OtherColumns(different);
}

async function columnsOf(table: Table): Promise<readonly Column[] | undefined> {
  try {
    const [metadata] = await table.getMetadata();
    return parseTableSchema(metadata.schema).columns;
  } catch (error) {
    // A table may have what no schema of ours can: then its rows tell.
    if (error instanceof SchemaError || (error as { code?: unknown }).code === 403) return undefined;
    throw error;
  }
}
