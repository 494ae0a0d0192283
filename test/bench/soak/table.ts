/**
 * A table for hours: answers as BigQuery's REST API does to what the pipeline asks of it (tables.get, tabledata.insertAll), after as long as a
 * streaming insert may take, and keeps nothing but the insert ids' times. The BigQuery emulator keeps every row, and needs two thirds of a core
 * for 300 rows a second.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { TableSchema } from "../../../schemas/schema";

export interface StandInTable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

/** `onRows` is told the insert ids of each request when it is answered; `answerAfter`: milliseconds. */
export async function startTable(
  schema: TableSchema,
  answerAfter: number,
  onRows: (insertIds: readonly string[]) => void,
): Promise<StandInTable> {
  const shape = JSON.stringify({ kind: "bigquery#table", schema: { fields: schema.columns } });
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      const body = await read(incoming);
      const isInsert = new URL(incoming.url!, "http://table").pathname.endsWith("/insertAll");
      if (isInsert) {
        const { rows } = JSON.parse(body) as { rows: readonly { insertId: string }[] };
        await pause(answerAfter);
        onRows(rows.map(({ insertId }) => insertId));
      }
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(isInsert ? '{"kind":"bigquery#tableDataInsertAllResponse"}' : shape);
    };
    void answer().catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
