/**
 * A table for hours: answers as BigQuery's REST API does to what the pipeline asks of it (tables.get, tabledata.insertAll), after as long as a
 * streaming insert may take, and keeps nothing but the insert ids' times. The BigQuery emulator keeps every row, and needs two thirds of a core
 * for 300 rows a second.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type HttpGate, startHttpGate } from "../../support/http-gate";
import type { TableSchema } from "../../../schemas/schema";

/** `onRows` is told the insert ids of each request when it is answered; `answerAfter`: milliseconds. */
export async function startTable(
  schema: TableSchema,
  answerAfter: number,
  onRows: (insertIds: readonly string[]) => void,
): Promise<HttpGate> {
  const shape = JSON.stringify({ kind: "bigquery#table", schema: { fields: schema.columns } });
  return await startHttpGate(async (incoming, outgoing, body) => {
    const isInsert = new URL(incoming.url!, "http://table").pathname.endsWith("/insertAll");
    if (isInsert) {
      const { rows } = JSON.parse(body.toString()) as { rows: readonly { insertId: string }[] };
      await pause(answerAfter);
      onRows(rows.map(({ insertId }) => insertId));
    }
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(isInsert ? '{"kind":"bigquery#tableDataInsertAllResponse"}' : shape);
  });
}
