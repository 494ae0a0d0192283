import { isUtf8 } from "node:buffer";
import type { Message } from "./message";
import { Refusal } from "./refusal";

/** A message with its content as text. */
export interface Decoded {
  readonly message: Message;
  readonly text: string;
}

const EMPTY = new Refusal("empty");
const INVALID_UTF8 = new Refusal("invalid_utf8");

/** Takes a message's bytes as UTF-8 (RFC 3629), strictly. A byte order mark is no part of JSON text (RFC 8259, section 8.1). Never throws. */
export function decode(message: Message): Decoded | Refusal {
  const { data } = message;
  if (data.length === 0) return EMPTY;
  if (!isUtf8(data) || startsWithByteOrderMark(data)) return INVALID_UTF8;
  return { message, text: Buffer.from(data.buffer, data.byteOffset, data.length).toString() };
}

function startsWithByteOrderMark(data: Uint8Array): boolean {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
}
