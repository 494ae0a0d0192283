/** A gRPC server that is Pub/Sub's `Publish` and nothing else: it refuses what a test says, which the emulator does not. */
import { protos } from "@google-cloud/pubsub";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";

const { PublishRequest, PublishResponse } = protos.google.pubsub.v1;

export class FakePublisher {
  /** The `source_message_id` of every message that was taken. */
  readonly taken: string[] = [];
  /** The number of messages of each request. */
  readonly asked: number[] = [];
  /** The status of a request, by the ids in it. */
  statusOf: (ids: readonly string[]) => status = () => status.OK;
  private readonly server = new Server({ "grpc.max_receive_message_length": -1 });
  host = "";

  static async start(): Promise<FakePublisher> {
    const fake = new FakePublisher();
    fake.server.addService(
      {
        publish: {
          path: "/google.pubsub.v1.Publisher/Publish",
          requestStream: false,
          responseStream: false,
          requestDeserialize: (bytes: Buffer) => PublishRequest.decode(bytes),
          requestSerialize: () => Buffer.alloc(0),
          responseSerialize: (response) => Buffer.from(PublishResponse.encode(response).finish()),
          responseDeserialize: () => undefined,
        },
      },
      {
        publish(
          call: { request: InstanceType<typeof PublishRequest> },
          answer: (error: object | null, response?: object) => void,
        ) {
          const ids = call.request.messages.map(({ attributes }) => attributes!.source_message_id!);
          fake.asked.push(ids.length);
          const code = fake.statusOf(ids);
          if (code !== status.OK) return answer({ code, details: "Ada's secret" });
          fake.taken.push(...ids);
          return answer(null, { messageIds: ids });
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      fake.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, at) =>
        error ? reject(error) : resolve(at),
      );
    });
    fake.host = `127.0.0.1:${port}`;
    return fake;
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
