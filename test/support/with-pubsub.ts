/** A Pub/Sub emulator for the tests of one `describe`, named by PUBSUB_EMULATOR_HOST. Where it cannot be had, they are skipped, loudly. */
import { randomUUID } from "node:crypto";
import type { Suite } from "mocha";
import { v1 } from "@google-cloud/pubsub";
import { type Emulator } from "./emulators/process";
import { startPubsubEmulator } from "./emulators/pubsub";
import { orSkip } from "./skip";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";

export interface Pubsub {
  readonly host: string;
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
  /** A topic of its own with a subscription, and the environment in which a command finds them. */
  subscription(settings?: {
    ackDeadlineSeconds?: number;
  }): Promise<{ topic: string; subscription: string; env: NodeJS.ProcessEnv }>;
}

const PROJECT = "projects/test-project";

export function withPubsub(suite: Suite): Pubsub {
  const given = process.env.PUBSUB_EMULATOR_HOST;
  let emulator: Emulator | undefined;
  let publisher: v1.PublisherClient;
  let subscriber: v1.SubscriberClient;

  suite.beforeAll(async function () {
    emulator = await orSkip(this, () => startPubsubEmulator());
    process.env.PUBSUB_EMULATOR_HOST = emulator!.host;
    const options = pubsubClientOptions(PROJECT);
    publisher = new v1.PublisherClient(options);
    subscriber = new v1.SubscriberClient(options);
  });
  suite.afterAll(async () => {
    await publisher?.close();
    await subscriber?.close();
    await emulator?.stop();
    if (given === undefined) delete process.env.PUBSUB_EMULATOR_HOST;
    else process.env.PUBSUB_EMULATOR_HOST = given;
  });

  return {
    get host() {
      return emulator!.host;
    },
    get publisher() {
      return publisher;
    },
    get subscriber() {
      return subscriber;
    },
    async subscription({ ackDeadlineSeconds = 60 } = {}) {
      const id = randomUUID();
      const topic = `${PROJECT}/topics/t-${id}`;
      const subscription = `${PROJECT}/subscriptions/s-${id}`;
      await publisher.createTopic({ name: topic });
      await subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds });
      return { topic, subscription, env: { PUBSUB_EMULATOR_HOST: emulator!.host } };
    },
  };
}
