/** Publishing to a Pub/Sub emulator: the generator's publisher, one raw call in flight, and Google's high-level client. */
import { PubSub, v1 } from "@google-cloud/pubsub";
import { credentials } from "@grpc/grpc-js";
import { realClock } from "../../generator/clock";
import { publishAll } from "../../generator/publish";
import { pubsubPublisher } from "../../generator/pubsub";
import { compileGenerator } from "../../generator/record";
import type { Contestants } from "./generate";
import { bankSchema } from "./generate";

const PROJECT = "bench-project";
const TOPIC = `projects/${PROJECT}/topics/bench-publish`;
const BATCH = 1000;
const BATCHES = 50;

/**
 * Each call publishes 50,000 messages to a topic without subscriptions and answers how many were confirmed. The messages
 * are drawn beforehand, except for the last contestant, which is the whole generator. `host`: the emulator's, host:port.
 */
export async function publishContestants(
  host: string,
): Promise<{ contestants: Contestants; close: () => Promise<void> }> {
  const [servicePath, port] = host.split(":");
  const raw = new v1.PublisherClient({
    projectId: PROJECT,
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
  await raw.createTopic({ name: TOPIC });
  const pubsub = new PubSub({ projectId: PROJECT, apiEndpoint: host, emulatorMode: true });
  const topic = pubsub.topic(TOPIC, {
    batching: { maxMessages: BATCH, maxMilliseconds: 50, maxBytes: 5_000_000 },
    flowControlOptions: { maxOutstandingMessages: 10 * BATCH },
  });
  const publisher = await pubsubPublisher(TOPIC, host);

  const generator = compileGenerator(bankSchema(), { seed: 1, locale: "en_GB" });
  const draw = () => Array.from({ length: BATCH }, () => generator.next());
  const drawn = Array.from({ length: BATCHES }, draw);

  const publishWithOurs = async (batches: AsyncIterable<Uint8Array[]>) => {
    const options = { inFlight: 4, clock: realClock, signal: new AbortController().signal };
    const published = await publishAll(batches, publisher, { ...options, onConfirmed() {}, onRetry() {} });
    return published.confirmed;
  };

  return {
    contestants: {
      async "one raw call in flight"() {
        let confirmed = 0;
        for (const batch of drawn) {
          const request = { topic: TOPIC, messages: batch.map((data) => ({ data })) };
          const [response] = await raw.publish(request, { isBundling: false });
          confirmed += response.messageIds!.length;
        }
        return confirmed;
      },
      ours: () => publishWithOurs(inTurn(drawn)),
      async "PubSub client tuned"() {
        const ids = await Promise.all(drawn.flat().map((data) => topic.publishMessage({ data: data as Buffer })));
        return ids.length;
      },
      "ours, drawing included": () => publishWithOurs(made(draw)),
    },
    async close() {
      await raw.deleteTopic({ topic: TOPIC });
      await Promise.all([raw.close(), pubsub.close(), publisher.close()]);
    },
  };
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function* made(draw: () => Uint8Array[]): AsyncGenerator<Uint8Array[]> {
  for (let batch = 0; batch < BATCHES; batch++) yield draw();
}
