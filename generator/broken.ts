import type { Column, ColumnType, TableSchema } from "../schemas/schema";
import type { Random } from "./random";

/** Composes the JSON text of one record. */
export interface Compose {
  record(): string;
  /** With another JSON text in the place of the column `at`. */
  recordWith(at: number, value: string): string;
}

/** A way in which a message can be broken. */
export interface BrokenKind {
  readonly name: string;
  /** The message's bytes. */
  make(compose: Compose, random: Random): Uint8Array;
  /** False where the message cannot be told as a line of a file. */
  readonly line: boolean;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, "utf8");
const BYTE_ORDER_MARK = "\ufeff";
const BRACKETS = 50_000;
const DEEP = utf8("[".repeat(BRACKETS) + "]".repeat(BRACKETS));

/** Breaks the text of a whole record. */
const text = (name: string, broken: (record: string, random: Random) => string): BrokenKind => ({
  name,
  line: true,
  make: (compose, random) => utf8(broken(compose.record(), random)),
});

/** A message that is nothing but this. */
const only = (name: string, ...messages: string[]): BrokenKind => ({
  name,
  line: true,
  make: (_, random) => utf8(random.pick(messages)),
});

/** What no schema takes. */
const ANY_SCHEMA: readonly BrokenKind[] = [
  { name: "empty", line: false, make: () => utf8("") },
  { name: "invalid UTF-8", line: true, make: (compose, random) => withBadByte(compose.record(), random) },
  text("byte order mark", (record) => BYTE_ORDER_MARK + record),
  text("trailing text", (record, random) => record + random.pick([" x", ",", "}", record])),
  text("missing end", (record, random) => record.slice(0, 1 + random.below(record.length - 1))),
  text("unknown column", (record) => member(record, '"no_such_column":1')),
  text("column __proto__", (record) => member(record, '"__proto__":{"admin":true}')),
  text("array", (record) => `[${record}]`),
  only("not an object", '"text"', "42", "true", "null"),
  { name: "deep brackets", line: true, make: () => DEEP },
];

/** One member more; a RECORD is never without columns, and no more is a table. */
const member = (record: string, extra: string) => `${record.slice(0, -1)},${extra}}`;

/** 0xFF stands nowhere in UTF-8. */
function withBadByte(record: string, random: Random): Uint8Array {
  const bytes = utf8(record);
  bytes[random.below(bytes.length)] = 0xff;
  return bytes;
}

interface BadValue {
  readonly name: string;
  readonly suits: (column: Column) => boolean;
  readonly values: readonly string[];
}

const ofType =
  (...types: ColumnType[]) =>
  (column: Column) =>
    column.mode !== "REPEATED" && types.includes(column.type);

/** What no column of these types takes. */
const BAD_VALUES: readonly BadValue[] = [
  { name: "NaN", suits: () => true, values: ["NaN", "Infinity"] },
  { name: "lone surrogate", suits: ofType("STRING"), values: ['"\\ud800"', '"a\\udfffb"'] },
  { name: "beyond 64 bits", suits: ofType("INT64"), values: ["9223372036854775808", "-9223372036854775809", "1e400"] },
  { name: "fraction for INT64", suits: ofType("INT64"), values: ["1.5", '"1.5"'] },
  { name: "letters for INT64", suits: ofType("INT64"), values: ['"12a"', '"0x1F"'] },
  { name: "BOOL for INT64", suits: ofType("INT64"), values: ["true"] },
  { name: "no such day", suits: ofType("DATE"), values: ['"2023-02-29"', '"2023-13-01"'] },
  { name: "no such time", suits: ofType("TIME"), values: ['"25:00:00"', '"12:60:00"'] },
  {
    name: "no such moment",
    suits: ofType("DATETIME", "TIMESTAMP"),
    values: ['"2023-02-29T12:00:00"', '"2023-01-01T25:00:00"', '"yesterday"'],
  },
  { name: "object for a scalar", suits: ofType("STRING", "INT64", "BOOL", "DATE", "DATETIME"), values: ['{"a":1}'] },
  { name: "array for a scalar", suits: ofType("STRING", "INT64", "BOOL", "DATE", "DATETIME"), values: ["[1]"] },
  { name: "scalar for a RECORD", suits: ofType("RECORD"), values: ["1", '"text"'] },
  { name: "null for REQUIRED", suits: (column) => column.mode === "REQUIRED", values: ["null"] },
  { name: "null in REPEATED", suits: (column) => column.mode === "REPEATED", values: ["[null]"] },
];

/** The kinds that a schema gives occasion to: each is refused for certain, whatever else stands in the record. */
export function brokenKinds({ columns }: TableSchema): BrokenKind[] {
  const kinds = [...ANY_SCHEMA];
  if (columns.length > 0) kinds.push(duplicate(columns));
  for (const { name, suits, values } of BAD_VALUES) {
    const places = [...columns.keys()].filter((at) => suits(columns[at]!));
    if (places.length === 0) continue;
    kinds.push({
      name,
      line: true,
      make: (compose, random) => utf8(compose.recordWith(random.pick(places), random.pick(values))),
    });
  }
  return kinds;
}

/** A column given twice. */
function duplicate(columns: readonly Column[]): BrokenKind {
  return text("duplicate column", (record, random) => {
    const name = JSON.stringify(random.pick(columns).name);
    return member(record, `${name}:null`);
  });
}
