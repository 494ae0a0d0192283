import { readFileSync } from "node:fs";
import { parseTableSchema } from "./parse-schema";
import { SchemaError, type TableSchema } from "./schema";

/** Reads a schema file. Throws SchemaError, also where the file is not there or is no JSON. */
export function loadTableSchema(path: string): TableSchema {
  return parseTableSchema(parseSchemaText(readSchemaText(path), path));
}

export function readSchemaText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new SchemaError("NOT_READABLE", "", `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function parseSchemaText(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SchemaError("NOT_JSON", "", `${path} is no JSON`);
  }
}
