/**
 * RowCoder of the SDK made arrays, closures and a BytesCoder for every row. Here a schema is compiled once to an encoder and a decoder,
 * as generated code: property names become constants of it, and V8 reads each field as quickly as written by hand. What is generated
 * depends on the schema alone, never on data; names stand in it as JSON strings.
 */
import { type Coder, Context } from "apache-beam/coders/coders";
import { RowCoder } from "apache-beam/coders/row_coder";
import { BoolCoder, BytesCoder, IterableCoder, StrUtf8Coder, VarIntCoder } from "apache-beam/coders/standard_coders";
import type { Schema } from "apache-beam/proto/schema";
import { CoderError, decodeInt64, encodeInt64 } from "../repairs/int64";
import { inItsOwnOrder } from "../repairs/row-fields";
import { FlatWriter } from "./flat-writer";
import { readString } from "./strings";

type Row = Record<string, unknown>;
interface Reader {
  readonly buf: Uint8Array;
  readonly len: number;
  pos: number;
  uint32(): number;
}

/** What a compiled coder is made from: the fields in their order, as the SDK's constructor has them. */
interface Fields {
  readonly schema: Schema;
  readonly fieldNames: readonly string[];
  readonly fieldNullable: readonly (boolean | undefined)[];
  readonly components: readonly Coder<unknown>[];
}

interface Compiled {
  readonly encode: (row: Row, writer: FlatWriter) => void;
  readonly decode: (reader: Reader) => Row;
}

/** Writes a field's value; `v` is the value and `w` the flat writer. */
function writing(coder: Coder<unknown>, index: number): string {
  if (coder instanceof StrUtf8Coder) return "w.string(v)";
  if (coder instanceof BytesCoder) return "w.bytes(v)";
  if (coder instanceof BoolCoder) return "w.bool(v)";
  if (isInt64(coder)) return "writeInt64(v, w)";
  return `coders[${index}].encode(v, w, context)`;
}

/** Reads a field's value from the reader `r`. */
function reading(coder: Coder<unknown>, index: number): string {
  if (coder instanceof StrUtf8Coder) return "readString(r)";
  if (isInt64(coder)) return "readInt64(r)";
  // Beam's lists may be of unknown length; the SDK makes an array of whatever it read.
  if (coder instanceof IterableCoder) return `Array.from(coders[${index}].decode(r, context))`;
  return `coders[${index}].decode(r, context)`;
}

/** Not one of the narrower integers, which extend it. */
const isInt64 = (coder: Coder<unknown>) => Object.getPrototypeOf(coder) === VarIntCoder.prototype;

/** Beam's row: the number of fields, a bit for each that is null (no byte at all where none is), then the others one after the other. */
function encoderSource({ fieldNames, fieldNullable, components }: Fields): string {
  const names = fieldNames.map((name) => JSON.stringify(name));
  const nullable = [...names.keys()].filter((index) => fieldNullable[index]);
  const nulls = nullable.map((index) => `if (v${index} == null) nulls[${index >> 3}] |= ${1 << (index & 7)};`);
  return `(row, w) => {
    ${names.map((name, index) => `const v${index} = row[${name}];`).join("\n")}
    ${names.map((name, index) => (fieldNullable[index] ? "" : `if (v${index} == null) refuse(${name});`)).join("\n")}
    w.uint32(${names.length});
    if (${nullable.map((index) => `v${index} == null`).join(" || ") || "false"}) {
      const nulls = new Uint8Array(${(names.length + 7) >> 3});
      ${nulls.join("\n")}
      w.bytes(nulls);
    } else w.byte(0);
    ${components.map((coder, i) => `if (v${i} != null) ${writing(coder, i).replace("(v", `(v${i}`)};`).join("\n")}
  }`;
}

/** A row of an older schema has fewer fields: they are undefined. One of a newer schema is refused, as nothing tells where it ends. */
function decoderSource({ fieldNames, components }: Fields): string {
  const isThere = (index: number) =>
    `count > ${index} && (bytes <= ${index >> 3} || (buf[nulls + ${index >> 3}] & ${1 << (index & 7)}) === 0)`;
  const members = fieldNames.map((name, index) => {
    // Not quoted and in brackets, this one name would set the row's prototype.
    const key = name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
    return `${key}: v${index}`;
  });
  return `(r) => {
    const count = r.uint32(), bytes = r.uint32(), buf = r.buf, nulls = r.pos;
    if (count > ${fieldNames.length}) refuseRow(count);
    r.pos = nulls + bytes;
    ${components.map((coder, i) => `const v${i} = ${isThere(i)} ? ${reading(coder, i)} : undefined;`).join("\n")}
    return { ${members.join(", ")} };
  }`;
}

function compile(fields: Fields): Compiled {
  inItsOwnOrder(fields.schema);
  const given = {
    coders: fields.components,
    context: Context.needsDelimiters,
    writeInt64: encodeInt64,
    readInt64: decodeInt64,
    readString,
    refuse(name: string) {
      throw new CoderError("null_in_required_field", name);
    },
    refuseRow(count: number) {
      throw new Error(`a row of ${count} fields, where the schema has ${fields.fieldNames.length}`);
    },
  };
  const source = `"use strict"; return { encode: ${encoderSource(fields)}, decode: ${decoderSource(fields)} };`;
  return new Function(...Object.keys(given), source)(...Object.values(given)) as Compiled;
}

const compiled = new WeakMap<RowCoder, Compiled>();

function compiledFor(coder: RowCoder): Compiled {
  let made = compiled.get(coder);
  if (made === undefined) {
    made = compile(coder as unknown as Fields);
    compiled.set(coder, made);
  }
  return made;
}

Object.assign(RowCoder.prototype, {
  encode(this: RowCoder, row: Row, writer: FlatWriter | { _push: FlatWriter["_push"] }) {
    if (writer instanceof FlatWriter) return compiledFor(this).encode(row, writer);
    const flat = new FlatWriter(0, 256);
    compiledFor(this).encode(row, flat);
    writer._push(copy, flat.len, flat.finish());
  },
  decode(this: RowCoder, reader: Reader) {
    return compiledFor(this).decode(reader);
  },
});

function copy(bytes: Uint8Array, buf: Uint8Array, pos: number): void {
  buf.set(bytes, pos);
}
