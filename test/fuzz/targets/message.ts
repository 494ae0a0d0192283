/** A message's bytes, on their way to a row or a dead letter, and from there back. */
import { isDeepStrictEqual } from "node:util";
import { toDuckDb } from "../../../pipeline/endpoints/duckdb-values";
import { toBeamRow } from "../../../schemas/beam-row";
import { toInsertAllJson } from "../../../schemas/bigquery";
import { toProtoRows } from "../../../schemas/bigquery-proto";
import { MOST_LEVELS } from "../../../schemas/json-reader";
import { loadTableSchema } from "../../../schemas/load";
import { parseTableSchema } from "../../../schemas/parse-schema";
import { compileRowParser } from "../../../schemas/row-parser";
import type { Row, TableSchema } from "../../../schemas/schema";
import { decode } from "../../../transforms/decode";
import { Refusal, REFUSAL_REASONS } from "../../../transforms/refusal";
import { toJsonText } from "../../support/arbitrary";
import { type FuzzTarget, mustHold } from "../target";
import { holdsRoundTrip } from "./round-trip";

/** Its own name is told where it looks like one; whatever else a stranger calls a column is `?`. */
const STRANGER = /(?:^|\.)(?:[A-Za-z_]\w{0,127}|\?)$/;
const sameRow = (a: unknown, b: unknown) => isDeepStrictEqual(a, b);

function messageTarget(name: string, schemaFile: string, words: readonly string[]): FuzzTarget {
  const schema = loadTableSchema(schemaFile);
  const parse = compileRowParser(schema, { unknownColumns: "refuse" });
  const drop = compileRowParser(schema, { unknownColumns: "drop" });
  // A repeated column keeps a schema from the quick way: the two must say the same.
  const list = parseTableSchema([{ name: "a list", type: "STRING", mode: "REPEATED" }]).columns;
  const inPieces = compileRowParser({ ...schema, columns: [...schema.columns, ...list] }, { unknownColumns: "refuse" });
  const paths = pathsOf(schema.columns);
  const encode = encoders(schema);

  function holdRefusal({ reason, column }: Refusal): void {
    mustHold(REFUSAL_REASONS.includes(reason), "a reason that is not in the closed set");
    const path = column.replaceAll(/\[\d+\]/g, "");
    const known = reason === "unknown_column" ? path.replace(STRANGER, "") : path;
    mustHold(known === "" || paths.has(known), "a refusal names what is no column of the schema");
  }

  function holdRow(row: Row): void {
    mustHold(
      sameRow(
        Object.keys(row),
        schema.columns.map((column) => column.name),
      ),
      "a row has other columns",
    );
    const again = parse(toJsonText(schema.columns, row));
    mustHold(sameRow(again, row), "a row that is written as JSON and read again is another one");
    for (const one of encode) one(row);
  }

  return {
    name,
    sources: /\/(?:schemas|transforms)\/|duckdb-values/,
    words: [...schema.columns.map(({ name }) => name), ...words],
    most: 4096,
    run(input) {
      const message = {
        data: input,
        attributes: {},
        messageId: "1",
        publishTime: "2024-02-29T12:00:00Z",
        orderingKey: "",
      };
      const decoded = decode(message);
      if (decoded instanceof Refusal) {
        holdRefusal(decoded);
        holdsRoundTrip(message, decoded, "decode");
        return decoded.reason;
      }
      const { text } = decoded;
      mustHold(Buffer.from(text).equals(input), "the text is not what the bytes are");
      const parsed = parse(text);
      const isJson = isJsonText(text);
      if (isJson !== undefined) mustHold(isInvalid(parsed) !== isJson, "JSON.parse has another mind of what is JSON");
      const pieces = inPieces(text);
      const expected = parsed instanceof Refusal ? parsed : { ...parsed, "a list": [] };
      if (!text.includes("a list"))
        mustHold(sameRow(pieces, expected), "the quick way and the other say different things");
      const lax = drop(text);
      if (!(parsed instanceof Refusal)) mustHold(sameRow(lax, parsed), "dropping nothing changes the row");
      if (lax instanceof Refusal) mustHold(parsed instanceof Refusal, "dropping refuses what refusing takes");
      if (!(parsed instanceof Refusal)) {
        holdRow(parsed);
        return "row";
      }
      holdRefusal(parsed);
      holdsRoundTrip(message, parsed, "parseRow");
      return `${parsed.reason} ${parsed.column.replaceAll(/\d+/g, "").replace(STRANGER, (last) => (parsed.reason === "unknown_column" ? "?" : last))}`;
    },
  };
}

const isInvalid = (parsed: Row | Refusal) => parsed instanceof Refusal && parsed.reason === "invalid_json";

/** Whether JSON.parse takes it; undefined where this reader may have its own mind: it reads 500 levels and no half of a surrogate pair. */
function isJsonText(text: string): boolean | undefined {
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
  return !/\\u[dD][89a-fA-F]/.test(text) && deepest(outside) < MOST_LEVELS ? true : undefined;
}

/** How deep brackets nest, where no string is left. */
function deepest(text: string): number {
  let [level, most] = [0, 0];
  for (const character of text) {
    if (character === "{" || character === "[") most = Math.max(most, ++level);
    if (character === "}" || character === "]") level -= 1;
  }
  return most;
}

function pathsOf(columns: TableSchema["columns"], before = ""): Set<string> {
  return new Set(
    columns.flatMap(({ name, type, fields = [] }) => {
      const path = before + name;
      const bounds = type === "RANGE" ? [`${path}.start`, `${path}.end`] : [];
      return [path, ...bounds, ...pathsOf(fields, `${path}.`)];
    }),
  );
}

/** What every way into a table makes of a row: none of them may throw. */
function encoders(schema: TableSchema): ((row: Row) => unknown)[] {
  const proto = toProtoRows(schema);
  const duckDb = schema.columns.map((column) => [column.name, toDuckDb(column)] as const);
  const insertAll = toInsertAllJson(schema);
  return [
    (row) => proto.encode(row),
    toBeamRow(schema),
    (row) => JSON.stringify(insertAll(row)),
    (row) => duckDb.map(([name, convert]) => convert(row[name]!)),
  ];
}

export const message = messageTarget("message", "schemas/cc_account_info.json", [
  '{"',
  '":',
  '",',
  '"}',
  "2024-02-29T12:00:00",
]);

export const everyType = messageTarget("every-type", "test/schemas/every_type.json", [
  ...['{"', '":', '",', '"}', "[{", "}]", '"start"', '"end"', '"inner"', '"deep"', '"flags"', '"key"', '"values"'],
  ...[
    "2024-02-29T12:00:00Z",
    "12:00:00.5",
    "P1Y2M3DT4H5M6.7S",
    "1-2 3 4:5:6.7",
    "NaN",
    "-Infinity",
    "AQID",
    "+01:00",
    " UTC",
  ],
  ...["99999999999999999999999999999.999999999", "1e-38", "-9223372036854775808", "POINT(1 2)", "253402300800"],
]);
