import { requestsOf } from "./requests";
import { storageWriteClient } from "./storage-write-client";
import { checkStorageColumns } from "./storage-write-shape";
import { type AppendCall, type Appended, AppendStream } from "./storage-write-stream";
import { NoStorageEmulator } from "./storage-write-trouble";
import type { TableName } from "./table-name";
import type { Descriptor } from "../../schemas/bigquery-proto";
import type { TableSchema } from "../../schemas/schema";

/** A table's default stream: held against the schema before anything is appended, and opened anew where it has ended. */
export class StorageConnection {
  readonly kind: string;
  readonly #client;
  readonly #most;
  /** Given whole: one of the type DEFAULT, which could be made, is another, and its rows never appear. */
  readonly #writeStream: string;
  #stream: AppendStream | undefined;
  #isChecked = false;

  constructor(
    { project, dataset, table }: TableName,
    private readonly schema: TableSchema,
    private readonly descriptor: Descriptor,
  ) {
    const { client, kind, most } = storageWriteClient(project);
    this.kind = kind;
    this.#client = client;
    this.#most = most;
    this.#writeStream = `projects/${project}/datasets/${dataset}/tables/${table}/streams/_default`;
  }

  /** Throws OtherColumns, NoStorageEmulator, or the client's error. */
  async ready(): Promise<void> {
    const client = this.#client;
    if (client === undefined) throw new NoStorageEmulator();
    if (!this.#isChecked) await checkStorageColumns(client, this.#writeStream, this.schema);
    this.#isChecked = true;
    if (this.#stream?.isOpen) return;
    await client.initialize();
    // By this header the API finds the region of the table.
    const headers = { "x-goog-request-params": `write_stream=${this.#writeStream}` };
    this.#stream = new AppendStream(client.appendRows({ otherArgs: { headers } }) as AppendCall, {
      writeStream: this.#writeStream,
      traceId: "regulated-streaming-pipeline",
      protoRows: { writerSchema: { protoDescriptor: this.descriptor } },
      // As streaming inserts have it: a column that is left out has its default.
      defaultMissingValueInterpretation: "DEFAULT_VALUE",
    });
  }

  /** When it is ready. Rejects where the connection fails, whatever became of the rows. */
  async append(rows: readonly Uint8Array[]): Promise<Appended> {
    const appended = await this.#stream!.append(rows);
    if (appended.updatedSchema) this.#isChecked = false;
    return appended;
  }

  /** Divides rows into requests that the API takes. */
  requestsOf<T extends { readonly bytes: Uint8Array }>(rows: readonly T[]): T[][] {
    // A row in a request has its length and a tag before it.
    return requestsOf(rows, ({ bytes }) => bytes.length + 8, this.#most);
  }

  /** Whether no request can carry it, be it alone. */
  isTooLarge(row: Uint8Array): boolean {
    return row.length > this.#most.rowBytes;
  }

  /** Throws OtherColumns where the table is not, or is no more, what the schema says. */
  async lookAgain(): Promise<void> {
    this.#isChecked = false;
    await this.ready();
  }

  /** What is asked next goes over a new connection, to a table that is looked at anew. */
  renew(): void {
    this.#stream?.close();
    this.#isChecked = false;
  }

  async close(): Promise<void> {
    this.#stream?.close();
    await this.#client?.close();
  }
}
