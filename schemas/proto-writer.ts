/**
 * Protobuf's wire format, written into one buffer that is kept from row to row [protobuf.dev, Encoding]. A field is its number and its
 * wire type, then the value.
 */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;

export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #at = 0;

  /** What was written since the last time, as a copy. */
  finish(): Uint8Array {
    const written = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at);
    this.#at = 0;
    return written;
  }

  /** Forgets what was written since the last time. */
  discard(): void {
    this.#at = 0;
  }

  int64(field: number, value: bigint): void {
    this.#tag(field, VARINT);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  /** A bool is 0 or 1. */
  uint32(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  text(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#tag(field, DELIMITED, length);
    this.#varint(length);
    this.#at += this.#bytes.write(value, this.#at);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, DELIMITED, value.length);
    this.#varint(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** A message within: its length stands before it, so it is moved where that takes more than one byte. */
  message(field: number, write: () => void): void {
    this.#tag(field, DELIMITED);
    const start = ++this.#at;
    write();
    const length = this.#at - start;
    this.#reserve(4);
    this.#at = start - 1;
    if (length > 127) this.#bytes.copyWithin(start - 1 + sizeOf(length), start, start + length);
    this.#varint(length);
    this.#at += length;
  }

  /** `length`: of what follows the tag and its ten bytes at most. */
  #tag(field: number, wireType: number, length = 0): void {
    this.#reserve(length + 20);
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Bytes of a length as a varint. */
const sizeOf = (length: number) => (length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5);
