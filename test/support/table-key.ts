import { type TableKey, tableKeyOf } from "../../deploy/files/table-key";

/** The key of the table of `make run-direct`: TABLE_KEY_FILE or TABLE_KMS_KEY; undefined where it is not encrypted. */
export function keyOfEnvironment(): TableKey | undefined {
  const { TABLE_KEY_FILE, TABLE_KMS_KEY } = process.env;
  const key = tableKeyOf(TABLE_KEY_FILE || undefined, TABLE_KMS_KEY || undefined);
  if (typeof key === "string") throw new Error(`TABLE_KEY_FILE, TABLE_KMS_KEY: ${key}`);
  return key;
}
