import type { Message } from "./message";
import type { Refusal, RefusalStage } from "./refusal";

/** A message that can never become a row, kept whole with the reason. Published as it is, it is the message again. */
export interface DeadLetter {
  /** The original bytes as they came. */
  readonly data: Uint8Array;
  /** The reason (`error_reason`, …), the source (`source_message_id`, …) and the original attributes behind `original_`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey: string;
}

/** Pub/Sub's limits for one message [Quotas and limits, Resource limits]. */
const MOST_ATTRIBUTES = 100;
const MOST_KEY_BYTES = 256;
const MOST_VALUE_BYTES = 1024;

const ORIGINAL = "original_";
const LEFT_OUT = "original_attributes_left_out";

/**
 * The dead letter of a message that the schema of this name and version refused. Attributes that would not pass Pub/Sub's limits once they carry the prefix are cut, and those
 * beyond the hundredth are counted in `original_attributes_left_out`: the content always goes through.
 */
export function toDeadLetter(
  message: Message,
  refusal: Refusal,
  stage: RefusalStage,
  schema: string,
  schemaVersion?: string,
): DeadLetter {
  const attributes: Record<string, string> = Object.create(null);
  attributes.error_reason = refusal.reason;
  attributes.error_stage = stage;
  attributes.error_column = cut(refusal.column, MOST_VALUE_BYTES);
  attributes.schema = cut(schema, MOST_VALUE_BYTES);
  if (schemaVersion !== undefined) attributes.schema_version = schemaVersion;
  attributes.source_message_id = message.messageId;
  attributes.source_publish_time = message.publishTime;
  keepOriginals(attributes, message.attributes);
  return { data: message.data, attributes, orderingKey: message.orderingKey };
}

function keepOriginals(kept: Record<string, string>, originals: Readonly<Record<string, string>>): void {
  const replayed = isDeadLetter(originals);
  // Two places are kept: for the count of what is left out, and for the ordering key where a topic cannot keep it.
  let room = MOST_ATTRIBUTES - Object.keys(kept).length - 2;
  let leftOut = 0;
  for (const [name, value] of Object.entries(originals)) {
    if (replayed && isReplaced(name, originals)) continue;
    const key = cut(replayed && name.startsWith(ORIGINAL) ? name : ORIGINAL + name, MOST_KEY_BYTES);
    if (room === 0 || key in kept) leftOut += 1;
    else {
      kept[key] = cut(value, MOST_VALUE_BYTES);
      room -= 1;
    }
  }
  if (leftOut > 0) kept[LEFT_OUT] = String(leftOut);
}

/** What a dead letter that comes back through the pipeline says of its last refusal: the new one replaces it. */
const REPLACED = new Set(["error_reason", "error_stage", "error_column", "schema", "schema_version", LEFT_OUT]);

/** The first source of all is kept, however often a dead letter comes back. */
function isReplaced(name: string, originals: Readonly<Record<string, string>>): boolean {
  return REPLACED.has(name) || (name.startsWith("source_") && Object.hasOwn(originals, ORIGINAL + name));
}

function isDeadLetter(attributes: Readonly<Record<string, string>>): boolean {
  return ["error_reason", "error_stage", "source_message_id"].every((name) => Object.hasOwn(attributes, name));
}

/** The longest beginning of `text` that has at most `most` bytes of UTF-8 and no half of a character. */
function cut(text: string, most: number): string {
  if (text.length * 3 <= most) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
