/**
 * VarIntCoder of the SDK is 32 bits wide: 2147483648 came back as -2147483648. Beam's `beam:coder:varint:v1` is a 64-bit two's complement
 * in base 128, so a negative number takes 10 bytes (beam_runner_api.proto, StandardCoders.VARINT).
 */
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";
import { VarIntCoder } from "apache-beam/coders/standard_coders";

/** What a Long of any version is, as far as we read it. */
export interface LongBits {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

export type Int64 = number | bigint | LongBits;

interface Writer {
  uint32(value: number): unknown;
  /** A plain object would do as well as a Long: protobufjs reads its two halves. */
  int64(value: number | LongBits): unknown;
}

interface Reader {
  readonly buf: Uint8Array;
  pos: number;
  int64(): number | LongBits;
}

export type CoderErrorCode =
  | "not_a_whole_number"
  | "not_in_64_bits"
  | "not_in_32_bits"
  | "not_in_16_bits"
  | "not_a_string"
  | "not_bytes"
  | "null_in_required_field";

/** A value that a coder cannot carry. It names the rule, never the value. */
export class CoderError extends Error {
  override readonly name = "CoderError";
  /** `field`: its name, where a row has more than one. */
  constructor(
    readonly code: CoderErrorCode,
    readonly field?: string,
  ) {
    super(`a field${field === undefined ? "" : ` ${field}`} cannot hold this value: ${code}`);
  }
}

/** Writes 1 to 10 bytes. Throws CoderError for what is no whole number or does not fit: a number must be a safe integer, to be exact. */
export function encodeInt64(value: Int64, writer: Writer): void {
  if (typeof value === "number") {
    if (value >= 0 && value <= 0x7fffffff && (value | 0) === value) writer.uint32(value);
    else writer.int64(exact(value));
  } else writer.int64(toBits(value));
}

/** A number where it is a safe integer, else a bigint. */
export function decodeInt64(reader: Reader): number | bigint {
  const first = reader.buf[reader.pos];
  if (first !== undefined && first < 0x80) {
    reader.pos += 1;
    return first;
  }
  // protobufjs gives a Long where the package `long` is beside it, which the SDK itself needs.
  const { low, high } = reader.int64() as LongBits;
  const value = high * 2 ** 32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
}

function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new CoderError(Number.isInteger(value) ? "not_in_64_bits" : "not_a_whole_number");
}

function toBits(value: Int64): LongBits {
  if (typeof value === "bigint") {
    if (BigInt.asIntN(64, value) !== value) throw new CoderError("not_in_64_bits");
    return {
      low: Number(BigInt.asIntN(32, value)),
      high: Number(BigInt.asIntN(32, value >> 32n)),
      unsigned: false,
    };
  }
  if (typeof value !== "object" || !Number.isInteger(value?.low) || !Number.isInteger(value.high)) {
    throw new CoderError("not_a_whole_number");
  }
  if (value.unsigned && value.high < 0) throw new CoderError("not_in_64_bits");
  return value;
}

Object.assign(VarIntCoder.prototype, {
  encode: encodeInt64,
  decode: decodeInt64,
});

/** The SDK's coder of any JavaScript number took every number without a fraction for an int32: 2 ** 60, NaN and Infinity among them. */
interface AnyNumberCoder {
  encode(value: number, writer: { string(text: string): unknown }, context: unknown): void;
  readonly intCoder: { encode(value: number, writer: unknown, context: unknown): void };
  readonly doubleCoder: { encode(value: number, writer: unknown, context: unknown): void };
}
const { number } = new GeneralObjectCoder<unknown>().codersByType as unknown as { number: AnyNumberCoder };
Object.getPrototypeOf(number).encode = function (
  this: AnyNumberCoder,
  ...[value, writer, context]: Parameters<AnyNumberCoder["encode"]>
) {
  const isInteger = Number.isSafeInteger(value);
  writer.string(isInteger ? "i" : "f");
  (isInteger ? this.intCoder : this.doubleCoder).encode(value, writer, context);
};
