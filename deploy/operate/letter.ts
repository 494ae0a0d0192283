/** A dead letter as whoever operates sees it: which message, why it was refused, and everything it takes to publish the message again. */
import { OperateError } from "./trouble";

export interface Letter {
  /** The message id of the message that was refused: what every command names it by. */
  readonly id: string;
  /** The first message of all: another id than `id` where the refused message was itself a replay. */
  readonly root: string;
  /** `not_a_dead_letter` where something else was published there. */
  readonly reason: string;
  readonly stage: string;
  /** The column's path; empty where the whole message is meant. */
  readonly column: string;
  readonly schema: string;
  /** That it was refused by; empty where the letter does not say. */
  readonly schemaVersion: string;
  /** When the refused message was published, RFC 3339; empty where it is not known. */
  readonly publishTime: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
  /** Its own place where it is kept: a line's number, or its own message id in the dead-letter topic. */
  readonly place: string;
}

export const NOT_A_DEAD_LETTER = "not_a_dead_letter";

interface Published {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
  readonly publishTime?: string;
}

/** `place`: see Letter; also the id of what is no dead letter. */
export function letterOf({ data, attributes, orderingKey, publishTime = "" }: Published, place: string): Letter {
  const { source_message_id: id, error_reason: reason } = attributes;
  const whole = { data, attributes, orderingKey, place };
  if (id === undefined || reason === undefined) {
    const none = { stage: "", column: "", schema: "", schemaVersion: "", publishTime };
    return { ...whole, ...none, id: place, root: place, reason: NOT_A_DEAD_LETTER };
  }
  return {
    ...whole,
    id,
    root: attributes.original_source_message_id ?? id,
    reason,
    stage: attributes.error_stage ?? "",
    column: attributes.error_column ?? "",
    schema: attributes.schema ?? "",
    schemaVersion: attributes.schema_version ?? "",
    publishTime: attributes.source_publish_time ?? "",
  };
}

/** A line of a dead letter file: the JSON of a `google.pubsub.v1.PubsubMessage`. Throws OperateError, which names the line and not what it holds. */
export function letterOfLine(line: string, number: number, file: string): Letter {
  const json = parsed(line);
  const { data = "", attributes = {}, orderingKey = "" } = json ?? {};
  const bytes = typeof data === "string" ? bytesOf(data) : undefined;
  const isWhole = typeof orderingKey === "string" && isTexts(attributes);
  if (bytes === undefined || !isWhole || attributes.source_message_id === undefined) {
    throw new OperateError("NOT_DEAD_LETTERS", `${file}: line ${number} is no dead letter: name a dead letter file`);
  }
  return letterOf({ data: bytes, attributes, orderingKey }, `line ${number}`);
}

/** Of base64, of either alphabet, padded or not, as protobuf's JSON takes it; undefined where it is none: Node would leave out what it does not know. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, "base64");
  const plain = base64
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  return bytes.toString("base64").replace(/={1,2}$/, "") === plain ? bytes : undefined;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

/** A column's path without the places of elements: `cells[].id` of `cells[2].id`. */
export const columnOf = (path: string) => path.replaceAll(/\[\d+\]/g, "[]");

const isColumn = (path: string, wanted: string) => path === wanted || columnOf(path) === wanted;

/** Which letters are meant: all of what is said must hold. */
export interface Selection {
  readonly reasons: readonly string[];
  readonly columns: readonly string[];
  readonly schemaVersions: readonly string[];
  readonly ids: readonly string[];
  /** Of the refused message's publication, in milliseconds: from, and before. */
  readonly since?: number;
  readonly until?: number;
}

export function isSelected(
  letter: Letter,
  { reasons, columns, schemaVersions, ids, since, until }: Selection,
): boolean {
  const at = Date.parse(letter.publishTime);
  return (
    (reasons.length === 0 || reasons.includes(letter.reason)) &&
    (columns.length === 0 || columns.some((column) => isColumn(letter.column, column))) &&
    (schemaVersions.length === 0 || schemaVersions.includes(letter.schemaVersion)) &&
    (ids.length === 0 || ids.includes(letter.id)) &&
    (since === undefined || at >= since) &&
    (until === undefined || at < until)
  );
}
