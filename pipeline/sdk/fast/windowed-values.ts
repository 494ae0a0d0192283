/**
 * Timestamp, windows and pane of an element. The SDK made some twenty objects of these 13 bytes on each side, for what is the same in
 * nearly every element: one firing in the global window. What is not is left to the SDK's own coders.
 */
import { dirname } from "node:path";
import { Context } from "apache-beam/coders/coders";
import {
  FullWindowedValueCoder,
  GlobalWindowCoder,
  InstantCoder,
  PaneInfoCoder,
} from "apache-beam/coders/required_coders";
import type { PaneInfo, WindowedValue } from "apache-beam/values";
import type LongType from "long";
import { FlatWriter } from "./flat-writer";

/** The SDK's own copy of the package: its Longs compare with no other's. */
const Long = require(require.resolve("long", { paths: [dirname(require.resolve("apache-beam"))] })) as typeof LongType;

interface Reader {
  readonly buf: Uint8Array;
  readonly len: number;
  pos: number;
}

/** Milliseconds since 1970 in 8 bytes, big-endian, shifted so that they sort as bytes do. */
function readInstant(reader: Reader): LongType {
  const { buf, pos } = reader;
  if (pos + 8 > reader.len) throw new RangeError("a timestamp ends beyond its message");
  reader.pos = pos + 8;
  return new Long(wordAt(buf, pos + 4), wordAt(buf, pos) ^ SIGN, false);
}

const SIGN = 0x8000_0000;
const wordAt = (buf: Uint8Array, pos: number) =>
  (buf[pos]! << 24) | (buf[pos + 1]! << 16) | (buf[pos + 2]! << 8) | buf[pos + 3]!;

function putInstant({ low, high }: LongType, buf: Uint8Array, pos: number): void {
  putWord(high ^ SIGN, buf, pos);
  putWord(low, buf, pos + 4);
}

function putWord(word: number, buf: Uint8Array, pos: number): void {
  buf[pos] = word >>> 24;
  buf[pos + 1] = word >>> 16;
  buf[pos + 2] = word >>> 8;
  buf[pos + 3] = word;
}

Object.assign(InstantCoder.prototype, {
  decode: readInstant,
  encode: (instant: LongType, writer: FlatWriter) => writer._push(putInstant, 8, instant),
});

// Panes whose four upper bits are zero have no index: the byte says all.
const decodePane = PaneInfoCoder.prototype.decode;
const panes = Array.from({ length: 16 }, (_, byte) =>
  Object.freeze(
    decodePane.call(PaneInfoCoder.INSTANCE, { buf: Uint8Array.of(byte), pos: 0 } as never, Context.needsDelimiters),
  ),
);
const byteOfPane = new Map<PaneInfo, number>(panes.map((pane, byte) => [pane, byte]));
PaneInfoCoder.prototype.decode = function (this: PaneInfoCoder, reader: Reader, context: Context) {
  const byte = reader.buf[reader.pos]!;
  if (byte >= panes.length) return decodePane.call(this, reader as never, context);
  reader.pos += 1;
  return panes[byte]!;
} as typeof decodePane;

/** One for all elements. */
const window = new GlobalWindowCoder().decode(undefined as never, undefined as never);
const windows = Object.freeze([window]) as unknown as WindowedValue<unknown>["windows"];
GlobalWindowCoder.prototype.decode = () => window;

const { decode, encode } = FullWindowedValueCoder.prototype;
FullWindowedValueCoder.prototype.decode = function (
  this: FullWindowedValueCoder<unknown, never>,
  reader: Reader,
  context: Context,
) {
  const { buf, pos } = reader;
  if (
    !(this.windowCoder instanceof GlobalWindowCoder) ||
    wordAt(buf, pos + 8) !== 1 ||
    buf[pos + 12]! >= panes.length
  ) {
    return decode.call(this, reader as never, context);
  }
  const timestamp = readInstant(reader);
  reader.pos = pos + 13;
  return {
    value: this.elementCoder.decode(reader as never, context),
    windows,
    pane: panes[buf[pos + 12]!]!,
    timestamp,
  };
} as typeof decode;

FullWindowedValueCoder.prototype.encode = function (
  this: FullWindowedValueCoder<unknown, never>,
  element: WindowedValue<unknown>,
  writer: FlatWriter,
  context: Context,
) {
  const byte = element.windows === windows ? byteOf(element.pane) : undefined;
  if (byte === undefined || !(writer instanceof FlatWriter) || !(this.windowCoder instanceof GlobalWindowCoder)) {
    return encode.call(this, element as never, writer as never, context);
  }
  writer.need(13);
  const { buf, pos } = writer;
  putInstant(element.timestamp as never, buf, pos);
  putWord(1, buf, pos + 8);
  buf[pos + 12] = byte;
  writer.pos = pos + 13;
  this.elementCoder.encode(element.value, writer as never, context);
} as unknown as typeof encode;

let last: { pane: PaneInfo; byte: number | undefined } = { pane: panes[0]!, byte: 0 };

/** Of one of our own panes. Elements that follow each other are of the same pane, as a rule. */
function byteOf(pane: PaneInfo): number | undefined {
  if (pane !== last.pane) last = { pane, byte: byteOfPane.get(pane) };
  return last.byte;
}
