/** The transforms as steps of a graph: each answers with one element, passed on or refused. */
import { requireForSerialization } from "./sdk/beam";
import type { Outcome } from "./sdk/or-dead-letter";
import { parseTableSchema } from "../schemas/parse-schema";
import { compileRowParser, type RowParser } from "../schemas/row-parser";
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
}

export function decodeStep(message: Message, settings: RowSettings): [Outcome<Decoded>] {
  const decoded = decode(message);
  return [decoded instanceof Refusal ? refused(message, decoded, "decode", settings) : { passed: decoded }];
}

export function parseRowStep(decoded: Decoded, settings: RowSettings): [Outcome<MessageRow>] {
  const row = rowParser(settings)(decoded);
  return [row instanceof Refusal ? refused(decoded.message, row, "parseRow", settings) : { passed: row }];
}

function refused(message: Message, refusal: Refusal, stage: RefusalStage, settings: RowSettings) {
  return { deadLetters: toDeadLetter(message, refusal, stage, settings.schema) };
}

type DecodedParser = (decoded: Decoded) => MessageRow | Refusal;

/** A worker deserialises the settings once for a stage: one compiled parser for each object of settings. */
const parsers = new WeakMap<RowSettings, DecodedParser>();

function rowParser(settings: RowSettings): DecodedParser {
  let parser = parsers.get(settings);
  if (parser === undefined) {
    const columns: RowParser = compileRowParser(parseTableSchema(JSON.parse(settings.schemaJson)), {
      unknownColumns: settings.unknownColumns,
    });
    parser = parseRow(columns, settings.writeMetadata);
    parsers.set(settings, parser);
  }
  return parser;
}

requireForSerialization("regulated-streaming-pipeline/pipeline/steps", { decodeStep, parseRowStep });
