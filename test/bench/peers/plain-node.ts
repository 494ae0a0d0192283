/**
 * The plain Node program, "u1": one unary pull of Google's client in flight, JSON.parse, acknowledge. No rows, no checks, no order.
 * `plain-node.ts SUBSCRIPTION COUNT` prints the seconds from the first message to the last acknowledgement.
 */
import { v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";

async function main(subscription: string, count: number): Promise<void> {
  const [servicePath, port] = process.env.PUBSUB_EMULATOR_HOST!.split(":");
  const client = new v1.SubscriberClient({
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: "p",
  });
  let from = 0;
  for (let done = 0; done < count; ) {
    const [{ receivedMessages }] = await client.pull({ subscription, maxMessages: 1000 });
    if (!receivedMessages?.length) continue;
    from ||= performance.now();
    for (const { message } of receivedMessages) JSON.parse(Buffer.from(message!.data as Uint8Array).toString());
    await client.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId!) });
    done += receivedMessages.length;
  }
  process.stdout.write(`${(performance.now() - from) / 1000}\n`);
  process.exit(0);
}

void main(process.argv[2]!, Number(process.argv[3]));
