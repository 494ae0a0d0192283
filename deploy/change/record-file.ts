/** Records of what is under way, for whoever goes on with it: JSON files that are written whole or not at all, for their owner alone. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceOutput } from "../files/output";
import { OffSwitchError } from "./revoke/error";

/** Undefined where there is none. Throws OffSwitchError where it cannot be read, or is no record of `what`: `mend` says what to do then. */
export function readWhole<T extends { readonly format: 1 }>(
  path: string,
  what: string,
  isOne: (record: T) => boolean,
  mend: string,
): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new OffSwitchError("RECORD", `${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    const record = JSON.parse(text) as T;
    if (record.format === 1 && isOne(record)) return record;
  } catch {
    // Said below.
  }
  throw new OffSwitchError("RECORD", `${path} is no record of a ${what}: ${mend}`);
}

/** As `replaceOutput`; the folder is made. */
export function writeWhole(path: string, record: object): void {
  mkdirSync(dirname(path), { recursive: true });
  replaceOutput(path, `${JSON.stringify(record, null, 2)}\n`);
}
