/** Opens a DuckDB file, encrypted or not, for all who read or write one. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance, version } from "@duckdb/node-api";
import { refuseLink } from "./output";
import { readTableKey, type TableKey } from "./table-key";
import { TableKeyError, type TableKeyErrorCode } from "./table-key-error";
import { attachEncrypted, literal } from "../../schemas/duckdb";

export interface OpenDuckDb {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

export interface HowToOpen {
  readonly key?: TableKey | undefined;
  readonly readOnly?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * DuckDB writes an encrypted file by OpenSSL alone, which is in its own extension httpfs, signed by DuckDB for exactly one version.
 * deploy/files/duckdb/setup.sh brings it. Reading needs no extension.
 */
export const EXTENSION = resolve(__dirname, `../../build/duckdb/${version()}/httpfs.duckdb_extension`);

/** The caller closes both. Throws TableKeyError, OutputError, and DuckDB's own errors, whose texts may carry values. */
export async function openDuckDb(path: string, how: HowToOpen = {}): Promise<OpenDuckDb> {
  if (!how.readOnly) for (const file of [path, `${path}.wal`]) refuseLink(file);
  const settings = { ...how.settings, ...(how.readOnly && how.key === undefined && { access_mode: "READ_ONLY" }) };
  try {
    if (how.key !== undefined) return await openEncrypted(path, how.key, how.readOnly === true, settings);
    const instance = await DuckDBInstance.create(path, settings);
    return await withConnection(instance, async () => {});
  } catch (error) {
    throw keyErrorOf(path, error);
  }
}

async function openEncrypted(
  path: string,
  from: TableKey,
  readOnly: boolean,
  settings: Readonly<Record<string, string>>,
) {
  if (!readOnly && !existsSync(EXTENSION)) {
    throw new TableKeyError("DUCKDB_NO_CRYPTO", `${path} cannot be encrypted without OpenSSL: run make duckdb-openssl`);
  }
  const key = await readTableKey(from, path, !readOnly);
  const instance = await DuckDBInstance.create(":memory:", { ...settings, temp_file_encryption: "true" });
  return await withConnection(instance, async (connection) => {
    if (!readOnly) await connection.run(`LOAD ${literal(EXTENSION)}`);
    const [attach, ...then] = attachEncrypted(path, readOnly);
    await connection.run(attach!, [key]);
    for (const statement of then) await connection.run(statement);
  });
}

async function withConnection(
  instance: DuckDBInstance,
  prepare: (connection: DuckDBConnection) => Promise<void>,
): Promise<OpenDuckDb> {
  const connection = await instance.connect();
  try {
    await prepare(connection);
    return { instance, connection };
  } catch (error) {
    connection.closeSync();
    instance.closeSync();
    throw error;
  }
}

/** By DuckDB's texts: its errors have no code. */
const REFUSALS: readonly (readonly [about: RegExp, code: TableKeyErrorCode, mend: string])[] = [
  [/wrong encryption key/i, "DUCKDB_WRONG_KEY", "is encrypted with another key: give that one"],
  [
    /encrypted database .* without a key/is,
    "DUCKDB_ENCRYPTED",
    "is encrypted: give its key file, or its key in Cloud KMS",
  ],
  [
    /key is explicitly specified, but/i,
    "DUCKDB_NOT_ENCRYPTED",
    "is there and not encrypted: name another file, or leave the key out",
  ],
  [
    /read-only crypto module|\.duckdb_extension/i,
    "DUCKDB_NO_CRYPTO",
    "cannot be encrypted: OpenSSL's extension does not load. Remove build/duckdb, and run make duckdb-openssl",
  ],
];

function keyErrorOf(path: string, error: unknown): unknown {
  const found = REFUSALS.find(([about]) => about.test(String(error)));
  return found === undefined ? error : new TableKeyError(found[1], `${path} ${found[2]}`);
}
