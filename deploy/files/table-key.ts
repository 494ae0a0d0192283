/**
 * The key that a DuckDB file is encrypted with: 32 random bytes as base64, from a file, or wrapped by a key of Cloud KMS beside the
 * table. It is handed to DuckDB as a bound value, and stands in no statement, argument, log or error.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from "node:fs";
import { decrypt, encrypt, KEY_NAME } from "./kms";
import { replaceOutput } from "./output";
import { TableKeyError } from "./table-key-error";

/** Where the key comes from. `kms`: projects/P/locations/L/keyRings/R/cryptoKeys/K. */
export type TableKey =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "kms"; readonly name: string };

/** What a user says of the key; undefined where nothing. Answers a text where it cannot be. */
export function tableKeyOf(file: string | undefined, kms: string | undefined): TableKey | string | undefined {
  if (file !== undefined && kms !== undefined) return "a table has one key: give its file, or its key in Cloud KMS";
  if (file !== undefined) return { kind: "file", path: file };
  if (kms === undefined) return undefined;
  if (KEY_NAME.test(kms)) return { kind: "kms", name: kms };
  return `${kms} is no key: give projects/P/locations/L/keyRings/R/cryptoKeys/K`;
}

/** The key of the table in the file `table`. Who `makes` it may have a new key wrapped. Throws TableKeyError. */
export async function readTableKey(key: TableKey, table: string, makes: boolean): Promise<string> {
  return key.kind === "file" ? ofFile(key.path) : await unwrapped(key.name, table, makes);
}

const KEY_BYTES = 32;
const HOW = "head -c 32 /dev/urandom | base64 > FILE, after umask 077";

function ofFile(path: string): string {
  const text = readPrivate(path);
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === KEY_BYTES && key.toString("base64") === text.trim()) return text.trim();
  throw new TableKeyError("DUCKDB_KEY_FILE", `${path} holds no 32 bytes as base64: make it anew, ${HOW}`);
}

/** Who else may read the key may read the table. */
function readPrivate(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { mode } = fstatSync(file);
    if ((mode & 0o077) === 0) return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mend = code === "ENOENT" ? `make it, ${HOW}` : "change its permissions, or name another file";
    throw new TableKeyError("DUCKDB_KEY_FILE", `${path} cannot be read (${code}): ${mend}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  throw new TableKeyError("DUCKDB_KEY_FILE", `${path} can be read by others: chmod 600 ${path}`);
}

/** What stands beside the table: of no use without the key in Cloud KMS. */
interface Wrapped {
  readonly format: 1;
  readonly key: string;
  /** That wrapped it, …/cryptoKeyVersions/N. */
  readonly version: string;
  /** The data key as Cloud KMS encrypted it, in base64. */
  readonly wrapped: string;
}

export const wrappedKeyFile = (table: string) => `${table}.key.json`;

async function unwrapped(name: string, table: string, makes: boolean): Promise<string> {
  const path = wrappedKeyFile(table);
  const there = readWrapped(path);
  if (there === undefined) {
    if (makes && !existsSync(table)) return await wrap(name, path, randomBytes(KEY_BYTES).toString("base64"));
    throw new TableKeyError("DUCKDB_KEY_FILE", `${path} is not there, without which ${table} stays closed: restore it`);
  }
  if (there.key !== name) {
    throw new TableKeyError("DUCKDB_KEY_FILE", `${path} is wrapped by ${there.key}, not by ${name}: give that key`);
  }
  const { plaintext, usedPrimary } = await decrypt(name, there.wrapped);
  // After a rotation the old version would have to stay enabled for ever.
  if (makes && usedPrimary === false) await wrap(name, path, plaintext);
  return plaintext;
}

/** Wraps a data key, and sees that it can be unwrapped again before a row is written under it. */
async function wrap(name: string, path: string, key: string): Promise<string> {
  const { name: version, ciphertext } = await encrypt(name, key);
  if ((await decrypt(name, ciphertext)).plaintext !== key) {
    throw new TableKeyError("DUCKDB_KEY_UNAVAILABLE", `${name} gave back another key than it was given: try again`);
  }
  writeWrapped(path, { format: 1, key: name, version, wrapped: ciphertext });
  return key;
}

function readWrapped(path: string): Wrapped | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new TableKeyError("DUCKDB_KEY_FILE", `${path} cannot be read (${code}): change its permissions`);
  }
  try {
    const found = JSON.parse(text) as Wrapped;
    if (found.format === 1 && typeof found.key === "string" && typeof found.wrapped === "string") return found;
  } catch {
    // Said below.
  }
  throw new TableKeyError("DUCKDB_KEY_FILE", `${path} is damaged: restore it, without it the table stays closed`);
}

/** On the disk before the table is, and whole: without it all rows are lost. */
function writeWrapped(path: string, content: Wrapped): void {
  try {
    replaceOutput(path, `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TableKeyError("DUCKDB_KEY_FILE", `${path} cannot be written (${code}): see to its folder`);
  }
}
