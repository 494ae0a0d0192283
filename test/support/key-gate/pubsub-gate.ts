/**
 * A gate before the Pub/Sub emulator, which keeps a topic's key and enforces nothing: bytes go through unread, but for the name of what they
 * ask for. Where the key may not be used, publish, pull, streaming pull and acknowledge answer FAILED_PRECONDITION, Pub/Sub's word for a
 * customer-managed key that it cannot reach [Error codes, Pub/Sub]; within it are Cloud KMS's own words. What Pub/Sub says around them is
 * published nowhere, nor whether it acknowledges without the key: here it does not, which is the harder case.
 */
import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import type { Access, DataConsumer } from "./access";
import type { Hearing, Verdict } from "./hearing";

const SERVICES = {
  Publisher: `CreateTopic UpdateTopic Publish GetTopic ListTopics ListTopicSubscriptions ListTopicSnapshots DeleteTopic
    DetachSubscription`.split(/\s+/),
  Subscriber:
    `CreateSubscription GetSubscription UpdateSubscription ListSubscriptions DeleteSubscription ModifyAckDeadline
    Acknowledge Pull StreamingPull ModifyPushConfig GetSnapshot ListSnapshots CreateSnapshot UpdateSnapshot DeleteSnapshot
    Seek`.split(/\s+/),
} as const;

/** What touches what is in a message; each has the name of its topic or subscription as the first field. */
const GATED: Readonly<Record<string, DataConsumer>> = {
  Publish: "publish",
  Pull: "pull",
  StreamingPull: "pull",
  Acknowledge: "acknowledge",
};

const asIs = (bytes: Buffer) => bytes;

export interface PubsubGate {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

/** `hearing`: by the full name of a topic or subscription. */
export async function startPubsubGate(
  emulator: string,
  hearing: Hearing,
  log: (access: Access) => void,
): Promise<PubsubGate> {
  const upstream = new Client(emulator, credentials.createInsecure());
  const server = new Server({ "grpc.max_receive_message_length": 20 * 1024 * 1024 });
  for (const [service, methods] of Object.entries(SERVICES)) {
    const definitions = methods.map((name) => [name, definition(service, name)] as const);
    const handlers = definitions.map(([name, { path }]) => [name, handler(path, name, { upstream, hearing, log })]);
    server.addService(Object.fromEntries(definitions), Object.fromEntries(handlers));
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    host: `127.0.0.1:${port}`,
    async stop() {
      server.forceShutdown();
      upstream.close();
    },
  };
}

function definition(service: string, name: string): MethodDefinition<Buffer, Buffer> {
  const isStream = name === "StreamingPull";
  return {
    path: `/google.pubsub.v1.${service}/${name}`,
    ...{ requestStream: isStream, responseStream: isStream },
    ...{ requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs },
  };
}

interface Through {
  readonly upstream: Client;
  readonly hearing: Hearing;
  readonly log: (access: Access) => void;
}

function handler(path: string, name: string, through: Through) {
  return name === "StreamingPull" ? streaming(path, through) : unary(path, GATED[name], through);
}

function unary(
  path: string,
  consumer: DataConsumer | undefined,
  { upstream, hearing, log }: Through,
): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const resource = firstText(call.request);
    const refused = consumer && hearing.of(resource);
    if (consumer !== undefined) log(accessOf(consumer, refused));
    if (refused !== undefined) return callback(errorOf(refused));
    let unlisten = () => {};
    const options = { deadline: call.getDeadline() };
    const pending = upstream.makeUnaryRequest(
      path,
      asIs,
      asIs,
      call.request,
      new Metadata(),
      options,
      (error, answer) => {
        unlisten();
        callback(error, answer);
      },
    );
    call.on("cancelled", () => pending.cancel());
    // A pull waits for messages, and must not outlive the key meanwhile.
    if (consumer !== "pull") return undefined;
    unlisten = hearing.onListen(() => {
      const gone = hearing.of(resource);
      if (gone === undefined) return;
      unlisten();
      log(accessOf(consumer, gone));
      pending.cancel();
      callback(errorOf(gone));
      callback = () => {};
    });
    return undefined;
  };
}

function streaming(path: string, { upstream, hearing, log }: Through): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    const stream = upstream.makeBidiStreamRequest(path, asIs, asIs, new Metadata(), { deadline: call.getDeadline() });
    let resource: string | undefined;
    let ended = false;
    const end = (error?: Partial<ServiceError>) => {
      if (ended) return;
      ended = true;
      unlisten();
      stream.cancel();
      if (error === undefined) call.end();
      else call.emit("error", error);
    };
    const check = (isFirst: boolean) => {
      const refused = resource === undefined ? undefined : hearing.of(resource);
      if (isFirst || refused !== undefined) log(accessOf("pull", refused));
      if (refused !== undefined) end(errorOf(refused));
    };
    const unlisten = hearing.onListen(() => check(false));
    call.on("data", (request: Buffer) => {
      const isFirst = resource === undefined;
      resource ??= firstText(request);
      if (isFirst) check(true);
      if (!ended) stream.write(request);
    });
    call.on("end", () => stream.end());
    call.on("cancelled", () => end());
    stream.on("data", (answer: Buffer) => ended || call.write(answer));
    stream.on("error", (error: ServiceError) => end(error));
    stream.on("end", () => end());
  };
}

const accessOf = (consumer: DataConsumer, refused: Verdict): Access => ({
  ...{ at: Date.now(), consumer },
  ...(refused !== undefined && { refused: refused.status }),
});

const errorOf = ({ message }: NonNullable<Verdict>) => ({ code: status.FAILED_PRECONDITION, details: message });

/** Field 1 of a message, a text; empty where the message does not begin with it: every client writes its fields in order. */
export function firstText(bytes: Buffer): string {
  if (bytes[0] !== 0x0a) return "";
  let [length, at] = [0, 1];
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return bytes.toString("utf8", at, at + length);
  }
}
