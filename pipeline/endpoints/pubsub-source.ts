/**
 * Messages from a Pub/Sub subscription by unary pull. Google's client makes the connection, finds the credentials and signs the
 * calls; the bytes of the hot calls are read and written by `pull-response.ts`.
 */
import { randomUUID } from "node:crypto";
import { v1 } from "@google-cloud/pubsub";
import { type Client, Metadata } from "@grpc/grpc-js";
import type { Delivery, MessageSource, PullResult } from "./endpoint";
import {
  decodePullResponse,
  encodeAcknowledge,
  encodeModifyAckDeadline,
  encodePull,
  PulledMessage,
} from "./pull-response";
import { OwedIds } from "./owed-ids";
import { pubsubClientOptions } from "./pubsub-client";
import { pubsubTrouble } from "./pubsub-trouble";

const SERVICE = "/google.pubsub.v1.Subscriber/";
/** A request takes at most 512 KiB [Quotas and limits]; an acknowledgement id has about 200 bytes. */
const ACK_IDS_A_CALL = 1000;
/** The server answers an empty pull after about 90 s. */
const PULL_DEADLINE_MS = 120_000;
const CALL_DEADLINE_MS = 30_000;

/**
 * Messages of a subscription, `projects/P/subscriptions/S`. Does not fail where it is not there: each pull says so.
 * `leaseSeconds` is its acknowledgement deadline, looked up where it is not given.
 */
export async function openSubscription(subscription: string, leaseSeconds?: number): Promise<MessageSource> {
  const client = new v1.SubscriberClient(pubsubClientOptions(subscription));
  await client.initialize();
  const stub = (await client.subscriberStub) as unknown as Client;
  const metadata = new Metadata();
  metadata.set("x-goog-request-params", `subscription=${encodeURIComponent(subscription)}`);

  function call<T>(method: string, request: Buffer, read: (answer: Buffer) => T, ms: number, signal?: AbortSignal) {
    return new Promise<T>((resolve, reject) => {
      const options = { deadline: Date.now() + ms };
      const pending = stub.makeUnaryRequest(
        SERVICE + method,
        (bytes: Buffer) => bytes,
        read,
        request,
        metadata,
        options,
        (error, answer) => {
          signal?.removeEventListener("abort", cancel);
          if (error) reject(error);
          else resolve(answer as T);
        },
      );
      const cancel = () => pending.cancel();
      signal?.addEventListener("abort", cancel);
      if (signal?.aborted) cancel();
    });
  }

  /** Modifies or acknowledges; answers the messages that the server did not take. */
  async function inCalls(method: string, deliveries: readonly Delivery[], encode: (part: PulledMessage[]) => Buffer) {
    const messages = deliveries.flatMap((delivery) => delivery.messages as readonly PulledMessage[]);
    const failed: PulledMessage[] = [];
    for (let from = 0; from < messages.length; from += ACK_IDS_A_CALL) {
      const part = messages.slice(from, from + ACK_IDS_A_CALL);
      // What fails comes again: the message is not lost.
      await call(method, encode(part), () => undefined, CALL_DEADLINE_MS).catch(() => {
        failed.push(...part);
      });
    }
    return failed;
  }

  const owed = new OwedIds();

  /** Only what is written is ever acknowledged. */
  async function acknowledge(deliveries: readonly Delivery[]): Promise<number> {
    const failed = await inCalls("Acknowledge", deliveries, (part) => encodeAcknowledge(subscription, part));
    owed.add(failed);
    return failed.length;
  }

  /** What came again although it is written is acknowledged once more, and goes no further. */
  async function withoutOwed(messages: readonly PulledMessage[]): Promise<readonly PulledMessage[]> {
    const again = owed.takeFrom(messages);
    if (again.length === 0) return messages;
    await acknowledge([{ messages: again }]);
    return messages.filter((message) => !again.includes(message));
  }

  const lease = leaseSeconds ?? (await ackDeadlineSeconds(client, subscription));
  return {
    kind: process.env.PUBSUB_EMULATOR_HOST ? "pubsub-emulator" : "pubsub",
    // The emulator searches its whole backlog at a pull while anything is unacknowledged: 5 ms in place of 1 at 100,000.
    pullsAhead: !process.env.PUBSUB_EMULATOR_HOST,
    name: subscription,
    leaseSeconds: lease,

    async pull(most, signal): Promise<PullResult> {
      try {
        const pulled = await call("Pull", encodePull(subscription, most), decodePullResponse, PULL_DEADLINE_MS, signal);
        const messages = await withoutOwed(pulled);
        return messages.length === 0 ? { kind: "nothing" } : { kind: "delivery", delivery: { messages } };
      } catch (error) {
        if (signal.aborted) return { kind: "nothing" };
        return pubsubTrouble(subscription, error);
      }
    },
    async extend(deliveries) {
      await inCalls("ModifyAckDeadline", deliveries, (part) => encodeModifyAckDeadline(subscription, part, lease));
    },
    acknowledge,
    async release(deliveries) {
      await inCalls("ModifyAckDeadline", deliveries, (part) => encodeModifyAckDeadline(subscription, part, 0));
    },
    close: () => client.close(),
  };
}

/**
 * Messages of a topic (`projects/P/topics/T`) from the first pull on, by a subscription of this run's own. It is deleted when the
 * source is closed; should it stay behind, Pub/Sub deletes it after a day without use.
 */
export async function openTopic(topic: string): Promise<MessageSource> {
  const client = new v1.SubscriberClient(pubsubClientOptions(topic));
  const subscription = `projects/${topic.split("/")[1]}/subscriptions/run-direct-${randomUUID()}`;
  const source = await openSubscription(subscription, TOPIC_LEASE_SECONDS);
  let made = false;

  return {
    ...source,
    name: topic,
    async pull(most, signal) {
      try {
        if (!made) await client.createSubscription(ownSubscription(subscription, topic));
        made = true;
      } catch (error) {
        return pubsubTrouble(topic, error);
      }
      return source.pull(most, signal);
    },
    async close() {
      if (made) await client.deleteSubscription({ subscription });
      await client.close();
      await source.close();
    },
  };
}

const TOPIC_LEASE_SECONDS = 60;

const ownSubscription = (name: string, topic: string) => ({
  name,
  topic,
  ackDeadlineSeconds: TOPIC_LEASE_SECONDS,
  expirationPolicy: { ttl: { seconds: 86_400 } },
});

/** Pub/Sub's own default holds where the caller may not look: the shortest that there is. */
async function ackDeadlineSeconds(client: v1.SubscriberClient, subscription: string): Promise<number> {
  try {
    const [found] = await client.getSubscription({ subscription }, { timeout: 5000, retry: null });
    return found.ackDeadlineSeconds || 10;
  } catch {
    return 10;
  }
}
