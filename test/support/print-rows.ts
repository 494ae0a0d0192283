import { basename } from "node:path";
import { openDuckDb } from "../../deploy/files/duckdb";
import type { TableKey } from "../../deploy/files/table-key";
import { loadTableSchema } from "../../schemas/load";
import { maskRow } from "../../transforms/mask";

/** Prints the first rows of a table that the pipeline made, personal columns masked. */
export async function printRows(path: string, schemaPath: string, count: number, key?: TableKey): Promise<void> {
  const schema = loadTableSchema(schemaPath);
  const { instance, connection } = await openDuckDb(path, { readOnly: true, key });
  const table = basename(schemaPath, ".json").replaceAll('"', '""');
  const reader = await connection.runAndReadAll(`SELECT * FROM "${table}" LIMIT ${count}`);
  process.stdout.write(`\n${count} rows, personal data masked:\n`);
  for (const row of reader.getRowObjectsJson()) {
    const shown = Object.entries(maskRow(schema, row));
    process.stdout.write(`  ${shown.map(([column, value]) => `${column}=${value}`).join("  ")}\n`);
  }
  connection.closeSync();
  instance.closeSync();
}
