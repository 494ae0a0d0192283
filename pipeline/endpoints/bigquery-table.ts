/**
 * Rows into a BigQuery table by `tabledata.insertAll`. The insert id is the message id: BigQuery remembers it for about a minute, as best
 * it can. Rows that the table refuses are set aside one by one; their neighbours are written.
 */
import type { Table } from "@google-cloud/bigquery";
import { bigQueryClient } from "./bigquery-client";
import { isTooLarge, bigQueryTrouble } from "./bigquery-trouble";
import { type MessageRow, NONE_THERE, type RefusedRow, type RowWriter, type WriteResult } from "./endpoint";
import { toInsertAllJson } from "../../schemas/bigquery";
import type { TableSchema } from "../../schemas/schema";
import { Refusal } from "../../transforms/refusal";

/** A request has 500 rows at best and 10 MB at most [Quotas and limits, Streaming inserts]. */
const MOST_ROWS = 500;
const MOST_BYTES = 8_000_000;

export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

interface InsertErrors {
  readonly insertErrors?: readonly { index: number; errors: readonly { reason?: string; location?: string }[] }[];
}

/** A row with its place in the batch. */
interface Placed {
  readonly index: number;
  readonly bytes: number;
  readonly json: { readonly insertId: string; readonly json: object };
}

/** Does not fail where the table is not there: each write says so. */
export function openBigQueryTable({ project, dataset, table }: TableName, schema: TableSchema): RowWriter {
  const { client, kind } = bigQueryClient(project);
  const target = client.dataset(dataset).table(table);
  const toJson = toInsertAllJson(schema);
  const name = `${project}:${dataset}.${table}`;

  return {
    name: `${kind} ${name}`,
    keyed: false,
    async write(rows): Promise<WriteResult> {
      const refused: RefusedRow[] = [];
      const requests = requestsOf(rows.map((row, index) => place(row, index, toJson)));
      try {
        for (const request of requests) requests.push(...(await insert(target, request, refused)));
      } catch (error) {
        return bigQueryTrouble(name, error);
      }
      if (refused.length === 0) return { kind: "written", alreadyThere: NONE_THERE };
      return { kind: "refused", refused: refused.sort((a, b) => a.index - b.index), alreadyThere: NONE_THERE };
    },
    close: async () => {},
  };
}

function place({ message, row }: MessageRow, index: number, toJson: ReturnType<typeof toInsertAllJson>): Placed {
  return { index, bytes: message.data.length + 200, json: { insertId: message.messageId, json: toJson(row) } };
}

function requestsOf(rows: readonly Placed[]): Placed[][] {
  const requests: Placed[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (bytes + row.bytes > MOST_BYTES || requests.at(-1)!.length === MOST_ROWS) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)!.push(row);
    bytes += row.bytes;
  }
  return requests;
}

/** Sends one request. Answers what must be sent again: the halves of one that was too large, and rows that were stopped by others. */
async function insert(table: Table, rows: readonly Placed[], refused: RefusedRow[]): Promise<Placed[][]> {
  let answer: InsertErrors;
  try {
    answer = await insertAll(table, rows);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    if (rows.length > 1) return [rows.slice(0, rows.length / 2), rows.slice(rows.length / 2)];
    refused.push({ index: rows[0]!.index, refusal: new Refusal("refused_by_table") });
    return [];
  }
  const again: Placed[] = [];
  for (const { index, errors } of answer.insertErrors ?? []) {
    const about = errors.find(({ reason }) => reason === "invalid");
    // The error's text may carry the value: the column is all that is taken from it.
    if (about)
      refused.push({ index: rows[index]!.index, refusal: new Refusal("refused_by_table", about.location ?? "") });
    else again.push(rows[index]!);
  }
  if (again.length === rows.length) throw new NothingTaken();
  return again.length === 0 ? [] : [again];
}

/** The request was answered, but not one row was taken, nor refused for what it contains. */
class NothingTaken extends Error {
  readonly code = 503;
}

function insertAll(table: Table, rows: readonly Placed[]): Promise<InsertErrors> {
  const json = { kind: "bigquery#tableDataInsertAllRequest", skipInvalidRows: true, rows: rows.map((row) => row.json) };
  return new Promise((resolve, reject) => {
    table.request({ method: "POST", uri: "/insertAll", json }, (error: Error | null, answer: InsertErrors) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
