import { basename } from "node:path";
import type { Given } from "./command-line";
import type { Level } from "../log";
import type { RowSettings } from "../steps";
import { loadTableSchema, readSchemaText } from "../../schemas/load";

/** What every runner is told of rows, and of its log. */
export interface RowOptions {
  /** A file. */
  readonly schema: string;
  readonly unknownColumns: "refuse" | "drop";
  readonly writeMetadata: boolean;
  readonly logLevel: Level;
}

export function rowOptions(given: Given): RowOptions {
  return {
    schema: String(given.schema ?? "schemas/cc_account_info.json"),
    unknownColumns: (given.unknown_columns ?? "refuse") as RowOptions["unknownColumns"],
    writeMetadata: given.write_metadata === true,
    logLevel: given.log_level as Level,
  };
}

/** The settings of the graph. Throws SchemaError where the file is no schema. */
export function rowSettings({ schema, unknownColumns, writeMetadata }: RowOptions): RowSettings {
  loadTableSchema(schema);
  return { schema: basename(schema, ".json"), schemaJson: readSchemaText(schema), unknownColumns, writeMetadata };
}
