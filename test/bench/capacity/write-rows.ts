/**
 * Writes generated rows by one of our writers, in batches, in a process of its own, and prints the microseconds of processor time of a row: of
 * the writer alone, after a warm-up. Arguments: native | insertAll, rows, rows of a batch. Where to, the environment says.
 */
import "../../../pipeline/sdk/node-compat";
import { compileGenerator } from "../../../generator/record";
import { openBigQueryTable } from "../../../pipeline/endpoints/bigquery-table";
import type { MessageRow } from "../../../pipeline/endpoints/endpoint";
import { openStorageWriteTable } from "../../../pipeline/endpoints/storage-write";
import { loadTableSchema } from "../../../schemas/load";
import { compileRowParser } from "../../../schemas/row-parser";
import { Refusal } from "../../../transforms/refusal";

const [way, rows, batch] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const SCHEMA = loadTableSchema("schemas/cc_account_info.json");
const TABLE = { project: "bench-project", dataset: "bench", table: "rows" };
/** So many of them are the warm-up. */
const WARM = 1 / 3;

async function main(): Promise<void> {
  const all = drawn();
  const writer = way === "native" ? openStorageWriteTable(TABLE, SCHEMA) : openBigQueryTable(TABLE, SCHEMA);
  let [cpu, measured] = [process.cpuUsage(), 0];
  for (let from = 0; from < rows; from += batch) {
    if (measured === 0 && from >= rows * WARM) cpu = process.cpuUsage();
    const part = all.slice(from, from + batch);
    const { kind } = await writer.write(part);
    if (kind !== "written") throw new Error(`not written: ${kind}`);
    if (from >= rows * WARM) measured += part.length;
  }
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(String((user + system) / measured));
  await writer.close();
}

function drawn(): MessageRow[] {
  const generator = compileGenerator(SCHEMA, { seed: 1, locale: "en_GB" });
  const parse = compileRowParser(SCHEMA, { unknownColumns: "refuse" });
  const message = { attributes: {}, publishTime: "2024-02-29T12:00:00Z", orderingKey: "" };
  return Array.from({ length: rows }, (_, i) => {
    const data = generator.next();
    const row = parse(Buffer.from(data).toString());
    if (row instanceof Refusal) throw new Error(row.reason);
    return { message: { ...message, data, messageId: String(8_157_341_265_349_000 + i) }, row };
  });
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
