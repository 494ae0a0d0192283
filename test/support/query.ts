/**
 * Runs one SQL statement on the DuckDB file of the last `make run-direct`, read-only, and prints the rows as JSON, one a line. The same key as
 * there: TABLE_KEY_FILE or TABLE_KMS_KEY.
 */
import { openDuckDb } from "../../deploy/files/duckdb";
import { keyOfEnvironment } from "./table-key";

async function main(): Promise<void> {
  const { SQL, OUT = "build/run-direct" } = process.env;
  const { instance, connection } = await openDuckDb(`${OUT}/rows.duckdb`, { readOnly: true, key: keyOfEnvironment() });
  const reader = await connection.runAndReadAll(SQL || "SHOW TABLES");
  for (const row of reader.getRowObjectsJson()) process.stdout.write(`${JSON.stringify(row)}\n`);
  connection.closeSync();
  instance.closeSync();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
