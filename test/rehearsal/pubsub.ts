/** Topics, subscriptions and what passes through them, with Google's own client. */
import { v1 } from "@google-cloud/pubsub";
import { type Composed, SAME_KEY } from "./messages";
import { DIRECT, type Side, STAGED, TOPIC } from "./places";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";

/** Longer than a rehearsal: what comes twice was written twice, not only delivered late. */
const ACK_DEADLINE_SECONDS = 600;

/** A dead letter as it was published, with everything that another runner's has to have as well. */
export interface Letter {
  readonly id: string;
  readonly reason: string;
  /** Data, attributes and ordering key: the same content is the same text. */
  readonly content: string;
}

export class Pubsub {
  readonly #publisher = new v1.PublisherClient(pubsubClientOptions(TOPIC));
  readonly #subscriber = new v1.SubscriberClient(pubsubClientOptions(TOPIC));

  /** Both sides subscribe to the same topic: they are delivered the same messages under the same ids. */
  async create(): Promise<void> {
    await this.createTopic();
    for (const side of [STAGED, DIRECT]) await this.createSide(side);
  }

  async createTopic(): Promise<void> {
    await this.#publisher.createTopic({ name: TOPIC });
  }

  /** What is published from now on is delivered to it as well. */
  async createSide(side: Side): Promise<void> {
    await this.#subscribe(side.subscription, TOPIC);
    await this.#publisher.createTopic({ name: side.deadLetterTopic });
    await this.#subscribe(side.deadLetters, side.deadLetterTopic);
  }

  #subscribe(name: string, topic: string) {
    return this.#subscriber.createSubscription({ name, topic, ackDeadlineSeconds: ACK_DEADLINE_SECONDS });
  }

  /** Answers the ids, in the order of the messages. */
  async publish(messages: readonly Composed[]): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < messages.length; at += SAME_KEY) {
      const part = messages.slice(at, at + SAME_KEY);
      const [{ messageIds }] = await this.#publisher.publish({ topic: TOPIC, messages: part });
      ids.push(...messageIds!);
    }
    return ids;
  }

  /** What has come to the dead letter topic of a side since it was asked last. */
  async takeDeadLetters({ deadLetters }: Side): Promise<Letter[]> {
    const taken: Letter[] = [];
    const request = { subscription: deadLetters, maxMessages: 1000, returnImmediately: true };
    for (;;) {
      const [{ receivedMessages }] = await this.#subscriber.pull(request);
      if (!receivedMessages?.length) return taken;
      const ackIds = receivedMessages.map(({ ackId }) => ackId!);
      await this.#subscriber.acknowledge({ subscription: deadLetters, ackIds });
      taken.push(...receivedMessages.map(({ message }) => asLetter(message as ReceivedMessage)));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#publisher.close(), this.#subscriber.close()]);
  }
}

interface ReceivedMessage {
  readonly data: Buffer;
  readonly attributes: Record<string, string>;
  readonly orderingKey: string;
}

function asLetter({ data, attributes, orderingKey }: ReceivedMessage): Letter {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id: attributes.source_message_id ?? "",
    reason: attributes.error_reason ?? "",
    content: JSON.stringify([data.toString("base64"), sorted, orderingKey]),
  };
}
