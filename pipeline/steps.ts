/** The transforms as steps of a graph: each answers with one element, passed on or refused. */
import { requireForSerialization } from "./sdk/beam";
import type { Outcome } from "./sdk/or-dead-letter";
import { parseTableSchema } from "../schemas/parse-schema";
import { compileRowParser } from "../schemas/row-parser";
import { type TableSchema, withMetadata, withSchemaVersion } from "../schemas/schema";
import { schemaVersion } from "../schemas/version";
import { toDeadLetter } from "../transforms/dead-letter";
import { decode, type Decoded } from "../transforms/decode";
import type { Message } from "../transforms/message";
import { type MessageRow, parseRow } from "../transforms/parse-row";
import { Refusal, type RefusalStage } from "../transforms/refusal";

/** What the steps need to know, as plain JSON: it travels to workers inside the graph. */
export interface RowSettings {
  /** The schema's name, for dead letters. */
  readonly schema: string;
  /** The schema file's JSON text. */
  readonly schemaJson: string;
  readonly unknownColumns: "refuse" | "drop";
  readonly writeMetadata: boolean;
  /** A column of the table that takes the schema's version. */
  readonly schemaVersionColumn?: string;
}

export function decodeStep(message: Message, settings: RowSettings): [Outcome<Decoded>] {
  const decoded = decode(message);
  return [decoded instanceof Refusal ? refused(message, decoded, "decode", settings) : { passed: decoded }];
}

export function parseRowStep(decoded: Decoded, settings: RowSettings): [Outcome<MessageRow>] {
  const row = parserFor(settings)(decoded);
  return [row instanceof Refusal ? refused(decoded.message, row, "parseRow", settings) : { passed: row }];
}

function refused(message: Message, refusal: Refusal, stage: RefusalStage, settings: RowSettings) {
  return { deadLetters: toDeadLetter(message, refusal, stage, settings.schema, versionOf(settings)) };
}

type DecodedParser = (decoded: Decoded) => MessageRow | Refusal;

/** The columns of the table that rows are written to. Throws SchemaError. */
export function tableSchema({ schemaJson, writeMetadata, schemaVersionColumn }: RowSettings): TableSchema {
  const columns = parseTableSchema(JSON.parse(schemaJson));
  const all = writeMetadata ? withMetadata(columns) : columns;
  return schemaVersionColumn === undefined ? all : withSchemaVersion(all, schemaVersionColumn);
}

/** The version of the schema that messages are parsed by: without the columns that the pipeline adds. */
export const versionOf: (settings: RowSettings) => string = onceFor(({ schemaJson }) =>
  schemaVersion(parseTableSchema(JSON.parse(schemaJson))),
);

const parserFor = onceFor((settings): DecodedParser => {
  const columns = parseTableSchema(JSON.parse(settings.schemaJson));
  const { unknownColumns, writeMetadata, schemaVersionColumn: column } = settings;
  const version = column === undefined ? undefined : { column, version: schemaVersion(columns) };
  return parseRow(compileRowParser(columns, { unknownColumns }), writeMetadata, version);
});

/**
 * What is compiled from settings, compiled once. A worker makes a new object of the same settings for each bundle: what they say counts,
 * and the object is only the quick way to it.
 */
export function onceFor<T>(compile: (settings: RowSettings) => T): (settings: RowSettings) => T {
  const byObject = new WeakMap<RowSettings, T>();
  const byContent = new Map<string, T>();
  return (settings) => {
    let made = byObject.get(settings);
    if (made === undefined) {
      const { schema, schemaJson, unknownColumns, writeMetadata, schemaVersionColumn } = settings;
      const content = JSON.stringify([schema, schemaJson, unknownColumns, writeMetadata, schemaVersionColumn]);
      made = byContent.get(content) ?? compile(settings);
      byContent.set(content, made);
      byObject.set(settings, made);
    }
    return made;
  };
}

requireForSerialization("regulated-streaming-pipeline/pipeline/steps", { decodeStep, parseRowStep });
