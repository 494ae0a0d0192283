/**
 * Types of a row's fields that the SDK's RowCoder lacks: double, decimal, date and map, as Java's coders write them (DoubleCoder,
 * BigDecimalCoder, the base type of SqlTypes.DATE, MapCoder). Values in JavaScript: a number; a decimal string without an exponent;
 * "2024-02-29"; a Map.
 */
import "./beam";
import { type Coder, Context } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { BytesCoder, VarIntCoder } from "apache-beam/coders/standard_coders";
import { AtomicType, type FieldType } from "apache-beam/proto/schema";

export const DECIMAL = "beam:logical_type:decimal:v1";
export const DATE = "beam:logical_type:date:v1";

type Writer = Parameters<VarIntCoder["encode"]>[1];
type Reader = Parameters<VarIntCoder["decode"]>[0];

/** A coder of a field: it never stands alone in a graph. */
abstract class FieldCoder<T> implements Coder<T> {
  abstract encode(value: T, writer: Writer): void;
  abstract decode(reader: Reader): T;
  toProto(): never {
    throw new Error("the coder of a field has no proto");
  }
}

const INTEGER = new VarIntCoder();
const BYTES = new BytesCoder();

/** The scale, then the unscaled value in two's complement, most significant byte first, in as few bytes as hold it. */
class DecimalCoder extends FieldCoder<string> {
  encode(value: string, writer: Writer): void {
    const point = value.indexOf(".");
    INTEGER.encode(point < 0 ? 0 : value.length - point - 1, writer);
    BYTES.encode(bigEndian(BigInt(value.replace(".", ""))), writer, Context.needsDelimiters);
  }
  decode(reader: Reader): string {
    // Java writes -2 as a varint of 32 bits, Python as one of 64.
    const scale = Number(INTEGER.decode(reader)) | 0;
    return decimalText(fromBigEndian(BYTES.decode(reader, Context.needsDelimiters)), scale);
  }
}

function bigEndian(value: bigint): Uint8Array {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes += 1;
  const hex = BigInt.asUintN(bytes * 8, value).toString(16);
  return Buffer.from(hex.padStart(bytes * 2, "0"), "hex");
}

function fromBigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}

/** Without an exponent and without zeros at the end of a fraction. */
function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`;
}

const MS_A_DAY = 86_400_000;

/** Days since 1970. */
class DateCoder extends FieldCoder<string> {
  encode(value: string, writer: Writer): void {
    INTEGER.encode(Date.parse(`${value}T00:00:00Z`) / MS_A_DAY, writer);
  }
  decode(reader: Reader): string {
    return new Date(Number(INTEGER.decode(reader)) * MS_A_DAY).toISOString().slice(0, 10);
  }
}

/** Eight bytes, the most significant first. The SDK's own copies the whole buffer for each value that it reads. */
class FloatCoder extends FieldCoder<number> {
  encode(value: number, writer: Writer): void {
    (writer as unknown as PushWriter)._push(writeDouble, 8, value);
  }
  decode(reader: Reader): number {
    const at = reader as unknown as { readonly buf: Uint8Array; pos: number };
    at.pos += 8;
    return viewOf(at.buf).getFloat64(at.pos - 8);
  }
}

/** Of protobufjs' Writer, and of ours. */
interface PushWriter {
  _push<T>(write: (value: T, buf: Uint8Array, pos: number) => void, length: number, value: T): unknown;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function writeDouble(value: number, buf: Uint8Array, pos: number): void {
  viewOf(buf).setFloat64(pos, value);
}

/** Only where it is null: a configuration of Java's has such a field, and we never set it. */
class NoMapCoder extends FieldCoder<never> {
  encode(): never {
    throw new Error("a map is never written");
  }
  decode(): never {
    throw new Error("a map is never read");
  }
}

const coderOf = RowCoder.prototype.getNonNullCoderFromType;
RowCoder.prototype.getNonNullCoderFromType = function (this: RowCoder, type: FieldType): unknown {
  const { typeInfo } = type;
  if (typeInfo.oneofKind === "atomicType" && typeInfo.atomicType === AtomicType.DOUBLE) return new FloatCoder();
  if (typeInfo.oneofKind === "mapType") return new NoMapCoder();
  if (typeInfo.oneofKind === "logicalType") {
    if (typeInfo.logicalType.urn === DECIMAL) return new DecimalCoder();
    if (typeInfo.logicalType.urn === DATE) return new DateCoder();
  }
  return coderOf.call(this, type);
};
