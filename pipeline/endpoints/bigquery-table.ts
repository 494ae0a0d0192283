/**
 * Rows into a BigQuery table by `tabledata.insertAll`. The insert id is the message id: BigQuery remembers it for about a minute, as best
 * it can. Rows that the table refuses are set aside one by one; their neighbours are written.
 */
import type { Table } from "@google-cloud/bigquery";
import { bigQueryClient } from "./bigquery-client";
import { checkColumns } from "./bigquery-shape";
import { bigQueryTrouble, ColumnsNotYet, isTooLarge } from "./bigquery-trouble";
import { type MessageRow, NONE_THERE, type RefusedRow, type RowWriter, type WriteResult } from "./endpoint";
import { requestsOf } from "./requests";
import type { TableName } from "./table-name";
import { toInsertAllJson } from "../../schemas/bigquery";
import type { TableSchema } from "../../schemas/schema";
import { Refusal } from "../../transforms/refusal";

/** A request has 500 rows at best and 10 MB at most [Quotas and limits, Streaming inserts]. */
const MOST = { items: 500, bytes: 8_000_000 };

/** For how long an answer is waited for: a connection may be half open, and Google's client, on node-fetch 3, would wait for ever. */
const PATIENCE_MS = 60_000;

interface InsertErrors {
  readonly insertErrors?: readonly { index: number; errors: readonly InsertError[] }[];
}

interface InsertError {
  readonly reason?: string;
  readonly location?: string;
  readonly message?: string;
}

/** A row with its place in the batch. */
interface Placed {
  readonly index: number;
  readonly bytes: number;
  readonly json: { readonly insertId: string; readonly json: object };
}

/** Does not fail where the table is not there: each write says so. */
export function openBigQueryTable(
  { project, dataset, table }: TableName,
  schema: TableSchema,
  patienceMs = PATIENCE_MS,
): RowWriter {
  const { client, kind } = bigQueryClient(project);
  const target = client.dataset(dataset).table(table);
  const toJson = toInsertAllJson(schema);
  const name = `${project}:${dataset}.${table}`;
  let isChecked = false;
  /** Of a batch that did not come through whole: what need not be sent again when it is asked for again, however late. */
  const confirmed = new Set<string>();

  async function send(rows: readonly MessageRow[]): Promise<RefusedRow[]> {
    const look = () => answered(checkColumns(target, schema), patienceMs);
    if (!isChecked) await look();
    isChecked = true;
    const refused: RefusedRow[] = [];
    const placed = rows.map((row, index) => place(row, index, toJson));
    const open = placed.filter(({ json }) => !confirmed.has(json.insertId));
    const requests: (readonly Placed[])[] = requestsOf(open, ({ bytes }) => bytes, MOST);
    for (const request of requests) {
      const {
        again,
        refused: some,
        unknown,
      } = await insert((rows) => answered(insertAll(target, rows), patienceMs), request);
      requests.push(...again);
      refused.push(...some);
      const left = new Set([...again.flat(), ...some].map(({ index }) => index));
      for (const { index, json } of request) if (!left.has(index)) confirmed.add(json.insertId);
      // What is refused may be refused by a table that has become another.
      if (some.length > 0 || unknown.length > 0) await look();
      if (unknown.length > 0 && again.flat().length === request.length) throw new ColumnsNotYet(unknown);
    }
    return refused.sort((a, b) => a.index - b.index);
  }

  return {
    name: `${kind} ${name}`,
    keyed: false,
    async write(rows): Promise<WriteResult> {
      try {
        const refused = await send(rows);
        confirmed.clear();
        if (refused.length === 0) return { kind: "written", alreadyThere: NONE_THERE };
        return { kind: "refused", refused, alreadyThere: NONE_THERE };
      } catch (error) {
        const trouble = bigQueryTrouble(name, error);
        // What is mended may have become another table.
        if (trouble.kind === "setUpError") isChecked = false;
        return trouble;
      }
    },
    close: async () => {},
  };
}

function place({ message, row }: MessageRow, index: number, toJson: ReturnType<typeof toInsertAllJson>): Placed {
  return { index, bytes: message.data.length + 200, json: { insertId: message.messageId, json: toJson(row) } };
}

/** What one request has left over: what must be sent again, and the rows that the table refuses for what they contain. */
interface Left {
  readonly again: readonly (readonly Placed[])[];
  readonly refused: readonly RefusedRow[];
  /** Paths of columns that are not known there. */
  readonly unknown: readonly string[];
}

/**
 * Sends one request. Again: the halves of one that was too large, rows that were stopped by others, and rows with a column of the schema that the
 * table, or its stream, does not know.
 */
async function insert(ask: (rows: readonly Placed[]) => Promise<InsertErrors>, rows: readonly Placed[]): Promise<Left> {
  let answer: InsertErrors;
  try {
    answer = await ask(rows);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    if (rows.length === 1) return { again: [], refused: [refuse(rows[0]!)], unknown: [] };
    return { again: [rows.slice(0, rows.length / 2), rows.slice(rows.length / 2)], refused: [], unknown: [] };
  }
  const again: Placed[] = [];
  const refused: RefusedRow[] = [];
  const unknown = new Set<string>();
  for (const { index, errors } of answer.insertErrors ?? []) {
    const about = errors.find(({ reason }) => reason === "invalid");
    if (about && isUnknownColumn(about)) unknown.add(about.location ?? "");
    if (about && !isUnknownColumn(about)) refused.push(refuse(rows[index]!, about.location));
    else again.push(rows[index]!);
  }
  if (again.length === rows.length && unknown.size === 0) throw new NothingTaken();
  return { again: again.length === 0 ? [] : [again], refused, unknown: [...unknown] };
}

/** The error's text may carry the value: the column's path is all that is taken from it. */
function refuse({ index }: Placed, location = ""): RefusedRow {
  return { index, refusal: new Refusal("refused_by_table", location) };
}

/** A row has columns of the schema and no others: it is the table that lacks one, or does not know it yet. */
const isUnknownColumn = ({ message = "" }: InsertError) => /^no such field\b/i.test(message);

/** The answer, or NoAnswer. What was asked may be done all the same, and later: it is asked again with the same insert ids. */
async function answered<T>(answer: Promise<T>, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer()), patienceMs);
  });
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

class NoAnswer extends Error {
  readonly code = 504;
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
