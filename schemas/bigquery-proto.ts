/**
 * Rows as the Storage Write API takes them: one protobuf message a row, and the descriptor that says what its fields are. The types are
 * those that the API prefers for each column [Supported protocol buffer data types].
 */
import { ProtoWriter } from "./proto-writer";
import type { Column, ColumnType, Row, TableSchema, Value } from "./schema";

/** google.protobuf.DescriptorProto, as far as a row has use for it. */
export interface Descriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly Descriptor[];
}

export interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: number;
  readonly type: number;
  readonly typeName?: string;
  readonly options?: { readonly [COLUMN_NAME]: string };
}

export interface ProtoRows {
  readonly descriptor: Descriptor;
  /** A row of the schema as bytes. Throws TypeError for what is none: the API would take another value for it without a word. */
  encode(row: Row): Uint8Array;
}

/** FieldDescriptorProto.Label and .Type. */
const LABEL = { NULLABLE: 1, REQUIRED: 2, REPEATED: 3 } as const;
const DOUBLE = 1;
const INT64 = 3;
const INT32 = 5;
const BOOL = 8;
const STRING = 9;
const MESSAGE = 11;
const BYTES = 12;

/** The option by which a column is called what no field can be. */
const COLUMN_NAME = ".google.cloud.bigquery.storage.v1.columnName";
const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Compiles a schema to the descriptor of its rows and the function that writes them. */
export function toProtoRows({ columns }: TableSchema): ProtoRows {
  const writer = new ProtoWriter();
  const write = rowWriter(columns, writer);
  return {
    descriptor: descriptorOf("Row", columns),
    encode(row) {
      writer.discard();
      write(row);
      return writer.finish();
    },
  };
}

function descriptorOf(name: string, columns: readonly Column[]): Descriptor {
  const nested = columns.map(({ fields, type, rangeElementType }, at) =>
    type === "RECORD" || type === "RANGE"
      ? descriptorOf(typeNameOf(at), fields ?? boundsOf(rangeElementType!))
      : undefined,
  );
  return { name, field: columns.map(fieldOf), nestedType: nested.filter((one) => one !== undefined) };
}

const typeNameOf = (at: number) => `Type${at + 1}`;

function fieldOf({ name, type, mode }: Column, at: number): FieldDescriptor {
  const isName = FIELD_NAME.test(name);
  const protoType = TYPES[type];
  return {
    name: isName ? name : `column_${at + 1}`,
    number: at + 1,
    label: LABEL[mode],
    type: protoType,
    ...(protoType === MESSAGE && { typeName: typeNameOf(at) }),
    ...(!isName && { options: { [COLUMN_NAME]: name } }),
  };
}

/** A bound that is not set is unbounded. */
function boundsOf(type: ColumnType): Column[] {
  return ["start", "end"].map((name) => ({ name, type, mode: "NULLABLE", description: "", personal: false }));
}

const TYPES: Readonly<Record<ColumnType, number>> = {
  STRING,
  BYTES,
  INT64,
  FLOAT64: DOUBLE,
  NUMERIC: STRING,
  BIGNUMERIC: STRING,
  BOOL,
  DATE: INT32,
  TIME: STRING,
  DATETIME: STRING,
  TIMESTAMP: INT64,
  JSON: STRING,
  GEOGRAPHY: STRING,
  INTERVAL: STRING,
  RANGE: MESSAGE,
  RECORD: MESSAGE,
};

/** Of every column and of those within: `customer.name`. */
export function columnPaths(columns: readonly Column[], prefix = ""): string[] {
  return columns.flatMap(({ name, fields = [] }) => [prefix + name, ...columnPaths(fields, `${prefix}${name}.`)]);
}

type Write = (value: Value) => void;

/** A column that is null is left out. */
function rowWriter(columns: readonly Column[], writer: ProtoWriter): (row: Row) => void {
  const writers = columns.map((column, at) => [column.name, columnWriter(column, at + 1, writer)] as const);
  return (row) => {
    for (const [name, write] of writers) {
      const value = row[name] ?? null;
      if (value !== null) write(value);
    }
  };
}

function columnWriter(column: Column, field: number, writer: ProtoWriter): Write {
  const write = elementWriter(column, field, writer);
  if (column.mode !== "REPEATED") return write;
  return (values) => {
    for (const value of values as readonly Value[]) write(value);
  };
}

function elementWriter({ type, fields, rangeElementType }: Column, field: number, writer: ProtoWriter): Write {
  switch (type) {
    case "INT64":
      return (value) => writer.int64(field, int64(value));
    case "FLOAT64":
      return (value) => writer.double(field, must(typeof value === "number", value as number, type));
    case "BOOL":
      return (value) => writer.uint32(field, must(typeof value === "boolean", value, type) ? 1 : 0);
    case "BYTES":
      return (value) => writer.bytes(field, must(value instanceof Uint8Array, value as Uint8Array, type));
    case "DATE":
      return (value) => writer.int64(field, BigInt(milliseconds(`${value}T00:00:00`, type) / MS_A_DAY));
    case "TIMESTAMP":
      return (value) => writer.int64(field, micros(value as string));
    case "RECORD":
    case "RANGE": {
      const write = rowWriter(fields ?? boundsOf(rangeElementType!), writer);
      return (value) => writer.message(field, () => write(value as Row));
    }
    default:
      return (value) => writer.text(field, must(typeof value === "string", value as string, type));
  }
}

const MS_A_DAY = 86_400_000;

function int64(value: Value): bigint {
  const isOne = typeof value === "bigint" && BigInt.asIntN(64, value) === value;
  return must(isOne, value as bigint, "INT64");
}

/** Of a canonical TIMESTAMP, since 1970. */
function micros(text: string): bigint {
  const fraction = text.length > 20 ? BigInt(text.slice(20, 26)) : 0n;
  return BigInt(milliseconds(text.slice(0, 19), "TIMESTAMP")) * 1000n + fraction;
}

/** `text`: to the second. */
function milliseconds(text: string, type: ColumnType): number {
  const time = Date.parse(`${text}Z`);
  return must(Number.isInteger(time), time, type);
}

function must<T>(holds: boolean, value: T, type: ColumnType): T {
  if (!holds) throw new TypeError(`a value that is no ${type}`);
  return value;
}
