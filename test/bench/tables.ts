/** Rows into tables: ours beside the raw call that they come down to, for the same rows in batches of the same size. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBAppender, DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { bankSchema } from "./generate";
import type { Contestant } from "./harness";
import { compileGenerator } from "../../generator/record";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { openBigQueryTable } from "../../pipeline/endpoints/bigquery-table";
import { openDuckDbTable } from "../../pipeline/endpoints/duckdb-table";
import type { MessageRow, RowWriter } from "../../pipeline/endpoints/endpoint";
import { toInsertAllJson } from "../../schemas/bigquery";
import { duckDbDdl } from "../../schemas/duckdb";
import { compileRowParser } from "../../schemas/row-parser";
import type { Row } from "../../schemas/schema";
import { microsOf } from "../../schemas/times";
import { Refusal } from "../../transforms/refusal";

const SCHEMA = bankSchema();
const TABLE = "cc_account_info";
const PROJECT = "test-project";

export interface Group {
  readonly contestants: Record<string, Contestant>;
  /** The name of the raw call. */
  readonly reference: string;
}

/** By table and size of the batches. `bigQueryHost`: an emulator's; without it the groups are DuckDB's alone. */
export async function tableContestants(bigQueryHost?: string): Promise<Record<string, Group>> {
  const groups: Record<string, Group> = {};
  for (const [size, rows] of [
    [100, 20_000],
    [1000, 100_000],
    [5000, 100_000],
  ] as const) {
    groups[`rows into DuckDB, batches of ${size}`] = duckDb(rows, size);
  }
  if (bigQueryHost !== undefined)
    groups["rows into the BigQuery emulator, batches of 500"] = await bigQuery(bigQueryHost);
  return groups;
}

/** From an empty file to a closed one, so that every checkpoint counts. */
function duckDb(rows: number, size: number): Group {
  const drawn = drawRows(rows);
  const inFile = async (work: (path: string) => Promise<void>) => {
    const dir = mkdtempSync(join(tmpdir(), "bench-"));
    await work(join(dir, "rows.duckdb"));
    rmSync(dir, { recursive: true });
    return rows;
  };
  return {
    reference: "raw DuckDB appender",
    contestants: {
      "raw DuckDB appender": () => inFile((path) => appendRaw(path, inBatches(drawn, size))),
      "our DuckDB table": () =>
        inFile(async (path) => writeAll(await openDuckDbTable(path, SCHEMA, TABLE), inBatches(drawn, size))),
    },
  };
}

/** The quickest that DuckDB's client offers without a key: a flush is a transaction. */
async function appendRaw(path: string, batches: readonly (readonly MessageRow[])[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of duckDbDdl(SCHEMA, TABLE)) await connection.run(statement);
  const appender = await connection.createAppender(TABLE);
  for (const batch of batches) {
    for (const { row } of batch) appendRow(appender, row);
    appender.flushSync();
  }
  appender.closeSync();
  connection.closeSync();
  instance.closeSync();
}

function appendRow(appender: DuckDBAppender, row: Row): void {
  for (const { name, type } of SCHEMA.columns) {
    const value = row[name]!;
    if (value === null) appender.appendNull();
    else if (type === "INT64") appender.appendBigInt(value as bigint);
    else if (type === "DATETIME") appender.appendTimestamp(new DuckDBTimestampValue(microsOf(value as string)));
    else appender.appendVarchar(value as string);
  }
  appender.endRow();
}

async function bigQuery(host: string): Promise<Group> {
  const rows = 5000;
  const size = 500;
  process.env.BIGQUERY_EMULATOR_HOST = host;
  const { client } = bigQueryClient(PROJECT);
  await client.createDataset("bench");
  const drawn = drawRows(rows);
  const toJson = toInsertAllJson(SCHEMA);
  let round = 0;
  const inTable = async (work: (table: string) => Promise<void>) => {
    const table = `rows_${round++}`;
    const fields = SCHEMA.columns.map(({ name, type, mode }) => ({ name, type, mode }));
    await client.dataset("bench").createTable(table, { schema: { fields } });
    // Making the table is no part of it.
    const from = performance.now();
    await work(table);
    const perSecond = (rows * 1000) / (performance.now() - from);
    await client.dataset("bench").table(table).delete();
    return { perSecond };
  };
  const insertRaw = async (table: string) => {
    for (const batch of inBatches(drawn, size)) {
      const json = batch.map(({ message, row }) => ({ insertId: message.messageId, json: toJson(row) }));
      await client.dataset("bench").table(table).insert(json, { raw: true });
    }
  };
  return {
    reference: "raw insertAll",
    contestants: {
      "raw insertAll": () => inTable(insertRaw),
      "our BigQuery table": () =>
        inTable((table) =>
          writeAll(openBigQueryTable({ project: PROJECT, dataset: "bench", table }, SCHEMA), inBatches(drawn, size)),
        ),
    },
  };
}

async function writeAll(writer: RowWriter, batches: readonly (readonly MessageRow[])[]): Promise<void> {
  for (const batch of batches) {
    const result = await writer.write(batch);
    if (result.kind !== "written" || result.alreadyThere.size > 0) throw new Error(`not written: ${result.kind}`);
  }
  await writer.close();
}

function drawRows(count: number): MessageRow[] {
  const generator = compileGenerator(SCHEMA, { seed: 1, locale: "en_GB" });
  const parse = compileRowParser(SCHEMA, { unknownColumns: "refuse" });
  const message = { attributes: {}, publishTime: "2024-02-29T12:00:00Z", orderingKey: "" };
  return Array.from({ length: count }, (_, i) => {
    const data = generator.next();
    const row = parse(Buffer.from(data).toString());
    if (row instanceof Refusal) throw new Error(row.reason);
    return { message: { ...message, data, messageId: String(8_157_341_265_349_000 + i) }, row };
  });
}

function inBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let from = 0; from < items.length; from += size) batches.push(items.slice(from, from + size));
  return batches;
}
