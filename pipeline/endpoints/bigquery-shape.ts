/** The columns of a live BigQuery table, held against the schema: a table of another shape would refuse every row. */
import type { Table } from "@google-cloud/bigquery";
import { parseTableSchema } from "../../schemas/parse-schema";
import { type Column, SchemaError, type TableSchema } from "../../schemas/schema";

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
  const different = found === undefined ? [] : differences(found, schema.columns, "");
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

function differences(found: readonly Column[], wanted: readonly Column[], path: string): string[] {
  const byName = new Map(found.map((column) => [column.name.toLowerCase(), column]));
  const different: string[] = [];
  for (const column of wanted) {
    const there = byName.get(column.name.toLowerCase());
    byName.delete(column.name.toLowerCase());
    if (there === undefined || there.type !== column.type || isRepeated(there) !== isRepeated(column)) {
      different.push(path + column.name);
    } else if (column.type === "RECORD") {
      different.push(...differences(there.fields!, column.fields!, `${path}${column.name}.`));
    }
  }
  const required = [...byName.values()].filter(({ mode }) => mode === "REQUIRED");
  return [...different, ...required.map(({ name }) => path + name)];
}

const isRepeated = ({ mode }: Column) => mode === "REPEATED";
