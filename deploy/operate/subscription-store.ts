/** The dead letters that wait in a subscription: pulled without an acknowledgement, held while they are looked at, and given back. */
import type { v1 } from "@google-cloud/pubsub";
import type { World } from "../command-line";
import { pause } from "../observe/ask";
import { ONCE } from "./clients";
import { type Letter, letterOf } from "./letter";
import type { Store } from "./store";
import { OperateError, pubsubError } from "./trouble";

/** What this needs of Google's client. */
export type Subscriber = Pick<v1.SubscriberClient, "getSubscription" | "close"> & {
  pull(request: object, options: object): Promise<readonly [Pulled, ...unknown[]]>;
  acknowledge(request: object, options: object): Promise<unknown>;
  modifyAckDeadline(request: object, options: object): Promise<unknown>;
};

interface Pulled {
  readonly receivedMessages?:
    | readonly { readonly ackId?: string | null; readonly message?: PubsubMessage | null }[]
    | null;
}

interface PubsubMessage {
  readonly data?: Uint8Array | string | null;
  readonly attributes?: Readonly<Record<string, string>> | null;
  readonly messageId?: string | null;
  readonly orderingKey?: string | null;
  readonly publishTime?: { readonly seconds?: unknown; readonly nanos?: number | null } | null;
}

/** A request takes at most 512 KiB [Quotas and limits]; an acknowledgement id has about 200 bytes. */
const A_CALL = 1000;
/** Where this process is killed, the letters are back after so long. */
const LEASE_SECONDS = 60;
/** One empty answer says little about what waits: Pub/Sub says nothing so often before it is believed. */
const EMPTY_WAITS_MS = [100, 200, 400, 800, 1600];

/**
 * Throws OperateError: where the subscription is not there or may not be read, and where it hands on what is pulled too often
 * (`deadLetterPolicy`): looking there would move letters away.
 */
export async function subscriptionStore(name: string, client: Subscriber, wait: World["wait"] = pause): Promise<Store> {
  await refuseForwarding(name, client);
  /** By place; the acknowledgement id of the last delivery is the one that counts. */
  const held = new Map<string, { readonly letter: Letter; readonly ackId: string }>();

  async function inCalls(ackIds: readonly string[], call: (ids: readonly string[]) => Promise<unknown>) {
    const failed: string[] = [];
    for (let from = 0; from < ackIds.length; from += A_CALL) {
      const part = ackIds.slice(from, from + A_CALL);
      await call(part).catch(() => failed.push(...part));
    }
    return failed;
  }
  const lease = (ackIds: readonly string[], ackDeadlineSeconds: number) =>
    inCalls(ackIds, (ids) => client.modifyAckDeadline({ subscription: name, ackIds: ids, ackDeadlineSeconds }, ONCE));
  const ackIds = () => [...held.values()].map(({ ackId }) => ackId);
  const keeping = setInterval(() => void lease(ackIds(), LEASE_SECONDS), (LEASE_SECONDS * 1000) / 3);

  /** Answers whether any came. */
  async function pull(most: number): Promise<boolean> {
    const request = { subscription: name, maxMessages: most, returnImmediately: true };
    const [{ receivedMessages }] = await client.pull(request, ONCE).catch((error) => {
      throw pubsubError(name, error);
    });
    const fresh: string[] = [];
    for (const { ackId, message } of receivedMessages ?? []) {
      const letter = letterOf(plain(message ?? {}), message?.messageId ?? "");
      held.set(letter.place, { letter, ackId: ackId ?? "" });
      fresh.push(ackId ?? "");
    }
    await lease(fresh, LEASE_SECONDS);
    return fresh.length > 0;
  }

  return {
    name,
    async take(most) {
      // One more than is asked for shows whether others wait.
      for (let empty = 0; held.size <= most && empty < EMPTY_WAITS_MS.length; ) {
        if (await pull(Math.min(A_CALL, most + 1 - held.size))) empty = 0;
        else await wait(EMPTY_WAITS_MS[empty++]!);
      }
      const all = [...held.values()].map(({ letter }) => letter);
      return { letters: all.slice(0, most), more: all.length > most };
    },
    async hold(letters) {
      await lease(ackIdsOf(letters), 2 * LEASE_SECONDS);
    },
    async settle(letters) {
      const failed = await inCalls(ackIdsOf(letters), (ids) =>
        client.acknowledge({ subscription: name, ackIds: ids }, ONCE),
      );
      const again = new Set(failed);
      const unsettled = letters.filter(({ place }) => again.has(held.get(place)?.ackId ?? ""));
      for (const letter of letters) if (!unsettled.includes(letter)) held.delete(letter.place);
      return unsettled;
    },
    async close() {
      clearInterval(keeping);
      await lease(ackIds(), 0);
      held.clear();
      await client.close();
    },
  };

  function ackIdsOf(letters: readonly Letter[]): string[] {
    return letters.flatMap(({ place }) => held.get(place)?.ackId ?? []);
  }
}

async function refuseForwarding(name: string, client: Subscriber): Promise<void> {
  const [found] = await client.getSubscription({ subscription: name }, ONCE).catch((error) => {
    const said = pubsubError(name, error);
    // Who may pull need not be one who may look.
    if (said.code === "NOT_ALLOWED") return [];
    throw said;
  });
  if (!found?.deadLetterPolicy?.deadLetterTopic) return;
  const mend = "name another subscription of the same topic (DEAD_LETTER_SUBSCRIPTION=…)";
  throw new OperateError(
    "FORWARDS",
    `${name} hands on what is pulled and not acknowledged: to look would move it. ${mend}`,
  );
}

function plain({ data, attributes, orderingKey, publishTime }: PubsubMessage) {
  return {
    data: typeof data === "string" ? Buffer.from(data, "base64") : (data ?? new Uint8Array()),
    attributes: attributes ?? {},
    orderingKey: orderingKey ?? "",
    ...(publishTime && { publishTime: new Date(Number(publishTime.seconds) * 1000).toISOString() }),
  };
}
