import assert from "node:assert/strict";
import { protos } from "@google-cloud/bigquery-storage";
import fc from "fast-check";
import protobuf from "protobufjs";
import { type Descriptor, toProtoRows } from "../../schemas/bigquery-proto";
import { loadTableSchema } from "../../schemas/load";
import { parseTableSchema } from "../../schemas/parse-schema";
import type { Column, Row, Value } from "../../schemas/schema";
import { arbitraryRow } from "../support/arbitrary";

const { DescriptorProto } = protos.google.protobuf;
const EVERY_TYPE = loadTableSchema("test/schemas/every_type.json");

/** What Google's own protobuf makes of a descriptor, built without any of ours. */
function typeOf({ name, field, nestedType }: Descriptor): protobuf.Type {
  const type = new protobuf.Type(name);
  const names: Record<number, string> = { 1: "double", 3: "int64", 5: "int32", 8: "bool", 9: "string", 12: "bytes" };
  const rules = { 1: "optional", 2: "required", 3: "repeated" } as Record<number, string>;
  for (const one of field) {
    const of = one.typeName ?? names[one.type]!;
    type.add(new protobuf.Field(one.name, one.number, of, rules[one.label], undefined, { packed: false }));
  }
  for (const nested of nestedType) type.add(typeOf(nested));
  return type;
}

/** The decoded message as the row that it came from. */
function rowOf(columns: readonly Column[], decoded: Record<string, unknown>): Row {
  return Object.fromEntries(
    columns.map((column) => {
      const value = Object.hasOwn(decoded, column.name) ? decoded[column.name] : undefined;
      if (column.mode === "REPEATED") {
        return [column.name, ((value ?? []) as unknown[]).map((one) => valueFrom(column, one))];
      }
      return [column.name, value === undefined ? null : valueFrom(column, value)];
    }),
  );
}

function valueFrom(column: Column, value: unknown): Value {
  switch (column.type) {
    case "INT64":
      return BigInt(String(value));
    case "BYTES":
      return new Uint8Array(value as Uint8Array);
    case "DATE":
      return new Date((value as number) * 86_400_000).toISOString().slice(0, 10);
    case "TIMESTAMP":
      return timestampOf(BigInt(String(value)));
    case "RANGE":
      return {
        start: null,
        end: null,
        ...Object.fromEntries(
          Object.entries(value as object).map(([bound, of]) => [
            bound,
            valueFrom({ ...column, type: column.rangeElementType! }, of),
          ]),
        ),
      };
    case "RECORD":
      return rowOf(column.fields!, value as Record<string, unknown>);
    default:
      return value as Value;
  }
}

function timestampOf(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19);
  return fraction === 0n ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}

describe("rows for the Storage Write API", () => {
  const { descriptor, encode } = toProtoRows(EVERY_TYPE);

  it("mean the row again, of every type in every mode, whatever it holds", () => {
    const type = typeOf(descriptor);
    new protobuf.Root().add(type);
    fc.assert(
      fc.property(arbitraryRow(EVERY_TYPE), (row) => {
        assert.deepEqual(rowOf(EVERY_TYPE.columns, type.decode(encode(row)) as never), row);
      }),
    );
  });

  it("have the types that the API prefers", () => {
    const types = Object.fromEntries(descriptor.field.map(({ name, type }) => [name, type]));
    const { int64, float64, numeric, date, datetime, timestamp, bytes, bool, json, interval, range, record } = types;
    assert.deepEqual(
      { int64, float64, numeric, date, datetime, timestamp, bytes, bool, json, interval, range, record },
      {
        int64: 3,
        float64: 1,
        numeric: 9,
        date: 5,
        datetime: 9,
        timestamp: 3,
        bytes: 12,
        bool: 8,
        json: 9,
        interval: 9,
        range: 11,
        record: 11,
      },
    );
  });

  it("name a column by an option where no field can have its name", () => {
    const schema = parseTableSchema([
      { name: "größe", type: "INT64" },
      { name: "plain", type: "STRING", mode: "REQUIRED" },
    ]);
    const { field } = toProtoRows(schema).descriptor;
    const sent = DescriptorProto.decode(
      DescriptorProto.encode(DescriptorProto.fromObject({ name: "Row", field: [...field] })).finish(),
    );
    const option = ".google.cloud.bigquery.storage.v1.columnName";
    assert.deepEqual(
      sent.field.map(({ name, label, options }) => [name, label, (options as never as Row | null)?.[option]]),
      [
        ["column_1", 1, "größe"],
        ["plain", 2, undefined],
      ],
    );
  });

  const wrong: [type: string, value: unknown][] = [
    ["INT64", 2n ** 63n],
    ["INT64", -(2n ** 63n) - 1n],
    ["INT64", 12],
    ["INT64", "twelve"],
    ["FLOAT64", "1"],
    ["BOOL", 1],
    ["BYTES", "aGk="],
    ["STRING", 1],
    ["NUMERIC", 1.5],
    ["DATE", "yesterday"],
    ["TIMESTAMP", "soon"],
  ];
  for (const [type, value] of wrong) {
    it(`refuse ${typeof value} ${value} for ${type}, which the API would take for another value`, () => {
      const rows = toProtoRows(parseTableSchema([{ name: "a", type }]));
      assert.throws(
        () => rows.encode({ a: value as Value }),
        (error: Error) => error instanceof TypeError && !error.message.includes(String(value)),
      );
      assert.equal(rows.encode({ a: null }).length, 0, "and nothing of it is left for the next row");
    });
  }

  it("are long or nested as they like", () => {
    const schema = parseTableSchema([
      { name: "r", type: "RECORD", fields: [{ name: "s", type: "RECORD", fields: [{ name: "t", type: "STRING" }] }] },
    ]);
    const { descriptor: nested, encode: encodeNested } = toProtoRows(schema);
    const type = typeOf(nested);
    new protobuf.Root().add(type);
    for (const length of [0, 120, 125, 127, 128, 16_370, 16_383, 16_384, 2_097_152, 3_000_000]) {
      const row = { r: { s: { t: "é".repeat(length / 2) } } };
      assert.deepEqual(type.toObject(type.decode(encodeNested(row))), row);
    }
  });
});
