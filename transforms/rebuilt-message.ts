/** A message made anew of its row, where only the row came back: the message's own bytes are gone. */
import type { Message } from "./message";
import type { Row } from "../schemas/schema";

/**
 * The function that makes a message of which the pipeline makes the same row again. `text` writes a row's JSON, without the metadata's columns.
 * Of a row that has these, the message's id, its publish time and its attributes are known; otherwise they are empty. An ordering key is
 * never known.
 */
export function rebuiltMessage(text: (row: Row) => string, hasMetadata: boolean): (row: Row) => Message {
  return (row) => ({
    data: Buffer.from(text(row)),
    attributes: hasMetadata ? JSON.parse(row.attributes as string) : {},
    messageId: hasMetadata ? (row.message_id as string) : "",
    publishTime: hasMetadata ? (row.publish_time as string) : "",
    orderingKey: "",
  });
}
