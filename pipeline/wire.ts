/**
 * Messages, rows and dead letters as Beam rows: the form in which they cross between the TypeScript and the Python workers.
 * The composites in `pipeline/python/` have the other side of it.
 */
import { type Counter, counter, requireForSerialization } from "./sdk/beam";
import type { RowFields } from "./sdk/cross-language";
import { onceFor, type RowSettings, tableSchema, versionOf } from "./steps";
import { toInsertAllJson } from "../schemas/bigquery";
import { type DeadLetter, toDeadLetter } from "../transforms/dead-letter";
import type { Message } from "../transforms/message";
import type { MessageRow } from "../transforms/parse-row";
import { Refusal, REFUSAL_REASONS } from "../transforms/refusal";

/** A message as `read_messages.py` gives it; `attributes` is a JSON object. */
export interface WireMessage {
  readonly data: Uint8Array;
  readonly attributes: string;
  readonly message_id: string;
  readonly ordering_key: string;
  /** Microseconds since 1970, UTC: a number where it is safe, as every time of publication is. */
  readonly publish_time_micros: number | bigint;
}

/** A row for `write_rows.py`, with its message beside it: `row` is JSON as `tabledata.insertAll` takes it. */
export interface WireRow extends WireMessage {
  readonly row: string;
}

/** What `write_rows.py` gives back of a row that the table refused. */
export interface WireRefused extends WireMessage {
  readonly column: string;
}

/** A dead letter for `write_dead_letters.py`. */
export interface WireDeadLetter {
  readonly data: Uint8Array;
  readonly attributes: string;
  readonly ordering_key: string;
}

export const WIRE_MESSAGE: RowFields = {
  data: "BYTES",
  attributes: "STRING",
  message_id: "STRING",
  ordering_key: "STRING",
  publish_time_micros: "INT64",
};
export const WIRE_ROW: RowFields = { row: "STRING", ...WIRE_MESSAGE };
export const WIRE_DEAD_LETTER: RowFields = { data: "BYTES", attributes: "STRING", ordering_key: "STRING" };

/** Beam's counters: what came in, what went out, and why not. */
export const RECEIVED = { received: counter("messages_received"), bytes: counter("bytes_received") };
export const PARSED = { parsed: counter("rows_parsed") };
/** By reason. */
export const DEAD_LETTERS: Readonly<Record<string, Counter>> = Object.fromEntries(
  REFUSAL_REASONS.map((reason) => [reason, counter(`dead_letters_${reason}`)]),
);

export function messageFromWire(wire: WireMessage, { received, bytes }: typeof RECEIVED): Message {
  received.increment();
  bytes.increment(wire.data.length);
  return toMessage(wire);
}

export function rowToWire({ message, row }: MessageRow, context: RowSettings & typeof PARSED): WireRow {
  context.parsed.increment();
  return { row: JSON.stringify(insertAllJson(context)(row)), ...messageToWire(message) };
}

export function refusedFromWire(wire: WireRefused, settings: RowSettings): DeadLetter {
  const refusal = new Refusal("refused_by_table", wire.column);
  return toDeadLetter(toMessage(wire), refusal, "writeRows", settings.schema, versionOf(settings));
}

export function deadLetterToWire(letter: DeadLetter, counters: typeof DEAD_LETTERS): WireDeadLetter {
  counters[letter.attributes.error_reason!]!.increment();
  return { data: letter.data, attributes: JSON.stringify(letter.attributes), ordering_key: letter.orderingKey };
}

function toMessage(wire: WireMessage): Message {
  return {
    data: wire.data,
    attributes: JSON.parse(wire.attributes),
    messageId: wire.message_id,
    publishTime: rfc3339(Number(wire.publish_time_micros)),
    orderingKey: wire.ordering_key,
  };
}

export function messageToWire({ data, attributes, messageId, publishTime, orderingKey }: Message): WireMessage {
  return {
    data,
    attributes: JSON.stringify(attributes),
    message_id: messageId,
    ordering_key: orderingKey,
    publish_time_micros: micros(publishTime),
  };
}

/**
 * The second that was last asked for, in both forms: messages come in the order of their times, as a rule, and a Date for each of them
 * took 1.5 of the 10 µs in which a message becomes a row (Node 24).
 */
let last = { millis: 0, text: "1970-01-01T00:00:00" };

/** With none, three or six fractional digits, as protobuf writes a Timestamp in JSON. */
export function rfc3339(micros: number): string {
  const fraction = ((micros % 1e6) + 1e6) % 1e6;
  const millis = (micros - fraction) / 1000;
  if (millis !== last.millis) last = { millis, text: new Date(millis).toISOString().slice(0, 19) };
  if (fraction === 0) return `${last.text}Z`;
  return `${last.text}.${String(fraction).padStart(6, "0").replace(/000$/, "")}Z`;
}

/** The inverse: RFC 3339 in UTC, nanoseconds are cut. */
export function micros(publishTime: string): number {
  const [text = "", fraction = ""] = publishTime.replace("Z", "").split(".");
  if (text !== last.text) last = { millis: Date.parse(`${text}Z`), text };
  return last.millis * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}

const insertAllJson = onceFor((settings) => toInsertAllJson(tableSchema(settings)));

requireForSerialization("regulated-streaming-pipeline/pipeline/wire", {
  messageFromWire,
  rowToWire,
  refusedFromWire,
  deadLetterToWire,
});
