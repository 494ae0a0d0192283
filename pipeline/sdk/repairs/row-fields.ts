/**
 * RowCoder of the SDK: fields of INT16 and INT32 were never checked for their range. It wrote an INT16 as a varint, where Java and Python
 * have two bytes, and a negative INT32 in 10 bytes, where they have 5. And a schema that sets encoding positions was read in the wrong
 * order, without an error, as soon as it had more than ten fields or an order of its own.
 */
import { globalRegistry, writeRawBytes } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { VarIntCoder } from "apache-beam/coders/standard_coders";
import { AtomicType, type FieldType, Schema } from "apache-beam/proto/schema";
import { CoderError, decodeInt64 } from "./int64";

type Writer = Parameters<VarIntCoder["encode"]>[1];
type Reader = Parameters<VarIntCoder["decode"]>[0];

/** A varint of 1 to 5 bytes: Beam's VarInt32Coder. Reads the 10 bytes too that this SDK and Python once wrote for a negative one. */
class Int32Coder extends VarIntCoder {
  override encode(value: number | bigint, writer: Writer): void {
    writer.uint32(within(value, 2 ** 31, "not_in_32_bits"));
  }
  override decode(reader: Reader): number {
    const value = decodeInt64(reader);
    if (typeof value === "bigint") throw new CoderError("not_in_32_bits");
    return value | 0;
  }
}

/** Two bytes, big-endian: Beam's BigEndianShortCoder. */
class Int16Coder extends VarIntCoder {
  override encode(value: number | bigint, writer: Writer): void {
    const whole = within(value, 2 ** 15, "not_in_16_bits");
    writeRawBytes(Uint8Array.of(whole >> 8, whole), writer as never);
  }
  override decode(reader: Reader): number {
    const { buf, pos } = reader;
    if (pos + 2 > reader.len) throw new RangeError("an INT16 ends beyond its message");
    reader.pos = pos + 2;
    return ((buf[pos]! << 24) >> 16) | buf[pos + 1]!;
  }
}

function within(value: number | bigint, limit: number, code: "not_in_32_bits" | "not_in_16_bits"): number {
  if (typeof value !== "bigint" && !Number.isInteger(value)) throw new CoderError("not_a_whole_number");
  if (value < -limit || value >= limit) throw new CoderError(code);
  return Number(value);
}

const coderOf = RowCoder.prototype.getNonNullCoderFromType;
RowCoder.prototype.getNonNullCoderFromType = function (this: RowCoder, type: FieldType): unknown {
  const { typeInfo } = type;
  if (typeInfo.oneofKind === "atomicType") {
    if (typeInfo.atomicType === AtomicType.INT16) return new Int16Coder();
    if (typeInfo.atomicType === AtomicType.INT32) return new Int32Coder();
  }
  return coderOf.call(this, type);
};

/** Positions that only repeat the order of the fields are left out; any other order is refused rather than read wrongly. */
RowCoder.fromSchema = (schema) => new RowCoder(inItsOwnOrder(schema));
globalRegistry().registerConstructor(RowCoder.URN, (payload) =>
  RowCoder.fromSchema(Schema.fromBinary(payload as Uint8Array)),
);

export function inItsOwnOrder(schema: Schema): Schema {
  if (!schema.encodingPositionsSet) return schema;
  const moved = schema.fields.find((field, index) => field.encodingPosition !== index);
  if (moved !== undefined) {
    throw new Error(
      `row schema ${schema.id}: field ${moved.name} is not encoded in its place; give the fields in that order`,
    );
  }
  return { ...schema, encodingPositionsSet: false };
}
