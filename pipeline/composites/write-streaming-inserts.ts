import type { WriteRows } from "./composite";
import { inPython } from "./in-python";
import { type PCollection, withName } from "../sdk/beam";
import { asRows } from "../sdk/cross-language";
import { tableSchema } from "../steps";
import { PARSED, refusedFromWire, rowToWire, WIRE_ROW, type WireRefused, type WireRow } from "../wire";
import { toTableFields } from "../../schemas/bigquery";
import type { MessageRow } from "../../transforms/parse-row";

/** `--bigquery_write_method streaming_inserts`: on Google's Python client, the insert id is the message id. */
export const writeByStreamingInserts: WriteRows = (context) => async (rows: PCollection<MessageRow>) => {
  const { places, settings } = context;
  const { project, dataset, table } = places.table;
  const args = {
    table: `${project}:${dataset}.${table}`,
    columns_json: JSON.stringify(toTableFields(tableSchema(settings).columns)),
  };
  const refused: PCollection<WireRefused> = await rows
    .map(withName("toWire", rowToWire), { ...settings, ...PARSED })
    .apply(withName("asRows", asRows<WireRow>(WIRE_ROW)))
    .applyAsync(inPython<PCollection<WireRow>, WireRefused>("write_rows.py", args, context));
  return refused.map(withName("toDeadLetter", refusedFromWire), settings);
};
