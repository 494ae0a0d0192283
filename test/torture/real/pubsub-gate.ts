/** A gate before the Pub/Sub emulator that loses, refuses and repeats what goes through, and knows which messages are acknowledged. */
import {
  Client,
  credentials,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
} from "@grpc/grpc-js";
import { decodePullResponse } from "../../../pipeline/endpoints/pull-response";
import type { Faults } from "./faults";
import type { On } from "./scenario";

const METHODS: Readonly<Record<string, On | undefined>> = {
  "Publisher/Publish": "publish",
  "Subscriber/Pull": "pull",
  "Subscriber/Acknowledge": "acknowledge",
  "Subscriber/ModifyAckDeadline": "extend",
  "Subscriber/GetSubscription": undefined,
};

const asIs = (bytes: Buffer) => bytes;
const SLOW_MS = 3000;

export interface PubsubGate {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The ids of the messages whose acknowledgement the emulator has taken. */
  readonly acknowledged: ReadonlySet<string>;
  /** Ends with the first delivery. */
  readonly delivered: Promise<void>;
  stop(): void;
}

export async function startPubsubGate(emulator: string, faults: Faults): Promise<PubsubGate> {
  const upstream = new Client(emulator, credentials.createInsecure(), LIMITS);
  const seen = new Deliveries();
  const server = new Server(LIMITS);
  for (const service of ["Publisher", "Subscriber"]) {
    const names = Object.keys(METHODS).filter((name) => name.startsWith(service));
    const definitions = Object.fromEntries(names.map((name) => [name, definition(name)]));
    server.addService(
      definitions,
      Object.fromEntries(names.map((name) => [name, handler(name, upstream, faults, seen)])),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    host: `127.0.0.1:${port}`,
    acknowledged: seen.acknowledged,
    delivered: seen.first,
    stop() {
      server.forceShutdown();
      upstream.close();
    },
  };
}

const LIMITS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** Which message each acknowledgement id is of. */
class Deliveries {
  readonly acknowledged = new Set<string>();
  readonly first: Promise<void>;
  /** The last answer that had messages. */
  last: Buffer | undefined;
  private told: () => void = () => {};
  private readonly byAckId = new Map<string, string>();

  constructor() {
    this.first = new Promise((resolve) => {
      this.told = resolve;
    });
  }

  pulled(answer: Buffer): void {
    const messages = decodePullResponse(answer);
    if (messages.length === 0) return;
    this.last = answer;
    for (const { ackId, messageId } of messages) this.byAckId.set(Buffer.from(ackId).toString(), messageId);
    this.told();
  }

  /** AcknowledgeRequest: ack_ids = 2. An id has less than 16 KiB. */
  took(request: Buffer): void {
    for (let at = 0; at < request.length; ) {
      const tag = request[at++];
      let length = request[at++]!;
      if (length > 127) length = (length & 127) | (request[at++]! << 7);
      const id = tag === ((2 << 3) | 2) && this.byAckId.get(request.toString("utf8", at, at + length));
      if (id) this.acknowledged.add(id);
      at += length;
    }
  }
}

function definition(name: string): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/google.pubsub.v1.${name}`,
    ...{ requestStream: false, responseStream: false },
    ...{ requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs },
  };
}

function handler(name: string, upstream: Client, faults: Faults, seen: Deliveries): handleUnaryCall<Buffer, Buffer> {
  const on = METHODS[name];
  return (call, callback) => {
    const fault = on === undefined ? undefined : faults.next(on);
    if (fault === "UNAVAILABLE") return callback({ code: status.UNAVAILABLE });
    if (fault === "RESOURCE_EXHAUSTED") return callback({ code: status.RESOURCE_EXHAUSTED });
    if (fault === "taken and forgotten") return callback(null, Buffer.alloc(0));
    if (fault === "delivered again" && seen.last !== undefined) return callback(null, seen.last);
    const options = { deadline: call.getDeadline() };
    const path = `/google.pubsub.v1.${name}`;
    const pending = upstream.makeUnaryRequest(
      path,
      asIs,
      asIs,
      call.request,
      new Metadata(),
      options,
      (error, answer) => {
        if (!error && on === "pull") seen.pulled(answer!);
        if (!error && on === "acknowledge") seen.took(call.request);
        // It is done, and nobody hears of it.
        if (fault === "answer swallowed") return callback({ code: status.UNAVAILABLE });
        if (fault === "slow") return void setTimeout(() => callback(error, answer), SLOW_MS);
        return callback(error, answer);
      },
    );
    // What has come to an acknowledgement that is cancelled nobody could tell: the emulator may have taken it.
    if (on !== "acknowledge") call.on("cancelled", () => pending.cancel());
    return undefined;
  };
}
