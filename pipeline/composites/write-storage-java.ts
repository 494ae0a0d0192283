import type { Context, WriteRows } from "./composite";
import { type PCollection, requireForSerialization, withName } from "../sdk/beam";
import { asExactRows, type FieldDeclaration } from "../sdk/exact-rows";
import { type Configuration, schemaTransform } from "../sdk/schema-transform";
import { onceFor, type RowSettings, tableSchema } from "../steps";
import { UsageError } from "../usage-error";
import { messageToWire, PARSED, refusedFromWire, WIRE_MESSAGE, type WireMessage } from "../wire";
import { type BeamRow, beamFields, toBeamRow } from "../../schemas/beam-row";
import { columnPaths } from "../../schemas/bigquery-proto";
import type { Column } from "../../schemas/schema";
import type { DeadLetter } from "../../transforms/dead-letter";
import type { MessageRow } from "../../transforms/parse-row";

/** That of pipeline/java/StorageWrite.java. */
const STORAGE_WRITE = "beam:schematransform:regulated_streaming_pipeline:storage_write:v1";

/** A row for StorageWrite.java, with its message beside it. */
export interface JavaRow {
  readonly row: BeamRow;
  readonly message: WireMessage;
}

/** What it gives back of a row that the table refused. */
export interface JavaRefused {
  readonly message: WireMessage;
  /** May have values of the message in it. */
  readonly error: string;
}

export const AT_LEAST_ONCE = (): Configuration => ({ use_at_least_once_semantics: true });
/** As many streams as the load asks for, where their number is not given. */
export const EXACTLY_ONCE = ({ storageWrite = {} }: Context): Configuration => ({
  use_at_least_once_semantics: false,
  ...(storageWrite.streams !== undefined && { num_streams: storageWrite.streams }),
  ...(storageWrite.seconds !== undefined && { triggering_frequency_seconds: storageWrite.seconds }),
});

/** `--bigquery_write_method storage_write_…`: Java's Storage Write, called directly. Throws UsageError for a column that it cannot write. */
export const writeByStorageWrite =
  (guarantee: (context: Context) => Configuration): WriteRows =>
  (context) => {
    const { places, settings, expansion, storageWrite = {} } = context;
    const { columns } = tableSchema(settings);
    refuseUnfit(columns, "");
    const { project, dataset, table } = places.table;
    const configuration: Configuration = {
      table: `${project}:${dataset}.${table}`,
      ...(storageWrite.kmsKey !== undefined && { kms_key: storageWrite.kmsKey }),
      ...guarantee(context),
    };
    return async (rows: PCollection<MessageRow>) => {
      const refused: PCollection<JavaRefused> = await rows
        .map(withName("toJava", rowToJava), { ...settings, ...PARSED })
        .apply(withName("asRows", asExactRows<JavaRow>(fieldsOf(columns))))
        .applyAsync(withName("java", schemaTransform(STORAGE_WRITE, configuration, expansion.java!)));
      return refused.map(withName("toDeadLetter", refusedByJava), settings);
    };
  };

/** Java's TableRow has a field of its own of this name, for the cells of a row. */
function refuseUnfit(columns: readonly Column[], path: string): void {
  for (const { name, fields } of columns) {
    if (name.toLowerCase() === "f") {
      const mend = "give --bigquery_write_method streaming_inserts";
      throw new UsageError(`Java's Storage Write cannot write a column named ${path}${name}: ${mend}`);
    }
    if (fields !== undefined) refuseUnfit(fields, `${path}${name}.`);
  }
}

function fieldsOf(columns: readonly Column[]): FieldDeclaration[] {
  const message = Object.entries(WIRE_MESSAGE).map(([name, type]) => ({ name, type, mode: "REQUIRED" as const }));
  return [
    { name: "row", type: beamFields(columns), mode: "REQUIRED" },
    { name: "message", type: message, mode: "REQUIRED" },
  ];
}

export function rowToJava({ message, row }: MessageRow, context: RowSettings & typeof PARSED): JavaRow {
  context.parsed.increment();
  return { row: beamRow(context)(row), message: messageToWire(message) };
}

/** A column's path is all that is taken from the error. */
export function refusedByJava({ message, error }: JavaRefused, settings: RowSettings): DeadLetter {
  const known = columnsOf(settings);
  const words = error.split(/[^\p{L}\p{M}\p{N}_.-]+/u).map((word) => word.replace(/\.$/, ""));
  const column = words.find((word) => known.has(word)) ?? "";
  return refusedFromWire({ ...message, column }, settings);
}

const columnsOf = onceFor((settings) => new Set(columnPaths(tableSchema(settings).columns)));

const beamRow = onceFor((settings) => toBeamRow(tableSchema(settings)));

requireForSerialization("regulated-streaming-pipeline/pipeline/composites/write-storage-java", {
  rowToJava,
  refusedByJava,
});
