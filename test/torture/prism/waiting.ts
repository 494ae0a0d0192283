import type { v1 } from "@google-cloud/pubsub";

/**
 * The ids of the messages that a subscription still has, whoever holds their leases: a snapshot has exactly what is not acknowledged, and
 * to seek back to it ends the leases.
 */
export async function takeWaiting(
  subscriber: v1.SubscriberClient,
  subscription: string,
  snapshot: string,
): Promise<Set<string>> {
  await subscriber.createSnapshot({ name: snapshot, subscription });
  await subscriber.seek({ subscription, snapshot });
  const waiting = new Set<string>();
  for (let empty = 0; empty < 3; ) {
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000, returnImmediately: true });
    for (const { message } of receivedMessages ?? []) waiting.add(message!.messageId!);
    empty = receivedMessages?.length ? 0 : empty + 1;
  }
  await subscriber.deleteSnapshot({ snapshot });
  return waiting;
}
