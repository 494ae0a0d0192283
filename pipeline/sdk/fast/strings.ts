/**
 * StrUtf8Coder of the SDK made a typed array of every string by TextEncoder, and copied it: 8 µs of an element of 14 fields, in the spike. It also took
 * a byte order mark away from the beginning of what it read, which is part of the value. What is not UTF-8 is read as U+FFFD, as before.
 */
import { Context } from "apache-beam/coders/coders";
import { BytesCoder, StrUtf8Coder } from "apache-beam/coders/standard_coders";
import { CoderError } from "../repairs/int64";
import { FlatWriter } from "./flat-writer";

/** Node's own, without the checks of `Buffer.toString`; its types do not tell of it. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

interface Reader {
  readonly buf: Uint8Array;
  readonly len: number;
  pos: number;
  uint32(): number;
}

export function readString(reader: Reader): string {
  return readText(reader, reader.uint32());
}

function readText(reader: Reader, length: number): string {
  const start = reader.pos;
  const end = start + length;
  if (end > reader.len) throw new RangeError("a string ends beyond its message");
  reader.pos = end;
  return utf8Slice.call(reader.buf, start, end);
}

Object.assign(StrUtf8Coder.prototype, {
  encode(text: string, writer: FlatWriter | Parameters<BytesCoder["encode"]>[1], context: Context) {
    if (typeof text !== "string") throw new CoderError("not_a_string");
    if (writer instanceof FlatWriter && context === Context.needsDelimiters) writer.string(text);
    else BytesCoder.INSTANCE.encode(Buffer.from(text), writer as never, context);
  },
  decode: (reader: Reader, context: Context) =>
    context === Context.needsDelimiters ? readString(reader) : readText(reader, reader.len - reader.pos),
});
