/**
 * Where elements are written on their way out: one buffer that grows and is used again. protobufjs' Writer, which the SDK takes, keeps an
 * object and a closure for every field until all of it is copied: 45% of a worker's time went into collecting them.
 */
import { CoderError, encodeInt64, type Int64, type LongBits } from "../repairs/int64";

/** What the SDK's coders use of protobufjs' Writer. Numbers are as in Protocol Buffers; `_push` writes what comes without its length. */
export class FlatWriter {
  /** Replaced when it grows; only what stands before `pos` is written. */
  buf: Buffer;
  pos: number;
  private readonly starts: number[] = [];

  /** Leaves the first `headroom` bytes free, for what is known only when all is written. */
  constructor(
    readonly headroom = 0,
    size = 65_536,
  ) {
    this.buf = Buffer.allocUnsafeSlow(headroom + size);
    this.pos = headroom;
  }

  /** How many bytes were written. */
  get len(): number {
    return this.pos - this.headroom;
  }

  /** Makes room for `count` more bytes at `buf[pos]`. */
  need(count: number): void {
    if (this.pos + count <= this.buf.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.buf.length, this.pos + count));
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
  }

  reset(): this {
    this.pos = this.headroom;
    return this;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.len);
    this.buf.copy(bytes, 0, this.headroom, this.pos);
    return bytes;
  }

  /** Hands over what was written, with `head` before it in the headroom, and begins anew. */
  take(head: Uint8Array): Buffer {
    const start = this.headroom - head.length;
    this.buf.set(head, start);
    const content = this.buf.subarray(start, this.pos);
    // A buffer that is mostly full is given away; a small message does not take a large buffer with it.
    const isGiven = 2 * content.length > this.buf.length;
    if (isGiven) this.buf = Buffer.allocUnsafeSlow(Math.min(this.buf.length, MOST_KEPT));
    this.pos = this.headroom;
    return isGiven ? content : Buffer.from(content);
  }

  byte(value: number): void {
    this.need(1);
    this.buf[this.pos++] = value;
  }

  /** A varint of 1 to 5 bytes. */
  uint32(value: number): this {
    this.need(5);
    const { buf } = this;
    let { pos } = this;
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) buf[pos++] = (rest & 127) | 128;
    buf[pos++] = rest;
    this.pos = pos;
    return this;
  }

  int32(value: number): this {
    return value < 0 ? this.bits(value, -1) : this.uint32(value);
  }

  /** As protobufjs takes it: a Long, or a number that is a safe integer. */
  int64(value: number | LongBits): this {
    if (typeof value === "object") return this.bits(value.low, value.high);
    const high = Math.floor(value / 2 ** 32);
    return this.bits(value - high * 2 ** 32, high);
  }

  uint64(value: number | LongBits): this {
    return this.int64(value);
  }

  /** Exact, or a CoderError. */
  exactInt64(value: Int64): void {
    encodeInt64(value, this);
  }

  /** A varint of 1 to 10 bytes. */
  private bits(low: number, high: number): this {
    this.need(10);
    const { buf } = this;
    let { pos } = this;
    let [lo, hi] = [low >>> 0, high >>> 0];
    for (; hi !== 0; hi >>>= 7) {
      buf[pos++] = (lo & 127) | 128;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
    }
    for (; lo > 127; lo >>>= 7) buf[pos++] = (lo & 127) | 128;
    buf[pos++] = lo;
    this.pos = pos;
    return this;
  }

  bool(value: unknown): this {
    this.byte(value ? 1 : 0);
    return this;
  }

  fixed32(value: number): this {
    this.need(4);
    this.pos = this.buf.writeUInt32LE(value >>> 0, this.pos);
    return this;
  }

  double(value: number): this {
    this.need(8);
    this.pos = this.buf.writeDoubleLE(value, this.pos);
    return this;
  }

  /** Bytes with their length before them. Throws CoderError for anything else: protobufjs would take a string for base64. */
  bytes(value: Uint8Array): this {
    if (!(value instanceof Uint8Array)) throw new CoderError("not_bytes");
    this.uint32(value.length);
    return this.raw(value);
  }

  raw(value: Uint8Array): this {
    this.need(value.length);
    this.buf.set(value, this.pos);
    this.pos += value.length;
    return this;
  }

  /** UTF-8 with its length before it; half a surrogate pair becomes U+FFFD, as TextEncoder has it. Throws CoderError for no string. */
  string(text: string): this {
    if (typeof text !== "string") throw new CoderError("not_a_string");
    const { length } = text;
    this.need(5 + 3 * length);
    if (length < SHORT && this.ascii(text, length)) return this;
    // Where the length's own size is not known before the text is written, the shorter one is tried.
    const head = length < 128 ? 1 : length < 16_384 ? 2 : 0;
    if (head === 0) return this.bytes(Buffer.from(text));
    const start = this.pos;
    const written = utf8Write.call(this.buf, text, start + head);
    if (written >= (head === 1 ? 128 : 16_384)) {
      this.buf.copyWithin(start + head + 1, start + head, start + head + written);
    }
    this.uint32(written);
    this.pos += written;
    return this;
  }

  /** Short texts are quicker written here than by a call into Node. False, and nothing written, where a character is not ASCII. */
  private ascii(text: string, length: number): boolean {
    const { buf, pos } = this;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      buf[pos + 1 + index] = code;
    }
    buf[pos] = length;
    this.pos = pos + 1 + length;
    return true;
  }

  /** Begins what `ldelim` ends: bytes with their length before them. */
  fork(): this {
    this.starts.push(this.pos);
    return this;
  }

  ldelim(): this {
    const start = this.starts.pop()!;
    const content = Buffer.from(this.buf.subarray(start, this.pos));
    this.pos = start;
    return this.bytes(content);
  }

  _push<T>(write: (value: T, buf: Uint8Array, pos: number) => void, length: number, value: T): this {
    this.need(length);
    write(value, this.buf, this.pos);
    this.pos += length;
    return this;
  }
}

const SHORT = 24;
/** A buffer that one large element made grow is not kept. */
const MOST_KEPT = 1 << 21;

/** Node's own, without the checks of `Buffer.write`; its types do not tell of it. */
const { utf8Write } = Buffer.prototype as unknown as {
  utf8Write(this: Uint8Array, text: string, start: number): number;
};
