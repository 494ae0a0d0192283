import type { Decoded } from "./decode";
import type { Message } from "./message";
import { Refusal } from "./refusal";
import type { Row } from "../schemas/schema";

/** A row with the message that it came from beside it. */
export interface MessageRow {
  readonly message: Message;
  readonly row: Row;
}

/** A column of the table that names the schema, and what it says. */
export interface VersionColumn {
  readonly column: string;
  readonly version: string;
}

/**
 * The step that makes a row of a message's text. `parse` is a schema's compiled parser; with `writeMetadata` the row has the message's
 * own columns too, see `withMetadata`, and with `version` the schema's, see `withSchemaVersion`. Never throws.
 */
export function parseRow(parse: (text: string) => Row | Refusal, writeMetadata: boolean, version?: VersionColumn) {
  return ({ message, text }: Decoded): MessageRow | Refusal => {
    const row = parse(text);
    if (row instanceof Refusal) return row;
    if (writeMetadata) addMetadata(row, message);
    if (version !== undefined) row[version.column] = version.version;
    return { message, row };
  };
}

function addMetadata(row: Row, message: Message): void {
  row.message_id = message.messageId;
  row.publish_time = inMicroseconds(message.publishTime);
  row.attributes = JSON.stringify(message.attributes);
}

/** Pub/Sub may give nanoseconds; a TIMESTAMP has six digits, or none. */
function inMicroseconds(publishTime: string): string {
  const [seconds = "", fraction = ""] = publishTime.replace("Z", "").split(".");
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  return `${seconds}${micros === "000000" ? "" : `.${micros}`}Z`;
}
