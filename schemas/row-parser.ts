/** The compiler from a schema to the function that takes a message's text and makes an exact row of it, in one pass. */
import { INVALID_JSON, JsonReader } from "./json-reader";
import { decimalReader, float64, int64 } from "./numbers";
import { boolReader, bytesReader, geography, stringReader } from "./others";
import { range } from "./range";
import { type Reader, WRONG_TYPE } from "./reader";
import type { Column, Row, TableSchema, Value } from "./schema";
import { compileUsualForm } from "./usual-form";
import { date, datetime, interval, time, timestamp } from "./times";
import { Refusal } from "../transforms/refusal";

/** The row of a text that is one JSON object, or why there is none. Never throws. */
export type RowParser = (text: string) => Row | Refusal;

export interface RowParserOptions {
  /** What becomes of a message that has a name the schema lacks. */
  readonly unknownColumns: "refuse" | "drop";
}

/** Reads the value that begins at the reader's position. A refusal has read it to its end all the same. */
type Read = (reader: JsonReader) => Value | Refusal;

const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
const NOT_AN_OBJECT = new Refusal("not_an_object");
const NULL_ELEMENT = new Refusal("null_element");

export function compileRowParser(schema: TableSchema, options: RowParserOptions): RowParser {
  const readRow = recordReader(schema.columns, options);
  const usualForm = compileUsualForm(
    schema.columns,
    (column) => READERS[column.type]?.(column),
    rowMaker(schema.columns),
  );
  return (text) => {
    const usual = usualForm?.(text);
    if (usual !== undefined) return usual;
    const reader = new JsonReader(text);
    try {
      const row = reader.peek() === OPEN_BRACE ? readRow(reader) : refuse(reader, NOT_AN_OBJECT);
      reader.end();
      return row as Row | Refusal;
    } catch (error) {
      // What is not JSON has no columns: it wins over whatever was found before.
      if (error === INVALID_JSON) return INVALID_JSON;
      throw error;
    }
  };
}

function refuse(reader: JsonReader, refusal: Refusal): Refusal {
  reader.skip();
  return refusal;
}

/** Puts a column's name, or an element's index, before the path of what was refused inside. */
function within(name: string, { reason, column }: Refusal): Refusal {
  return new Refusal(reason, column === "" || column.startsWith("[") ? name + column : `${name}.${column}`);
}

/** Names are the same in any case, as BigQuery's columns are [Lexical structure, Case sensitivity]. */
function recordReader(columns: readonly Column[], options: RowParserOptions): Read {
  const keys = columns.map((column) => `${JSON.stringify(column.name)}:`);
  const reads = columns.map((column) => columnReader(column, options));
  const names = columns.map((column) => column.name);
  const index = new Map(names.map((name, i) => [name.toLowerCase(), i]));
  const absent = columns.map((column) => (column.mode === "REPEATED" ? [] : null));
  const required = columns.map((column) => column.mode === "REQUIRED");
  const makeRow = rowMaker(columns);

  return (reader) => {
    const { text } = reader;
    const values: (Value | undefined)[] = new Array(columns.length);
    let refusal: Refusal | undefined;
    let next = 0;
    reader.members(() => {
      let at: number | undefined = next;
      let key = "";
      // Most messages have the columns in the schema's order.
      if (next < keys.length && text.startsWith(keys[next]!, reader.pos)) reader.pos += keys[next]!.length;
      else {
        key = reader.string();
        reader.expect(58);
        at = index.get(key) ?? index.get(key.toLowerCase());
      }
      reader.peek();
      if (at === undefined) {
        reader.skip();
        if (options.unknownColumns === "refuse") refusal ??= new Refusal("unknown_column", key);
        return;
      }
      next = at + 1;
      if (values[at] !== undefined) {
        reader.skip();
        refusal ??= new Refusal("duplicate_column", names[at]);
        return;
      }
      const value = reads[at]!(reader);
      if (value instanceof Refusal) refusal ??= within(names[at]!, value);
      else values[at] = value;
    }, 125);
    if (refusal !== undefined) return refusal;
    return toRow(values);
  };

  function toRow(values: readonly (Value | undefined)[]): Row | Refusal {
    const all: Value[] = new Array(names.length);
    for (let i = 0; i < names.length; i++) {
      const value = values[i] ?? absent[i]!;
      if (value === null && required[i]) return new Refusal("missing_column", names[i]);
      all[i] = value;
    }
    return makeRow(all);
  }
}

/** A row from its values, all of one shape: as generated code it is ten times as quick as a loop over the names. */
function rowMaker(columns: readonly Column[]): (values: readonly Value[]) => Row {
  const members = columns.map((column, i) => `${JSON.stringify(column.name)}: values[${i}]`);
  return new Function("values", `return { ${members.join(", ")} };`) as (values: readonly Value[]) => Row;
}

function columnReader(column: Column, options: RowParserOptions): Read {
  const read = valueReader(column, options);
  if (column.mode === "REPEATED") return repeatedReader(read);
  return read;
}

/** null for a REPEATED column is no element at all, as BigQuery takes it. */
function repeatedReader(read: Read): Read {
  return (reader) => {
    const code = reader.peek();
    if (code === 110) {
      reader.word("null");
      return [];
    }
    if (code !== OPEN_BRACKET) return refuse(reader, WRONG_TYPE);
    const values: Value[] = [];
    let refusal: Refusal | undefined;
    reader.members((index) => {
      const value = read(reader);
      if (value instanceof Refusal) refusal ??= within(`[${index}]`, value);
      else if (value === null) refusal ??= within(`[${index}]`, NULL_ELEMENT);
      else values.push(value);
    }, 93);
    return refusal ?? values;
  };
}

/** null is null for every type: the mode decides what that means. */
function valueReader(column: Column, options: RowParserOptions): Read {
  switch (column.type) {
    case "RECORD": {
      const read = recordReader(column.fields!, options);
      return orNull((reader) => (reader.peek() === OPEN_BRACE ? read(reader) : refuse(reader, NOT_AN_OBJECT)));
    }
    case "JSON":
      return orNull((reader) => {
        const start = reader.pos;
        reader.skip();
        return reader.text.slice(start, reader.pos);
      });
    case "RANGE":
      return orNull(range(scalarReader(READERS[column.rangeElementType!]!(column))));
    default:
      return scalarReader(READERS[column.type]!(column));
  }
}

function orNull(read: Read): Read {
  return (reader) => {
    if (reader.peek() !== 110) return read(reader);
    reader.word("null");
    return null;
  };
}

const READERS: Partial<Record<Column["type"], (column: Column) => Reader>> = {
  STRING: stringReader,
  BYTES: bytesReader,
  INT64: () => int64,
  FLOAT64: () => float64,
  NUMERIC: decimalReader,
  BIGNUMERIC: decimalReader,
  BOOL: () => boolReader,
  DATE: () => date,
  TIME: () => time,
  DATETIME: () => datetime,
  TIMESTAMP: () => timestamp,
  GEOGRAPHY: () => geography,
  INTERVAL: () => interval,
};

function scalarReader({ string, number, boolean }: Reader): Read {
  return (reader) => {
    switch (reader.peek()) {
      case 34: {
        const text = reader.string();
        return string === undefined ? WRONG_TYPE : string(text);
      }
      case 110:
        reader.word("null");
        return null;
      case 116:
        reader.word("true");
        return boolean === undefined ? WRONG_TYPE : boolean(true);
      case 102:
        reader.word("false");
        return boolean === undefined ? WRONG_TYPE : boolean(false);
      case OPEN_BRACE:
      case OPEN_BRACKET:
        return refuse(reader, WRONG_TYPE);
      default: {
        const text = reader.number();
        return number === undefined ? WRONG_TYPE : number(text);
      }
    }
  };
}
