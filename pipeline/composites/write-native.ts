import type { WriteRows } from "./composite";
import { Writers } from "./in-bundle";
import { openStorageWriteTable } from "../endpoints/storage-write";
import { type BatchStep, inBatches } from "../sdk/batches";
import { type PCollection, requireForSerialization } from "../sdk/beam";
import { type RowSettings, tableSchema, versionOf } from "../steps";
import { PARSED } from "../wire";
import { type DeadLetter, toDeadLetter } from "../../transforms/dead-letter";
import type { MessageRow } from "../../transforms/parse-row";

/** The table travels as text: a step's context has counters and plain values. */
type AppendContext = RowSettings & typeof PARSED & { readonly table: string };

/** `--bigquery_write_method native`: the Storage Write API from this worker, at least once. */
export const writeNatively: WriteRows = ({ places, settings }) => {
  const context: AppendContext = { ...settings, ...PARSED, table: JSON.stringify(places.table) };
  return (rows: PCollection<MessageRow>) => rows.apply(inBatches("append", openAppend, context));
};

const writers = new Writers<MessageRow>();

export function openAppend(context: AppendContext): BatchStep<MessageRow, DeadLetter> {
  const { parsed, table, schema, schemaJson, writeMetadata, schemaVersionColumn } = context;
  const name = JSON.stringify([table, schemaJson, writeMetadata, schemaVersionColumn]);
  const lent = writers.lend(name, () => openStorageWriteTable(JSON.parse(table), tableSchema(context)));
  return {
    most: { items: 2000, bytes: 4_000_000 },
    sizeOf: ({ message }) => message.data.length + 200,
    async write(batch) {
      parsed.increment(batch.length);
      const refused = await lent.write(batch);
      return refused.map(({ index, refusal }) => ({
        index,
        value: toDeadLetter(batch[index]!.message, refusal, "writeRows", schema, versionOf(context)),
      }));
    },
    end: () => lent.giveBack(),
  };
}

requireForSerialization("regulated-streaming-pipeline/pipeline/composites/write-native", { openAppend });
