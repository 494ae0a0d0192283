/** What our parser makes of a value of one column. */
import { FIELDS, type TypeName } from "./values";
import { toInsertAllJson } from "../../../schemas/bigquery";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { compileRowParser } from "../../../schemas/row-parser";
import type { Value } from "../../../schemas/schema";
import { Refusal } from "../../../transforms/refusal";

const SCHEMAS = new Map(FIELDS.map(({ type }) => [type, parseTableSchema([{ name: "value", type }])]));
const PARSERS = new Map(
  [...SCHEMAS].map(([type, schema]) => [type, compileRowParser(schema, { unknownColumns: "refuse" })]),
);
const TO_JSON = new Map([...SCHEMAS].map(([type, schema]) => [type, toInsertAllJson(schema)]));

/** The value, or the refusal. */
export function parsed(type: TypeName, literal: string): Value | Refusal {
  const row = PARSERS.get(type)!(`{"value":${literal}}`);
  return row instanceof Refusal ? row : row.value!;
}

/** `taken`, or the reason of the refusal. */
export const said = (value: Value | Refusal) => (value instanceof Refusal ? value.reason : "taken");

/** The JSON text that the pipeline sends of it; undefined where it sends none. */
export function sent(type: TypeName, value: Value | Refusal): string | undefined {
  if (value instanceof Refusal || value === null) return undefined;
  return JSON.stringify(TO_JSON.get(type)!({ value }).value);
}
