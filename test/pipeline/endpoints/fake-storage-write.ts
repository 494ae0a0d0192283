/** The Storage Write API as far as the table asks it, with answers that a test chooses. */
import { protos } from "@google-cloud/bigquery-storage";
import { Server, ServerCredentials, type ServerDuplexStream, type ServiceDefinition, status } from "@grpc/grpc-js";

const { AppendRowsRequest, AppendRowsResponse, GetWriteStreamRequest, WriteStream } =
  protos.google.cloud.bigquery.storage.v1;

type Request = protos.google.cloud.bigquery.storage.v1.AppendRowsRequest;
/** An answer; a failure that ends the connection; or none at all. */
export type Answer =
  | { readonly [field: string]: unknown }
  | { readonly fails: { code: number; details: string } }
  | "none";

export class FakeStorageWrite {
  /** `127.0.0.1:PORT` */
  host = "";
  /** The rows of every request, in their order. */
  readonly asked: Uint8Array[][] = [];
  readonly requests: Request[] = [];
  /** The rows of the requests that were answered well. */
  readonly taken: Uint8Array[] = [];
  connections = 0;
  readonly #calls: ServerDuplexStream<Request, object>[] = [];
  /** What is answered to the next requests; then all is well. */
  readonly answers: ((rows: readonly Uint8Array[]) => Answer)[] = [];
  /** The table's columns, or a failure. */
  fields: readonly object[] | { readonly fails: { code: number; details: string } } = [];
  looks = 0;
  readonly #server = new Server({ "grpc.max_receive_message_length": 20_000_000 });

  static async start(): Promise<FakeStorageWrite> {
    const fake = new FakeStorageWrite();
    fake.#server.addService(SERVICE, {
      appendRows: (call: ServerDuplexStream<Request, object>) => fake.#connected(call),
      getWriteStream: (_call: unknown, answer: (error: object | null, stream?: object) => void) => {
        fake.looks += 1;
        if ("fails" in fake.fields) answer(fake.fields.fails);
        else answer(null, { tableSchema: { fields: fake.fields } });
      },
    });
    const credentials = ServerCredentials.createInsecure();
    fake.host = await new Promise((resolve, reject) =>
      fake.#server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
        error ? reject(error) : resolve(`127.0.0.1:${port}`),
      ),
    );
    return fake;
  }

  #connected(call: ServerDuplexStream<Request, object>): void {
    this.connections += 1;
    this.#calls.push(call);
    call.on("error", () => {});
    call.on("data", (request: Request) => {
      const rows = request.protoRows!.rows!.serializedRows as Uint8Array[];
      this.requests.push(request);
      this.asked.push(rows);
      const answer = this.answers.shift()?.(rows) ?? { appendResult: {} };
      if (answer === "none") return;
      if ("fails" in answer) {
        call.emit("error", answer.fails);
        return;
      }
      if ("appendResult" in answer) this.taken.push(...rows);
      call.write(answer);
    });
    call.on("end", () => call.end());
  }

  /** Ends every connection, as the API does after some minutes without a request. */
  hangUp(): void {
    for (const call of this.#calls.splice(0)) call.emit("error", { code: status.ABORTED, details: "idle" });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

export const well: Answer = { appendResult: {} };
export const fails = (code: number, details = ""): Answer => ({ fails: { code, details } });
/** Of a request that is answered and not taken. `storageCode`: StorageErrorCode. */
export const refuses = (code: number, message = "", storageCode = 0): Answer => ({
  error: {
    code,
    message,
    details: [
      {
        type_url: "type.googleapis.com/google.cloud.bigquery.storage.v1.StorageError",
        value: Buffer.from([8, storageCode]),
      },
    ],
  },
});
/** By the row's place in its request. */
export const rowErrors = (messages: Readonly<Record<number, string>>): Answer => ({
  error: { code: status.INVALID_ARGUMENT, message: "see row_errors" },
  rowErrors: Object.entries(messages).map(([index, message]) => ({ index: Number(index), code: 1, message })),
});

const PATH = "/google.cloud.bigquery.storage.v1.BigQueryWrite";
const SERVICE = {
  appendRows: {
    path: `${PATH}/AppendRows`,
    requestStream: true,
    responseStream: true,
    requestSerialize: (request: object) => Buffer.from(AppendRowsRequest.encode(request).finish()),
    requestDeserialize: (bytes: Buffer) => AppendRowsRequest.decode(bytes),
    responseSerialize: (answer: object) =>
      Buffer.from(AppendRowsResponse.encode(AppendRowsResponse.fromObject(answer)).finish()),
    responseDeserialize: (bytes: Buffer) => AppendRowsResponse.decode(bytes),
  },
  getWriteStream: {
    path: `${PATH}/GetWriteStream`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (request: object) => Buffer.from(GetWriteStreamRequest.encode(request).finish()),
    requestDeserialize: (bytes: Buffer) => GetWriteStreamRequest.decode(bytes),
    responseSerialize: (answer: object) => Buffer.from(WriteStream.encode(WriteStream.fromObject(answer)).finish()),
    responseDeserialize: (bytes: Buffer) => WriteStream.decode(bytes),
  },
} satisfies ServiceDefinition;
