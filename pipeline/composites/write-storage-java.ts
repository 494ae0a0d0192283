import type { Context, WriteRows } from "./composite";
import { flatten, P, type PCollection, requireForSerialization, withName } from "../sdk/beam";
import { asExactRows } from "../sdk/exact-rows";
import { type Outcome, orDeadLetter } from "../sdk/or-dead-letter";
import { type Configuration, schemaTransform } from "../sdk/schema-transform";
import { onceFor, type RowSettings, tableSchema } from "../steps";
import { UsageError } from "../usage-error";
import { PARSED } from "../wire";
import { type BeamRow, beamFields, fromBeamRow, toBeamRow } from "../../schemas/beam-row";
import { infiniteColumn } from "../../schemas/infinity";
import { toJsonText } from "../../schemas/json-text";
import { parseTableSchema } from "../../schemas/parse-schema";
import type { Column } from "../../schemas/schema";
import { type DeadLetter, toDeadLetter } from "../../transforms/dead-letter";
import type { MessageRow } from "../../transforms/parse-row";
import { rebuiltMessage } from "../../transforms/rebuilt-message";
import { Refusal } from "../../transforms/refusal";

const STORAGE_WRITE = "beam:schematransform:org.apache.beam:bigquery_storage_write:v2";
const REFUSED = "refused";

/** A row that the table refused, as Java gives it back: without its message. `error_message` may have values in it, and is not used. */
export interface JavaRefused {
  readonly failed_row: BeamRow;
  readonly error_message: string;
}

/** What the two guarantees ask of Java. */
export const AT_LEAST_ONCE = (): Configuration => ({ use_at_least_once_semantics: true, auto_sharding: false });
export const EXACTLY_ONCE = ({ storageWrite = {} }: Context): Configuration => ({
  use_at_least_once_semantics: false,
  // As many streams as the load asks for, where their number is not given.
  ...(storageWrite.streams === undefined ? { auto_sharding: true } : { num_streams: storageWrite.streams }),
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
      create_disposition: "CREATE_NEVER",
      write_disposition: "WRITE_APPEND",
      error_handling: { output: REFUSED },
      ...(storageWrite.kmsKey !== undefined && { kms_key: storageWrite.kmsKey }),
      ...guarantee(context),
    };
    return async (rows: PCollection<MessageRow>) => {
      const checked = rows.apply(orDeadLetter("toJava", toJavaStep, { ...settings, ...PARSED }));
      const output = (await checked.passed
        .apply(withName("asRows", asExactRows<BeamRow>(beamFields(columns))))
        .applyAsync(
          withName("java", schemaTransform(STORAGE_WRITE, configuration, expansion.java!)),
        )) as unknown as Record<string, PCollection<JavaRefused>>;
      const refused = output[REFUSED]!.map(withName("toDeadLetter", refusedByJava), settings);
      return P([checked.deadLetters, refused]).apply(withName("refused", flatten<DeadLetter>()));
    };
  };

/** Java's TableRow has a field of its own of this name, for the cells of a row. */
function refuseUnfit(columns: readonly Column[], path: string): void {
  for (const { name, fields } of columns) {
    if (name.toLowerCase() === "f") {
      throw new UsageError(
        `Java's Storage Write cannot write a column named ${path}${name}: give --bigquery_write_method streaming_inserts`,
      );
    }
    if (fields !== undefined) refuseUnfit(fields, `${path}${name}.`);
  }
}

/**
 * What Java could not give back is refused while its message is still beside it: of a row with an infinite number Java makes "∞" and fails
 * to read it, for ever.
 */
export function toJavaStep({ message, row }: MessageRow, context: RowSettings & typeof PARSED): [Outcome<BeamRow>] {
  context.parsed.increment();
  const { infinite, toBeam } = compiledFor(context);
  const column = infinite(row);
  if (column === undefined) return [{ passed: toBeam(row) }];
  const refusal = new Refusal("out_of_range", column);
  return [{ deadLetters: toDeadLetter(message, refusal, "writeRows", context.schema) }];
}

/** The message is made anew of the row: its own bytes did not travel with it. */
export function refusedByJava({ failed_row }: JavaRefused, settings: RowSettings): DeadLetter {
  const { fromBeam, rebuilt } = compiledFor(settings);
  const message = rebuilt(fromBeam(failed_row));
  const letter = toDeadLetter(message, new Refusal("refused_by_table"), "writeRows", settings.schema);
  return { ...letter, attributes: { ...letter.attributes, error_data: "rebuilt" } };
}

const compiledFor = onceFor((settings) => {
  const schema = tableSchema(settings);
  return {
    infinite: infiniteColumn(schema),
    toBeam: toBeamRow(schema),
    fromBeam: fromBeamRow(schema),
    rebuilt: rebuiltMessage(toJsonText(parseTableSchema(JSON.parse(settings.schemaJson))), settings.writeMetadata),
  };
});

requireForSerialization("regulated-streaming-pipeline/pipeline/composites/write-storage-java", {
  toJavaStep,
  refusedByJava,
});
