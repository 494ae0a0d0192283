/** Pub/Sub: topics, subscriptions and messages. */
import { type Api, type Call, page } from "../call";
import { Collection } from "../collection";
import { policyMethods } from "../policy-methods";
import { invalid } from "../refused";
import { MESSAGE_SNAPSHOTS } from "./observed";
import { changes, checkKey, checkName } from "./pubsub-common";
import { modifyAckDeadline, publish, pull, seek } from "./pubsub-messages";
import { createSubscription, patchSubscription } from "./pubsub-subscriptions";

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
  /** The key's, that it lies under. */
  readonly version?: string;
  /** Milliseconds. */
  readonly leasedUntil?: number;
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
const CHANGEABLE = `labels messageStoragePolicy messageRetentionDuration schemaSettings ingestionDataSourceSettings
  messageTransforms`.split(/\s+/);

function patchTopic({ params: { name = "" }, body, state }: Call): Topic {
  const { topic = {}, updateMask = "" } = body as { topic?: Partial<Topic>; updateMask?: string };
  const { enforceInTransit, allowedPersistenceRegions } = topic.messageStoragePolicy ?? {};
  const changed = changes(topic, updateMask, CHANGEABLE);
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

const pubsubResource: Api["resourceOf"] = (params) =>
  params.topic ?? params.subscription ?? params.name ?? params.resource ?? params.project ?? "";

export const PUBSUB: Api = {
  name: "pubsub",
  resourceOf: pubsubResource,
  projectOf: (params) => /^projects\/([^/]+)/.exec(pubsubResource(params))?.[1],
  methods: {
    ...MESSAGE_SNAPSHOTS,
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
    "projects.subscriptions.seek": ["pubsub.subscriptions.consume", seek],
    "projects.subscriptions.modifyAckDeadline": ["pubsub.subscriptions.consume", modifyAckDeadline],
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
