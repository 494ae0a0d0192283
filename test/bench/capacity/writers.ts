/** What a row costs the process that writes it: our writers, by batches, to stand-ins that keep nothing. */
import { nodeOf } from "../worker/processes";
import { startTable } from "../soak/table";
import type { TableSchema } from "../../../schemas/schema";
import { FakeStorageWrite } from "../../pipeline/endpoints/fake-storage-write";
import { run } from "../../support/commands";

export const WAYS = ["native", "insertAll"] as const;

/** Microseconds of processor time of a row, by way and batch, of each round, on Node 24 as on the worker. */
export async function writers(schema: TableSchema, batches: readonly number[], rounds: number) {
  const storage = await FakeStorageWrite.start();
  storage.fields = schema.columns.map(({ name, type, mode }) => ({ name, type, mode: mode ?? "NULLABLE" }));
  const table = await startTable(schema, 1, () => {});
  const env = { BIGQUERY_STORAGE_EMULATOR_HOST: storage.host, BIGQUERY_EMULATOR_HOST: table.host };
  const found: { way: string; batch: number; micros: number[] }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const way of WAYS) {
        for (const batch of batches) {
          const args = [way, String(Math.min(30_000, 150 * batch)), String(batch)];
          const { output } = await run("test/bench/capacity/write-rows.ts", args, env, nodeOf(24));
          const one = found.find((other) => other.way === way && other.batch === batch);
          if (one) one.micros.push(Number(output.stdout));
          else found.push({ way, batch, micros: [Number(output.stdout)] });
          // It keeps what it is asked.
          for (const list of [storage.requests, storage.asked, storage.taken]) list.length = 0;
        }
      }
    }
  } finally {
    await table.stop();
    storage.stop();
  }
  return found;
}
