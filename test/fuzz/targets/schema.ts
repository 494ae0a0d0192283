/** A schema file, and everything that is compiled from one. */
import { isDeepStrictEqual } from "node:util";
import { toBeamRow } from "../../../schemas/beam-row";
import { bigQueryDdl, toTableFields } from "../../../schemas/bigquery";
import { toProtoRows } from "../../../schemas/bigquery-proto";
import { duckDbDdl } from "../../../schemas/duckdb";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { compileRowParser } from "../../../schemas/row-parser";
import { type Column, SchemaError, type TableSchema, withMetadata } from "../../../schemas/schema";
import { Refusal } from "../../../transforms/refusal";
import { type FuzzTarget, mustHold, refusedOr } from "../target";

export const schema: FuzzTarget = {
  name: "schema",
  sources: /\/schemas\//,
  words: [
    ...[
      '{"name":"a","type":"STRING"}',
      '"fields"',
      '"schema"',
      '"mode"',
      '"REQUIRED"',
      '"REPEATED"',
      '"RECORD"',
      '"STRUCT"',
    ],
    ...[
      '"RANGE"',
      '"rangeElementType"',
      '{"type":"DATE"}',
      '"maxLength"',
      '"precision"',
      '"scale"',
      '"description"',
      '"INTEGER"',
    ],
    ...[
      '"NUMERIC"',
      '"BIGNUMERIC"',
      '"TIMESTAMP"',
      '"timestampPrecision"',
      '"6"',
      '"policyTags"',
      '"defaultValueExpression"',
    ],
  ],
  most: 4096,
  run(input) {
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(input).toString());
    } catch {
      return "no JSON";
    }
    const parsed = refusedOr([SchemaError], () => parseTableSchema(json));
    if (parsed instanceof SchemaError) return parsed.code;
    holdSchema(parsed as TableSchema);
    return `schema ${(parsed as TableSchema).columns.some(({ fields }) => fields !== undefined) ? "nested" : "flat"}`;
  },
};

function holdSchema(parsed: TableSchema): void {
  const again = parseTableSchema({ description: parsed.description, fields: toTableFields(parsed.columns) });
  const shape = (columns: readonly Column[]): unknown =>
    columns.map(({ name, type, mode, fields }) => [name, type, mode, fields && shape(fields)]);
  mustHold(isDeepStrictEqual(shape(again.columns), shape(parsed.columns)), "its own fields are another schema");
  const parse = compileRowParser(parsed, { unknownColumns: "refuse" });
  const empty = parse("{}");
  const required = parsed.columns.find(({ mode }) => mode === "REQUIRED");
  const isMissing = empty instanceof Refusal && empty.reason === "missing_column" && empty.column === required?.name;
  mustHold(required === undefined ? !(empty instanceof Refusal) : isMissing, "an empty object is not as its modes say");
  if (!(empty instanceof Refusal)) {
    // JavaScript puts names that are numbers first: they are the same columns.
    const names = parsed.columns.map(({ name }) => name);
    mustHold(isDeepStrictEqual(Object.keys(empty).sort(), names.sort()), "a row has other columns");
    toProtoRows(parsed).encode(empty);
    toBeamRow(parsed)(empty);
  }
  const statements = [bigQueryDdl(parsed, "p.d.t"), ...duckDbDdl(parsed, "t")];
  for (const one of statements) mustHold(isBalanced(one), "a quote in a statement is not closed");
  refusedOr([SchemaError], () => withMetadata(parsed));
}

/** No name and no description gets out of its quotes. */
function isBalanced(statement: string): boolean {
  const rest = statement.replaceAll(/'(?:[^']|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/gs, "");
  return !/['"`;](?!\s*$)/.test(rest);
}
