import { existsSync } from "node:fs";
import { EXTENSION } from "../../deploy/files/duckdb";
import { MissingTool } from "./emulators/process";
import { command } from "./prepared";

/** Does what `make duckdb-openssl` does. Throws MissingTool where it cannot be had. */
export function prepareDuckDbOpenSsl(): void {
  if (existsSync(EXTENSION)) return;
  try {
    command("deploy/files/duckdb/setup.sh", []);
  } catch {
    throw new MissingTool("DuckDB's extension httpfs is not there", "Run `make duckdb-openssl`");
  }
}
