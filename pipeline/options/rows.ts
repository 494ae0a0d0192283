import { basename } from "node:path";
import type { Given } from "./command-line";
import type { Level } from "../log";
import type { RowSettings } from "../steps";
import { loadTableSchema, readSchemaText } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";

/** What every runner is told of rows, and of its log. */
export interface RowOptions {
  /** A file. */
  readonly schema: string;
  readonly unknownColumns: "refuse" | "drop";
  readonly writeMetadata: boolean;
  readonly schemaVersionColumn?: string;
  readonly logLevel: Level;
}

export function rowOptions(given: Given): RowOptions {
  return {
    schema: String(given.schema ?? "schemas/cc_account_info.json"),
    unknownColumns: (given.unknown_columns ?? "refuse") as RowOptions["unknownColumns"],
    writeMetadata: given.write_metadata === true,
    ...(given.schema_version_column !== undefined && { schemaVersionColumn: String(given.schema_version_column) }),
    logLevel: given.log_level as Level,
  };
}

/** The settings of the graph. Throws SchemaError where the file is no schema. */
export function rowSettings(options: RowOptions): RowSettings {
  const { schema, unknownColumns, writeMetadata, schemaVersionColumn } = options;
  loadTableSchema(schema);
  const schemaJson = readSchemaText(schema);
  const settings = { schema: basename(schema, ".json"), schemaJson, unknownColumns, writeMetadata };
  if (schemaVersionColumn === undefined) return settings;
  parseTableSchema([{ name: schemaVersionColumn, type: "STRING" }]);
  return { ...settings, schemaVersionColumn };
}
