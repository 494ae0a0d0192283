/** A topic under the key, whose messages are stored in the workers' region and pass through no other. */
import type { TopicFound } from "../rules";
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, type Fields, type Grant, named, type Resource } from "./resource";
import type { Setup } from "./setup";

interface Topic {
  readonly name: string;
  readonly kmsKeyName?: string;
  readonly messageStoragePolicy?: {
    readonly allowedPersistenceRegions?: string[];
    readonly enforceInTransit?: boolean;
  };
  readonly labels?: Readonly<Record<string, string>>;
}

export function topic(
  setup: Setup,
  name: string,
  key: Resource,
  grants: readonly Grant[] = [],
  members: readonly Resource[] = [],
): Resource {
  const { project, region, settings, dataKey } = setup;
  const policy = {
    "message-storage-policy-allowed-regions": region,
    "message-storage-policy-enforce-in-transit": true as const,
  };
  const update = (flags: Record<string, string | true>) => gcloud("pubsub topics update", { project, ...flags }, name);
  return {
    kind: "topic",
    title: `topic ${name}`,
    refersTo: [key, ...members],
    api: API.pubsub,
    look: {
      command: gcloud("pubsub topics list", { project, format: "json" }),
      pick: (topics: Topic[]) => {
        const found = named(topics, `projects/${project}/topics/${name}`);
        return found && topicFields(found);
      },
    },
    fields: {
      key: {
        wanted: dataKey.name,
        byHand:
          "what is stored keeps its key: drain and delete the topic's subscriptions and the topic, and apply makes them anew",
      },
      storage: { wanted: { regions: [region], enforceInTransit: true }, change: () => [update(policy)] },
      deployment: {
        wanted: settings.DEPLOYMENT,
        change: () => [update({ "update-labels": `deployment=${settings.DEPLOYMENT}` })],
      },
    },
    create: [
      gcloud(
        "pubsub topics create",
        { project, "topic-encryption-key": dataKey.name, ...policy, labels: `deployment=${settings.DEPLOYMENT}` },
        name,
      ),
    ],
    terraform: [
      {
        type: "google_pubsub_topic",
        body: {
          project,
          name,
          kms_key_name: dataKey.name,
          message_storage_policy: { allowed_persistence_regions: [region], enforce_in_transit: true },
          labels: { deployment: settings.DEPLOYMENT },
        },
      },
    ],
    // Without its topic a subscription receives nothing more.
    remove: { data: true, commands: () => [gcloud("pubsub topics delete", { project }, name)] },
    forRules: { names: [name === settings.TOPIC ? "topic" : "deadLetterTopic"], of: topicForRules },
    ...(grants.length > 0 && {
      policy: {
        terraform: { type: "google_pubsub_topic_iam_member", body: { project, topic: name } },
        look: { command: gcloud("pubsub topics get-iam-policy", { project, format: "json" }, name), pick: bindings },
        grants,
        grant: ({ member, role }) => gcloud("pubsub topics add-iam-policy-binding", { project, member, role }, name),
        revoke: ({ member, role }) =>
          gcloud("pubsub topics remove-iam-policy-binding", { project, member, role }, name),
      },
    }),
  };
}

function topicFields({ kmsKeyName, messageStoragePolicy, labels }: Topic) {
  const { allowedPersistenceRegions: regions = [], enforceInTransit = false } = messageStoragePolicy ?? {};
  return { key: kmsKeyName ?? null, storage: { regions, enforceInTransit }, deployment: labels?.deployment ?? null };
}

function topicForRules({ key, storage }: Fields): TopicFound {
  const { regions, enforceInTransit } = storage as { regions: string[]; enforceInTransit: boolean };
  return { key: key as string | null, allowedPersistenceRegions: regions, enforceInTransit };
}

/** The dead letters' topic: the workers publish to it. */
export function deadLetterTopic(setup: Setup, key: Resource, account: Resource): Resource {
  const publish = {
    role: "roles/pubsub.publisher",
    member: setup.worker,
    reason: "workers publish what can never become a row",
  };
  return topic(setup, setup.settings.DEAD_LETTER_TOPIC, key, [publish], [account]);
}
