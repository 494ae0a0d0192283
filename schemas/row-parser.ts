/** The compiler from a schema to the function that takes a message's text and makes an exact row of it, in one pass. */
import { INVALID_JSON, JsonReader } from "./json-reader";
import { decimalReader, float64, int64 } from "./numbers";
import { boolReader, bytesReader, geography, stringReader } from "./others";
import { interval } from "./intervals";
import { range } from "./range";
import { type Reader, unknownColumn, WRONG_TYPE } from "./reader";
import type { Column, Row, TableSchema, Value } from "./schema";
import { compileUsualForm } from "./usual-form";
import { date, datetime, time, timestamp } from "./times";
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
  const columnAt = new Map(names.map((name, i) => [name.toLowerCase(), i]));
  const absent = columns.map((column) => (column.mode === "REPEATED" ? [] : null));
  const required = columns.map((column) => column.mode === "REQUIRED");
  const makeRow = rowMaker(columns);

  // Publishers write every message alike: the column that came after each, and first of all, in the last one.
  const after = [...names.map((_, i) => (i + 1) % names.length), 0];
  const first = names.length;

  return (reader) => {
    const { text } = reader;
    const values: Value[] = new Array(columns.length);
    let refusal: Refusal | undefined;
    let last = first;
    for (let index = 0; reader.next(125, index); index++) {
      let at: number | undefined = after[last]!;
      if (text.startsWith(keys[at]!, reader.pos)) reader.pos += keys[at]!.length;
      else {
        const key = reader.string();
        reader.expect(58);
        at = columnAt.get(key) ?? columnAt.get(key.toLowerCase());
        if (at === undefined) {
          reader.skip();
          if (options.unknownColumns === "refuse") refusal ??= unknownColumn(key);
          continue;
        }
        after[last] = at;
      }
      last = at;
      reader.peek();
      if (values[at] !== undefined) {
        reader.skip();
        refusal ??= new Refusal("duplicate_column", names[at]);
        continue;
      }
      const value = reads[at]!(reader);
      if (value instanceof Refusal) refusal ??= within(names[at]!, value);
      else values[at] = value;
    }
    return refusal ?? toRow(values);
  };

  function toRow(values: Value[]): Row | Refusal {
    for (let i = 0; i < names.length; i++) {
      values[i] ??= absent[i]!;
      if (values[i] === null && required[i]) return new Refusal("missing_column", names[i]);
    }
    return makeRow(values);
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
    for (let index = 0; reader.next(93, index); index++) {
      const value = read(reader);
      if (value instanceof Refusal) refusal ??= within(`[${index}]`, value);
      else if (value === null) refusal ??= within(`[${index}]`, NULL_ELEMENT);
      else values.push(value);
    }
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
