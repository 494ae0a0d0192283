/**
 * RowCoder of the SDK: fields of INT16 and INT32 were never checked for their range, and a schema that sets encoding positions was read
 * in the wrong order, without an error, as soon as it had more than ten fields or an order of its own.
 */
import { globalRegistry } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { VarIntCoder } from "apache-beam/coders/standard_coders";
import { AtomicType, type FieldType, Schema } from "apache-beam/proto/schema";
import { CoderError, decodeInt64, encodeInt64 } from "./int64";

/**
 * Java writes a negative INT32 as a varint of 5 bytes, Python as one of 10: the low bits are the same. We write what Python writes.
 * Throws CoderError for what is no whole number or does not fit.
 */
class SmallIntCoder extends VarIntCoder {
  private readonly limit: number;
  private readonly spare: number;
  private readonly code: "not_in_16_bits" | "not_in_32_bits";
  constructor(bits: 16 | 32) {
    super();
    this.limit = 2 ** (bits - 1);
    this.spare = 32 - bits;
    this.code = `not_in_${bits}_bits`;
  }
  override encode(value: number | bigint, writer: Parameters<VarIntCoder["encode"]>[1]): void {
    if (typeof value !== "number" && typeof value !== "bigint") throw new CoderError("not_a_whole_number");
    if (value < -this.limit || value >= this.limit) throw new CoderError(this.code);
    encodeInt64(value, writer);
  }
  override decode(reader: Parameters<VarIntCoder["decode"]>[0]): number {
    const value = decodeInt64(reader);
    if (typeof value === "bigint") throw new CoderError(this.code);
    return (value << this.spare) >> this.spare;
  }
}

const coderOf = RowCoder.prototype.getNonNullCoderFromType;
RowCoder.prototype.getNonNullCoderFromType = function (this: RowCoder, type: FieldType): unknown {
  const { typeInfo } = type;
  if (typeInfo.oneofKind === "atomicType") {
    if (typeInfo.atomicType === AtomicType.INT16) return new SmallIntCoder(16);
    if (typeInfo.atomicType === AtomicType.INT32) return new SmallIntCoder(32);
  }
  return coderOf.call(this, type);
};

/** Positions that only repeat the order of the fields are left out; any other order is refused rather than read wrongly. */
RowCoder.fromSchema = (schema) => new RowCoder(inItsOwnOrder(schema));
globalRegistry().registerConstructor(RowCoder.URN, (payload) =>
  RowCoder.fromSchema(Schema.fromBinary(payload as Uint8Array)),
);

function inItsOwnOrder(schema: Schema): Schema {
  if (!schema.encodingPositionsSet) return schema;
  const moved = schema.fields.find((field, index) => field.encodingPosition !== index);
  if (moved !== undefined) {
    throw new Error(
      `row schema ${schema.id}: field ${moved.name} is not encoded in its place; give the fields in that order`,
    );
  }
  return { ...schema, encodingPositionsSet: false };
}
