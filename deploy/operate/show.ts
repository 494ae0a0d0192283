/**
 * One dead letter on a screen. A dead letter is what had values where they do not belong, so only this is shown as it is: the values of
 * columns that are no personal data, where the column would take them. Of all else the form is shown: 9 for a digit, x for a letter.
 */
import { isUtf8 } from "node:buffer";
import { compileRowParser } from "../../schemas/row-parser";
import { unknownColumn } from "../../schemas/reader";
import type { TableSchema } from "../../schemas/schema";
import { maskRow } from "../../transforms/mask";
import { Refusal } from "../../transforms/refusal";
import type { Letter } from "./letter";
import { isNamed, type Member, membersOf, objectOf } from "./members";

export interface Shown {
  readonly id: string;
  readonly reason: string;
  readonly stage: string;
  readonly column: string;
  readonly schema: string;
  /** The version of that schema; empty where the letter does not say. */
  readonly schemaVersion: string;
  readonly published: string;
  readonly bytes: number;
  /** The first message of all, where this one was a replay. */
  readonly replayOf?: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** By name, in the message's order; or the whole content where it is no JSON object. */
  readonly content: readonly (readonly [string, string])[] | string;
}

/** `clear`: nothing is masked. */
export function shown(letter: Letter, schema: TableSchema, clear: boolean): Shown {
  const { id, root, reason, stage, column, publishTime, data, attributes } = letter;
  return {
    id,
    reason,
    stage,
    column,
    schema: letter.schema,
    schemaVersion: letter.schemaVersion,
    published: publishTime,
    bytes: data.length,
    ...(root !== id && { replayOf: root }),
    attributes: clear ? attributes : maskedAttributes(attributes),
    content: content(letter, schema, clear),
  };
}

/** The pipeline's own words say nothing of a value; the publisher's attributes may. */
const OWN =
  /^(?:error_(?:reason|stage|column)|schema(?:_version)?|source_(?:message_id|publish_time)|original_(?:source_message_id|source_publish_time|attributes_left_out))$/;

const maskedAttributes = (attributes: Letter["attributes"]) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, OWN.test(name) ? value : form(value)]));

function content({ data, column }: Letter, schema: TableSchema, clear: boolean): Shown["content"] {
  if (!isUtf8(data)) return clear ? Buffer.from(data).toString("base64") : "bytes that are no UTF-8";
  const text = Buffer.from(data).toString();
  const members = membersOf(text);
  if (members === undefined) return clear ? text : form(text);
  const refused = column.split(/[.[]/)[0] ?? "";
  return members.map((member) => [
    clear ? member.name : nameOf(member, schema),
    clear ? member.value : masked(member, schema, isNamed(refused)(member)),
  ]);
}

/** A stranger's name may be a value. */
const nameOf = ({ name }: Member, { columns }: TableSchema) =>
  columns.some((column) => column.name.toLowerCase() === name.toLowerCase()) ? name : unknownColumn(name).column;

function masked(member: Member, { columns }: TableSchema, isRefused: boolean): string {
  const column = columns.find(({ name }) => isNamed(name)(member));
  if (column === undefined || isRefused || column.fields !== undefined) return form(member.value);
  const one = { description: "", columns: [{ ...column, mode: "NULLABLE" as const }] };
  const row = compileRowParser(one, { unknownColumns: "refuse" })(objectOf([member]));
  if (row instanceof Refusal) return form(member.value);
  if (!column.personal) return member.value;
  const value = row[column.name];
  return maskRow(one, { [column.name]: typeof value === "bigint" ? String(value) : value })[column.name]!;
}

const LONGEST = 200;

/** What kind of text it is, and none of it: `"31/12/1999"` is `"99/99/9999"`. */
export function form(text: string): string {
  const characters = [...text];
  const cut = characters.length > LONGEST ? `… ${characters.length} characters` : "";
  return (
    characters
      .slice(0, LONGEST)
      .join("")
      .replaceAll(/\p{N}/gu, "9")
      .replaceAll(/[\p{L}\p{M}]/gu, "x") + cut
  );
}

export function shownAsText(found: Shown): string {
  const { attributes, content: inside, ...facts } = found;
  const lines = (entries: readonly (readonly [string, unknown])[]) =>
    entries.map(([name, value]) => `  ${name.padEnd(24)} ${value === "" ? "-" : value}\n`).join("");
  const text = typeof inside === "string" ? `  ${inside}\n` : lines(inside);
  return `${lines(Object.entries(facts))}attributes\n${lines(Object.entries(attributes))}content\n${text}`;
}
