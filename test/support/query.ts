/** Runs one SQL statement on the DuckDB file of the last `make run-direct`, read-only, and prints the rows as JSON, one a line. */
import { DuckDBInstance } from "@duckdb/node-api";

async function main(): Promise<void> {
  const sql = process.env.SQL || "SHOW TABLES";
  const instance = await DuckDBInstance.create("build/run-direct/rows.duckdb", { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  for (const row of reader.getRowObjectsJson()) process.stdout.write(`${JSON.stringify(row)}\n`);
  connection.closeSync();
  instance.closeSync();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
