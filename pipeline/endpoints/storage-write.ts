/**
 * Rows into a BigQuery table by the Storage Write API's default stream: at least once, for it knows no insert id. Rows that the table
 * refuses are set aside one by one; their neighbours are written.
 */
import { status } from "@grpc/grpc-js";
import { OtherColumns } from "./bigquery-shape";
import { type MessageRow, NONE_THERE, type RefusedRow, type RowWriter, type WriteResult } from "./endpoint";
import { StorageConnection } from "./storage-write-connection";
import type { Appended } from "./storage-write-stream";
import { AppendError, isMismatch, isTooLarge, storageWriteTrouble } from "./storage-write-trouble";
import type { TableName } from "./table-name";
import { columnPaths, toProtoRows } from "../../schemas/bigquery-proto";
import type { TableSchema } from "../../schemas/schema";
import { Refusal } from "../../transforms/refusal";

/** A row with its place in the batch. */
interface Placed {
  readonly index: number;
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Does not fail where the table is not there: each write says so. */
export function openStorageWriteTable(target: TableName, schema: TableSchema): RowWriter {
  const name = `${target.project}:${target.dataset}.${target.table}`;
  const { descriptor, encode } = toProtoRows(schema);
  const connection = new StorageConnection(target, schema, descriptor);
  const sender = new Sender(connection, new Set(columnPaths(schema.columns)));

  return {
    name: `${connection.kind} ${name}`,
    keyed: false,
    async write(rows: readonly MessageRow[]): Promise<WriteResult> {
      const placed = rows.map(({ message, row }, index) => ({ index, id: message.messageId, bytes: encode(row) }));
      try {
        const refused = await sender.send(placed);
        if (refused.length === 0) return { kind: "written", alreadyThere: NONE_THERE };
        return { kind: "refused", refused, alreadyThere: NONE_THERE };
      } catch (error) {
        connection.renew();
        return storageWriteTrouble(name, await reasonOf(error, connection));
      }
    },
    close: () => connection.close(),
  };
}

/** What stands behind a request that is invalid as a whole: the table may have become another. */
async function reasonOf(error: unknown, connection: StorageConnection): Promise<unknown> {
  if ((error as { code?: unknown }).code !== status.INVALID_ARGUMENT) return error;
  return connection.ready().then(
    // The columns are as they should be, but the API does not know it yet: that passes.
    () => (isMismatch(error) ? { code: status.UNAVAILABLE } : error),
    (reason: unknown) => (reason instanceof OtherColumns ? reason : error),
  );
}

class Sender {
  /** Of a batch that did not come through whole: what need not be sent again when it is asked for again, however late. */
  readonly #confirmed = new Set<string>();

  constructor(
    private readonly connection: StorageConnection,
    private readonly columns: ReadonlySet<string>,
  ) {}

  /** Answers the rows that are refused. Throws where not all of the others are known to be written. */
  async send(rows: readonly Placed[]): Promise<RefusedRow[]> {
    const refused: RefusedRow[] = [];
    const open: Placed[] = [];
    for (const row of rows) {
      if (this.connection.isTooLarge(row.bytes)) refused.push(refuse(row));
      else if (!this.#confirmed.has(row.id)) open.push(row);
    }
    try {
      await this.#together(open, refused);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await this.#oneByOne(open, refused);
    }
    this.#confirmed.clear();
    return refused.sort((a, b) => a.index - b.index);
  }

  /** All requests are on their way at once. Throws the first failure when the fate of each is known. */
  async #together(rows: readonly Placed[], refused: RefusedRow[]): Promise<void> {
    await this.connection.ready();
    for (let left = rows; left.length > 0; ) {
      const requests = this.connection.requestsOf(left);
      const answers = await Promise.allSettled(requests.map((request) => this.#append(request, refused)));
      left = answers.flatMap((answer) => {
        if (answer.status === "rejected") throw answer.reason;
        return answer.value;
      });
    }
  }

  /** A request that is too large takes those behind it with it: which one it was is found out by halves. */
  async #oneByOne(rows: readonly Placed[], refused: RefusedRow[]): Promise<void> {
    refused.length = 0;
    const requests = this.connection.requestsOf(rows.filter(({ id }) => !this.#confirmed.has(id)));
    for (const request of requests) {
      await this.connection.ready();
      try {
        const again = await this.#append(request, refused);
        if (again.length > 0) requests.push([...again]);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        const half = request.length / 2;
        if (request.length === 1) refused.push(refuse(request[0]!));
        else requests.push(request.slice(0, half), request.slice(half));
      }
    }
  }

  /** Answers what is to be sent again: the neighbours of rows that are refused. */
  async #append(request: readonly Placed[], refused: RefusedRow[]): Promise<readonly Placed[]> {
    const appended = await this.connection.append(request.map(({ bytes }) => bytes));
    const bad = rowErrorsOf(appended);
    if (bad.size === 0) {
      if (appended.error) throw new AppendError(appended.error);
      for (const { id } of request) this.#confirmed.add(id);
      return [];
    }
    const again = request.filter((_, at) => !bad.has(at));
    // Where no row is good, the table may have become another one: then these are no dead letters.
    if (again.length === 0) await this.connection.lookAgain();
    if (again.length === request.length) throw new AppendError({ code: status.INTERNAL });
    request.forEach((row, at) => {
      if (bad.has(at)) refused.push(refuse(row, this.#columnIn(bad.get(at)!)));
    });
    return again;
  }

  /** The message may carry the value: a column's path is all that is taken from it. */
  #columnIn(message: string): string {
    const words = message.split(/[^\p{L}\p{M}\p{N}_.-]+/u).map((word) => word.replace(/\.$/, ""));
    return words.find((word) => this.columns.has(word)) ?? "";
  }
}

/** The messages, by the row's place in its request. */
function rowErrorsOf({ rowErrors }: Appended): ReadonlyMap<number, string> {
  return new Map((rowErrors ?? []).map(({ index, message = "" }) => [Number(index), message]));
}

function refuse({ index }: Placed, column = ""): RefusedRow {
  return { index, refusal: new Refusal("refused_by_table", column) };
}
