/** A table's columns in BigQuery's own JSON: as they are wanted, and as they are found, in one form. */
import type { Json } from "../../schemas/bigquery";
import type { Column } from "../../schemas/schema";

/** What BigQuery's API says for GoogleSQL's names. */
const API_TYPES: Readonly<Record<string, string>> = {
  INT64: "INTEGER",
  FLOAT64: "FLOAT",
  BOOL: "BOOLEAN",
  STRUCT: "RECORD",
};

export interface ApiColumn {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly ApiColumn[];
  readonly policyTags?: { readonly names?: readonly string[] };
  readonly maxLength?: string | number;
  readonly precision?: string | number;
  readonly scale?: string | number;
  readonly rangeElementType?: { readonly type: string };
}

/** Personal columns carry the policy tag, where there is one. */
export function wantedColumns(columns: readonly Column[], policyTag: string): ApiColumn[] {
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    mode: column.mode,
    description: column.description,
    ...(column.fields !== undefined && { fields: wantedColumns(column.fields, policyTag) }),
    ...(column.personal && policyTag !== "" && { policyTags: { names: [policyTag] } }),
    ...(column.maxLength !== undefined && { maxLength: column.maxLength }),
    ...(column.precision !== undefined && { precision: column.precision }),
    ...(column.scale !== undefined && { scale: column.scale }),
    ...(column.rangeElementType !== undefined && { rangeElementType: { type: column.rangeElementType } }),
  }));
}

/** One form for both: the API's types, every default written, numbers as the API's strings. */
export function inOneForm(columns: readonly ApiColumn[]): ApiColumn[] {
  return columns.map(
    ({ name, type, mode, description, fields, policyTags, maxLength, precision, scale, rangeElementType }) => ({
      name,
      type: API_TYPES[type] ?? type,
      mode: mode ?? "NULLABLE",
      description: description ?? "",
      ...(fields !== undefined && { fields: inOneForm(fields) }),
      ...(policyTags?.names?.length && { policyTags: { names: policyTags.names } }),
      ...(maxLength !== undefined && { maxLength: String(maxLength) }),
      ...(precision !== undefined && { precision: String(precision) }),
      ...(scale !== undefined && { scale: String(scale) }),
      ...(rangeElementType !== undefined && { rangeElementType: { type: rangeElementType.type } }),
    }),
  );
}

/** The found columns as they are wanted, and behind them the wanted ones that are not there: BigQuery takes no column away. */
export function merged(found: readonly ApiColumn[], wanted: readonly ApiColumn[]): ApiColumn[] {
  const kept = found.map((column) => same(wanted, column) ?? column);
  return [...kept, ...wanted.filter((column) => same(found, column) === undefined)];
}

/** The first column that no update makes as it is wanted, and why; undefined where there is none. */
export function unchangeable(found: readonly ApiColumn[], wanted: readonly ApiColumn[]): string | undefined {
  for (const column of wanted) {
    const there = same(found, column);
    if (there === undefined) {
      if (column.mode === "REQUIRED") return `column ${column.name} cannot be added as REQUIRED`;
    } else if (typeOf(there) !== typeOf(column)) {
      return `column ${column.name} is ${typeOf(there)}, not ${typeOf(column)}`;
    } else if (there.mode !== column.mode && !(there.mode === "REQUIRED" && column.mode === "NULLABLE")) {
      return `column ${column.name} is ${there.mode}, not ${column.mode}`;
    } else {
      const within = unchangeable(there.fields ?? [], column.fields ?? []);
      if (within !== undefined) return within;
    }
  }
  return undefined;
}

/** BigQuery takes names of columns without their case. */
function same(all: readonly ApiColumn[], { name }: ApiColumn): ApiColumn | undefined {
  return all.find((one) => one.name.toLowerCase() === name.toLowerCase());
}

const typeOf = ({ type, precision, scale, maxLength, rangeElementType }: ApiColumn) =>
  [type, maxLength, precision, scale, rangeElementType?.type].filter((part) => part !== undefined).join(" ");

export const asJson = (columns: readonly ApiColumn[]): Json => JSON.parse(JSON.stringify(columns));
