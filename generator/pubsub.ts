import { v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";

/** Sends one publish request, of at most 1,000 messages; answers their ids in order, or throws what gRPC says. */
export interface Publisher {
  publish(messages: readonly Uint8Array[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Pub/Sub refuses a message that has neither data nor an attribute. */
const ATTRIBUTES_OF_AN_EMPTY_MESSAGE = { generated: "empty" };

/** The host of the emulator where there is one, as all of Google's clients find it. */
export const emulatorHost = (): string | undefined => process.env.PUBSUB_EMULATOR_HOST || undefined;

/**
 * Google's own client with one request a call: batches come ready made, which its high-level class would gather message by
 * message. `topic`: projects/P/topics/T. Throws where
 * no credentials are found.
 */
export async function pubsubPublisher(topic: string, emulator = emulatorHost()): Promise<Publisher> {
  const client = new v1.PublisherClient(clientOptions(topic, emulator));
  // Missing credentials are told here; within a call the client would end the process with them.
  await client.initialize();
  return {
    async publish(messages) {
      const [response] = await client.publish(
        { topic, messages: messages.map(toPubsubMessage) },
        // Retries are counted, and so made, by the caller.
        { isBundling: false, retry: null },
      );
      return response.messageIds ?? [];
    },
    close: () => client.close(),
  };
}

const toPubsubMessage = (data: Uint8Array) =>
  data.length > 0 ? { data } : { data, attributes: ATTRIBUTES_OF_AN_EMPTY_MESSAGE };

function clientOptions(topic: string, emulator: string | undefined) {
  const projectId = topic.split("/")[1]!;
  if (emulator === undefined) return { projectId };
  const { hostname, port } = new URL(`http://${emulator.replace(/^\w+:\/\//, "")}`);
  return {
    projectId,
    servicePath: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    // The emulator asks for none, but the client looks for some, at a metadata server in the end, where it has none.
    credentials: { client_email: "emulator", private_key: "none" },
  };
}
