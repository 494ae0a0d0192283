/** Reads BigQuery's own schema format, and refuses what cannot be honoured [REST reference, TableFieldSchema]. */
import { checkParameters } from "./type-parameters";
import { type Column, type ColumnMode, type ColumnType, SchemaError, type TableSchema } from "./schema";

const ALIASES: Record<string, ColumnType> = {
  INTEGER: "INT64",
  FLOAT: "FLOAT64",
  BOOLEAN: "BOOL",
  STRUCT: "RECORD",
  DECIMAL: "NUMERIC",
  BIGDECIMAL: "BIGNUMERIC",
};
const TYPES: readonly string[] = [
  ["STRING", "BYTES", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "DATE", "TIME", "DATETIME", "TIMESTAMP"],
  ["JSON", "GEOGRAPHY", "INTERVAL", "RANGE", "RECORD"],
].flat();
const MODES: readonly string[] = ["NULLABLE", "REQUIRED", "REPEATED"];

/** What a field may say. The last line changes nothing about which values are taken, so it is accepted as it is. */
const PROPERTIES = new Set([
  ...["name", "type", "mode", "description", "fields", "maxLength", "precision", "scale", "rangeElementType"],
  "timestampPrecision",
  ...["policyTags", "dataPolicies", "dataPolicyList", "dataGovernanceTagsInfo", "collation", "categories"],
]);
/** What would change which values are taken, and is not done: a schema that says it is refused. */
const NOT_HONOURED = new Set(["defaultValueExpression", "roundingMode", "foreignTypeDefinition", "generatedColumn"]);

const MOST_LEVELS = 15;
const MOST_COLUMNS = 10_000;
const RESERVED =
  /^(?:_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_SEQUENCE_NUMBER|_CHANGE_TYPE|_CHANGE_TIMESTAMP)/i;
/** Flexible column names: letters, marks, numbers and these signs, of any language [Column names]. */
const NAME = /^[\p{L}\p{M}\p{N}_&%=+:'<>#| -]{1,300}$/u;

/** `json`: an array of fields (`bq show --schema`), `{fields}`, or a Table resource. Throws SchemaError. */
export function parseTableSchema(json: unknown): TableSchema {
  const { description, fields } = shapeOf(json);
  const columns = parseFields(fields, "", 1);
  const count = countOf(columns);
  if (count > MOST_COLUMNS)
    throw new SchemaError("TOO_MANY_COLUMNS", "", `${count} columns: BigQuery has ${MOST_COLUMNS} at most`);
  return { description, columns };
}

function shapeOf(json: unknown): { description: string; fields: unknown } {
  if (Array.isArray(json)) return { description: "", fields: json };
  if (isObject(json)) {
    const description = typeof json.description === "string" ? json.description : "";
    if (isObject(json.schema)) return { description, fields: json.schema.fields };
    if ("fields" in json) return { description, fields: json.fields };
  }
  throw new SchemaError("NOT_A_SCHEMA", "", "neither an array of fields, nor {fields}, nor a Table resource");
}

function parseFields(fields: unknown, path: string, level: number): Column[] {
  if (!Array.isArray(fields) || fields.length === 0) throw new SchemaError("NO_FIELDS", path, "has no fields");
  if (level > MOST_LEVELS) throw new SchemaError("TOO_DEEP", path, `is nested deeper than ${MOST_LEVELS} levels`);
  const seen = new Set<string>();
  return fields.map((field) => {
    const column = parseField(field, path, level);
    const name = column.name.toLowerCase();
    if (seen.has(name))
      throw new SchemaError("DUPLICATE_NAME", join(path, column.name), "occurs twice; names are the same in any case");
    seen.add(name);
    return column;
  });
}

function parseField(field: unknown, path: string, level: number): Column {
  if (!isObject(field)) throw new SchemaError("NOT_A_FIELD", path, "has a field that is no object");
  const name = parseName(field.name, path);
  const at = join(path, name);
  for (const property of Object.keys(field)) checkProperty(property, at);
  const type = parseType(field.type, at);
  const description = typeof field.description === "string" ? field.description : "";
  const column: Column = {
    name,
    type,
    mode: parseMode(field.mode, at),
    description,
    personal: /^personal data\b/i.test(description),
    ...checkParameters(field, type, at),
    ...policyTagsOf(field.policyTags),
    ...(type === "RECORD" && { fields: parseFields(field.fields, at, level + 1) }),
    ...(type === "RANGE" && { rangeElementType: parseElementType(field.rangeElementType, at) }),
  };
  if (type !== "RECORD" && field.fields !== undefined)
    throw new SchemaError("WRONG_PARAMETER", at, `has fields, but is no RECORD`);
  if (type !== "RANGE" && field.rangeElementType !== undefined) {
    throw new SchemaError("WRONG_PARAMETER", at, "has a rangeElementType, but is no RANGE");
  }
  return column;
}

function checkProperty(property: string, at: string): void {
  if (NOT_HONOURED.has(property)) throw new SchemaError("NOT_HONOURED", at, `says ${property}, which is not done here`);
  if (!PROPERTIES.has(property))
    throw new SchemaError("UNKNOWN_PROPERTY", at, `says ${property}, which BigQuery does not know`);
}

function parseName(name: unknown, path: string): string {
  if (typeof name !== "string" || name === "") throw new SchemaError("BAD_NAME", path, "has a field without a name");
  // In JavaScript's objects this name is no name like the others.
  if (!NAME.test(name) || name === "__proto__")
    throw new SchemaError("BAD_NAME", join(path, name), "is no column name of BigQuery");
  if (RESERVED.test(name))
    throw new SchemaError("BAD_NAME", join(path, name), "begins like one of BigQuery's own columns");
  return name;
}

function parseType(type: unknown, at: string): ColumnType {
  const upper = typeof type === "string" ? type.toUpperCase() : "";
  const known = ALIASES[upper] ?? upper;
  if (!TYPES.includes(known))
    throw new SchemaError("UNKNOWN_TYPE", at, `has the type ${JSON.stringify(type)}, which is not known`);
  return known as ColumnType;
}

function parseMode(mode: unknown, at: string): ColumnMode {
  const upper = mode === undefined ? "NULLABLE" : typeof mode === "string" ? mode.toUpperCase() : "";
  if (!MODES.includes(upper))
    throw new SchemaError("UNKNOWN_MODE", at, `has the mode ${JSON.stringify(mode)}, which is not known`);
  return upper as ColumnMode;
}

/** None where they are said in a form that is not known: they do not change what the column takes. */
function policyTagsOf(given: unknown): Pick<Column, "policyTags"> {
  const names = isObject(given) && Array.isArray(given.names) ? given.names : [];
  const tags = names.filter((name): name is string => typeof name === "string");
  return tags.length === 0 ? {} : { policyTags: tags };
}

function parseElementType(element: unknown, at: string): ColumnType {
  const type = isObject(element) ? String(element.type).toUpperCase() : "";
  if (!["DATE", "DATETIME", "TIMESTAMP"].includes(type)) {
    throw new SchemaError("WRONG_PARAMETER", at, "needs a rangeElementType of DATE, DATETIME or TIMESTAMP");
  }
  return type as ColumnType;
}

function countOf(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + 1 + countOf(column.fields ?? []), 0);
}

const join = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
