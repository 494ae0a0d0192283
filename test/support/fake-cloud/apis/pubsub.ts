/** Pub/Sub: topics and subscriptions, and as many messages as show whether the key still works. */
import { type Api, type Call, page } from "../call";
import { Collection } from "../collection";
import { AGENTS, useKey } from "../keys";
import { policyMethods } from "../policy-methods";
import { invalid, Refused } from "../refused";
import { now, type State } from "../state";

export interface Topic {
  readonly name: string;
  readonly kmsKeyName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly messageStoragePolicy?: {
    readonly allowedPersistenceRegions?: readonly string[];
    readonly enforceInTransit?: boolean;
  };
  readonly messageRetentionDuration?: string;
}

export interface Subscription {
  readonly name: string;
  readonly topic: string;
  readonly state: "ACTIVE";
  readonly ackDeadlineSeconds: number;
  readonly messageRetentionDuration: string;
  /** `{}`: never. */
  readonly expirationPolicy: { readonly ttl?: string };
  readonly deadLetterPolicy?: { readonly deadLetterTopic: string; readonly maxDeliveryAttempts?: number };
  readonly enableExactlyOnceDelivery?: boolean;
  readonly enableMessageOrdering?: boolean;
  readonly filter?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly subscription: string;
  readonly message: object;
}

export function newPubsub() {
  const texts = [
    (name: string) => `Resource not found (resource=${name.split("/").at(-1)}).`,
    (name: string) => `Resource already exists in the project (resource=${name.split("/").at(-1)}).`,
  ] as const;
  return {
    topics: new Collection<Topic>(...texts),
    subscriptions: new Collection<Subscription>(...texts),
    messages: new Collection<Waiting>((name) => `No message ${name}`),
  };
}

const NAME = /^projects\/[^/]+\/(topics|subscriptions)\/(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;

function checkName(name: string): void {
  if (!NAME.test(name))
    throw invalid(
      `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names.`,
    );
}

function checkKey(state: State, project: Call["project"], key: string): void {
  const denied = (agent: string, key: string) =>
    new Refused(
      "PERMISSION_DENIED",
      `Cloud Pub/Sub did not have the necessary permissions configured to support this operation. Please verify that the service account ${agent} was granted the Cloud KMS CryptoKey Encrypter/Decrypter role for the project containing the CryptoKey resource ${key}.`,
    );
  useKey(state, { key, agents: [AGENTS.pubsub(project)], denied });
}

function checkStorage(policy: Topic["messageStoragePolicy"]): void {
  if (policy === undefined) return;
  const regions = policy.allowedPersistenceRegions ?? [];
  if (regions.length === 0) throw invalid("The message storage policy must allow at least one region.");
  const wrong = regions.find((region) => !/^[a-z]+-[a-z]+\d+$/.test(region));
  if (wrong !== undefined) throw invalid(`The region ${wrong} in the message storage policy is not known.`);
}

function createTopic({ params: { name = "" }, body, project, state }: Call): Topic {
  checkName(name);
  const asked = body as Partial<Topic>;
  if (asked.kmsKeyName) checkKey(state, project, asked.kmsKeyName);
  checkStorage(asked.messageStoragePolicy);
  return state.pubsub.topics.add(name, { ...asked, name });
}

/** What may be changed of a topic; never its key or name. */
const OF_TOPICS = [
  "labels",
  "messageStoragePolicy",
  "messageRetentionDuration",
  "schemaSettings",
  "ingestionDataSourceSettings",
  "messageTransforms",
];
const OF_SUBSCRIPTIONS = [
  ...[
    "ackDeadlineSeconds",
    "messageRetentionDuration",
    "expirationPolicy",
    "deadLetterPolicy",
    "labels",
    "retryPolicy",
  ],
  ...[
    "pushConfig",
    "retainAckedMessages",
    "enableExactlyOnceDelivery",
    "bigqueryConfig",
    "cloudStorageConfig",
    "messageTransforms",
  ],
];

/** The fields of the mask that may be changed, as they are sent. */
function changes<T extends object>(sent: T, updateMask: string, allowed: readonly string[]): Partial<T> {
  if (updateMask === "")
    throw invalid("The update_mask in the request must be set, and must contain a non-empty paths list.");
  const fields = updateMask
    .split(",")
    .map((field) => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const fixed = fields.find((field) => !allowed.includes(field.split(".")[0]!));
  if (fixed !== undefined)
    throw invalid(`Invalid update_mask provided in the request: '${fixed}' is not a known or mutable field.`);
  return Object.fromEntries(
    fields.map((field) => [field.split(".")[0]!, sent[field.split(".")[0] as keyof T]]),
  ) as Partial<T>;
}

function patchTopic({ params: { name = "" }, body, state }: Call): Topic {
  const { topic = {}, updateMask = "" } = body as { topic?: Partial<Topic>; updateMask?: string };
  const { enforceInTransit, allowedPersistenceRegions } = topic.messageStoragePolicy ?? {};
  const changed = changes(topic, updateMask, OF_TOPICS);
  const old = state.pubsub.topics.get(name);
  if (/messageStoragePolicy\.|message_storage_policy\./.test(updateMask)) {
    const policy = {
      ...old.messageStoragePolicy,
      ...(enforceInTransit !== undefined && { enforceInTransit }),
      ...(allowedPersistenceRegions && { allowedPersistenceRegions }),
    };
    return state.pubsub.topics.change(name, { ...changed, messageStoragePolicy: policy });
  }
  checkStorage(changed.messageStoragePolicy);
  return state.pubsub.topics.change(name, changed);
}

function deleteTopic({ params: { topic = "" }, state }: Call): object {
  state.pubsub.topics.remove(topic);
  state.policies.remove(`pubsub/${topic}`);
  for (const one of state.pubsub.subscriptions.below("")) {
    if (one.topic === topic) state.pubsub.subscriptions.change(one.name, { topic: "_deleted-topic_" });
  }
  return {};
}

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

const DEFAULTS = {
  state: "ACTIVE" as const,
  ackDeadlineSeconds: 10,
  messageRetentionDuration: "604800s",
  expirationPolicy: { ttl: "2678400s" },
  pushConfig: {},
};

function createSubscription(call: Call): Subscription {
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

function patchSubscription({ params: { name = "" }, body, state }: Call): Subscription {
  const { subscription = {}, updateMask = "" } = body as { subscription?: Partial<Subscription>; updateMask?: string };
  const changed = changes(subscription, updateMask, OF_SUBSCRIPTIONS);
  checkSubscription(state, changed);
  return state.pubsub.subscriptions.change(name, changed);
}

function publish({ params: { topic = "" }, body, project, state }: Call): object {
  const { kmsKeyName } = state.pubsub.topics.get(topic);
  if (kmsKeyName !== undefined) checkKey(state, project, kmsKeyName);
  const messages = (body.messages ?? []) as object[];
  const messageIds = messages.map((message) => {
    const messageId = String(state.pubsub.messages.names().length + 1);
    for (const one of state.pubsub.subscriptions.below("").filter((one) => one.topic === topic)) {
      const waiting = { subscription: one.name, message: { ...message, messageId, publishTime: now() } };
      state.pubsub.messages.set(`${one.name}/${messageId}`, waiting);
    }
    return messageId;
  });
  return { messageIds };
}

function pull({ params: { subscription = "" }, body, state, project }: Call): object {
  const { topic } = state.pubsub.subscriptions.get(subscription);
  const key = state.pubsub.topics.find(topic)?.kmsKeyName;
  if (key !== undefined) checkKey(state, project, key);
  const names = state.pubsub.messages.names().filter((name) => name.startsWith(`${subscription}/`));
  const some = names.slice(0, Number(body.maxMessages ?? 1));
  const receivedMessages = some.map((ackId) => ({ ackId, message: state.pubsub.messages.get(ackId).message }));
  return some.length === 0 ? {} : { receivedMessages };
}

const pubsubResource: Api["resourceOf"] = (params) =>
  params.topic ?? params.subscription ?? params.name ?? params.resource ?? params.project ?? "";

export const PUBSUB: Api = {
  name: "pubsub",
  resourceOf: pubsubResource,
  projectOf: (params) => /^projects\/([^/]+)/.exec(pubsubResource(params))?.[1],
  methods: {
    "projects.topics.create": ["pubsub.topics.create", createTopic],
    "projects.topics.get": ["pubsub.topics.get", ({ params, state }) => state.pubsub.topics.get(params.topic!)],
    "projects.topics.list": [
      "pubsub.topics.list",
      ({ params, query, state }) => page("topics", state.pubsub.topics.below(`${params.project}/topics/`), query),
    ],
    "projects.topics.patch": ["pubsub.topics.update", patchTopic],
    "projects.topics.delete": ["pubsub.topics.delete", deleteTopic],
    "projects.topics.publish": ["pubsub.topics.publish", publish],
    "projects.topics.subscriptions.list": [
      "pubsub.topics.get",
      ({ params: { topic = "" }, query, state }) => {
        state.pubsub.topics.get(topic);
        const all = state.pubsub.subscriptions.below("").filter((one) => one.topic === topic);
        return page(
          "subscriptions",
          all.map(({ name }) => name),
          query,
        );
      },
    ],
    "projects.subscriptions.create": ["pubsub.subscriptions.create", createSubscription],
    "projects.subscriptions.get": [
      "pubsub.subscriptions.get",
      ({ params, state }) => state.pubsub.subscriptions.get(params.subscription!),
    ],
    "projects.subscriptions.list": [
      "pubsub.subscriptions.list",
      ({ params, query, state }) =>
        page("subscriptions", state.pubsub.subscriptions.below(`${params.project}/subscriptions/`), query),
    ],
    "projects.subscriptions.patch": ["pubsub.subscriptions.update", patchSubscription],
    "projects.subscriptions.delete": [
      "pubsub.subscriptions.delete",
      ({ params: { subscription = "" }, state }) => {
        state.pubsub.subscriptions.remove(subscription);
        state.policies.remove(`pubsub/${subscription}`);
        return {};
      },
    ],
    "projects.subscriptions.pull": ["pubsub.subscriptions.consume", pull],
    "projects.subscriptions.acknowledge": [
      "pubsub.subscriptions.consume",
      ({ body, state }) => {
        for (const id of (body.ackIds ?? []) as string[])
          if (state.pubsub.messages.find(id)) state.pubsub.messages.remove(id);
        return {};
      },
    ],
    ...policyMethods("projects.topics", "pubsub.topics", ({ state }, name) => state.pubsub.topics.get(name)),
    ...policyMethods("projects.subscriptions", "pubsub.subscriptions", ({ state }, name) =>
      state.pubsub.subscriptions.get(name),
    ),
  },
};
