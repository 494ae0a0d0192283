/** Pub/Sub's subscriptions. */
import type { Call } from "../call";
import { invalid } from "../refused";
import type { State } from "../state";
import type { Subscription } from "./pubsub";
import { changes, checkName } from "./pubsub-common";

function checkSubscription(state: State, asked: Partial<Subscription>): void {
  const { ackDeadlineSeconds: deadline, messageRetentionDuration: kept, deadLetterPolicy, expirationPolicy } = asked;
  if (deadline !== undefined && !(deadline >= 10 && deadline <= 600))
    throw invalid("ack_deadline_seconds must be between 10 and 600.");
  const seconds = (text: string) => Number(/^(\d+)(\.\d+)?s$/.exec(text)?.[1]);
  if (kept !== undefined && !(seconds(kept) >= 600 && seconds(kept) <= 31 * 86_400))
    throw invalid("message_retention_duration must be between 10m and 31d.");
  if (expirationPolicy?.ttl !== undefined && !(seconds(expirationPolicy.ttl) >= 86_400))
    throw invalid("expiration_policy.ttl must be at least 1 day.");
  if (deadLetterPolicy !== undefined) {
    state.pubsub.topics.get(deadLetterPolicy.deadLetterTopic);
    const { maxDeliveryAttempts: most = 5 } = deadLetterPolicy;
    if (!(most >= 5 && most <= 100)) throw invalid("max_delivery_attempts must be between 5 and 100.");
  }
}

/** What may be changed; never the topic, the order or the filter. */
const CHANGEABLE =
  `ackDeadlineSeconds messageRetentionDuration expirationPolicy deadLetterPolicy labels retryPolicy pushConfig
  retainAckedMessages enableExactlyOnceDelivery bigqueryConfig cloudStorageConfig messageTransforms`.split(/\s+/);

const DEFAULTS = {
  state: "ACTIVE" as const,
  ackDeadlineSeconds: 10,
  messageRetentionDuration: "604800s",
  expirationPolicy: { ttl: "2678400s" },
  pushConfig: {},
};

export function createSubscription(call: Call): Subscription {
  const { params, body, state } = call;
  checkName(params.name!);
  const asked = body as Partial<Subscription>;
  const topic = asked.topic ?? "";
  state.pubsub.topics.get(topic);
  call.permit("pubsub.topics.attachSubscription", topic);
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== null));
  checkSubscription(state, given);
  return state.pubsub.subscriptions.add(params.name!, { ...DEFAULTS, ...given, topic, name: params.name! });
}

export function patchSubscription({ params: { name = "" }, body, state }: Call): Subscription {
  const { subscription = {}, updateMask = "" } = body as { subscription?: Partial<Subscription>; updateMask?: string };
  const changed = changes(subscription, updateMask, CHANGEABLE);
  checkSubscription(state, changed);
  return state.pubsub.subscriptions.change(name, changed);
}
