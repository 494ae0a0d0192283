/** A subscription keeps what nobody has acknowledged, for days, and never ends because nobody asks. */
import { API } from "./apis";
import { gcloud } from "./command";
import { bindings, type Grant, named, type Resource } from "./resource";
import type { Setup } from "./setup";

interface Subscription {
  readonly name: string;
  readonly topic?: string;
  readonly messageRetentionDuration?: string;
  readonly expirationPolicy?: { readonly ttl?: string };
  readonly enableExactlyOnceDelivery?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly name: string;
  readonly topic: string;
  readonly exactlyOnce: boolean;
  readonly grants: readonly Grant[];
}

/** What the pipeline reads. */
export function source(setup: Setup, topic: Resource, account: Resource): Resource {
  const { settings, worker: member } = setup;
  return subscription(setup, [topic, account], {
    name: settings.SUBSCRIPTION,
    topic: settings.TOPIC,
    exactlyOnce: settings.EXACTLY_ONCE === "yes",
    grants: [
      { role: "roles/pubsub.subscriber", member, reason: "workers pull and acknowledge messages" },
      { role: "roles/pubsub.viewer", member, reason: "Dataflow looks at the backlog to scale" },
    ],
  });
}

/** Without it dead letters are published to nobody. */
export function deadLetters(setup: Setup, topic: Resource): Resource {
  const { DEAD_LETTER_SUBSCRIPTION: name, DEAD_LETTER_TOPIC } = setup.settings;
  return subscription(setup, [topic], { name, topic: DEAD_LETTER_TOPIC, exactlyOnce: false, grants: [] });
}

function subscription(
  setup: Setup,
  refersTo: readonly Resource[],
  { name, topic, exactlyOnce, grants }: Asked,
): Resource {
  const { project, settings } = setup;
  const days = settings.RETENTION_DAYS;
  const label = `deployment=${settings.DEPLOYMENT}`;
  const update = (flags: Record<string, string | true>) =>
    gcloud("pubsub subscriptions update", { project, ...flags }, name);
  return {
    kind: "subscription",
    title: `subscription ${name}`,
    refersTo,
    api: API.pubsub,
    look: {
      command: gcloud("pubsub subscriptions list", { project, format: "json" }),
      pick: (all: Subscription[]) => {
        const found = named(all, `projects/${project}/subscriptions/${name}`);
        return found && fieldsOf(found);
      },
    },
    fields: {
      topic: {
        wanted: `projects/${project}/topics/${topic}`,
        byHand: "delete the subscription, and apply makes it anew",
      },
      retention: {
        wanted: `${Number(days) * 24 * 60 * 60}s`,
        change: () => [update({ "message-retention-duration": `${days}d` })],
      },
      expires: { wanted: "never", change: () => [update({ "expiration-period": "never" })] },
      exactlyOnce: {
        wanted: exactlyOnce,
        change: () => [
          update({ [exactlyOnce ? "enable-exactly-once-delivery" : "no-enable-exactly-once-delivery"]: true }),
        ],
      },
      deployment: { wanted: settings.DEPLOYMENT, change: () => [update({ "update-labels": label })] },
    },
    create: [
      gcloud(
        "pubsub subscriptions create",
        {
          topic,
          project,
          "message-retention-duration": `${days}d`,
          "expiration-period": "never",
          ...(exactlyOnce && { "enable-exactly-once-delivery": true as const }),
          labels: label,
        },
        name,
      ),
    ],
    terraform: [
      {
        type: "google_pubsub_subscription",
        body: {
          project,
          name,
          topic: `projects/${project}/topics/${topic}`,
          message_retention_duration: `${Number(days) * 24 * 60 * 60}s`,
          // Empty is never.
          expiration_policy: { ttl: "" },
          enable_exactly_once_delivery: exactlyOnce,
          labels: { deployment: settings.DEPLOYMENT },
        },
      },
    ],
    remove: { data: true, commands: () => [gcloud("pubsub subscriptions delete", { project }, name)] },
    ...(grants.length > 0 && {
      policy: {
        terraform: { type: "google_pubsub_subscription_iam_member", body: { project, subscription: name } },
        look: {
          command: gcloud("pubsub subscriptions get-iam-policy", { project, format: "json" }, name),
          pick: bindings,
        },
        grants,
        grant: ({ member, role }) =>
          gcloud("pubsub subscriptions add-iam-policy-binding", { project, member, role }, name),
        revoke: ({ member, role }) =>
          gcloud("pubsub subscriptions remove-iam-policy-binding", { project, member, role }, name),
      },
    }),
  };
}

function fieldsOf({
  topic,
  messageRetentionDuration,
  expirationPolicy,
  enableExactlyOnceDelivery,
  labels,
}: Subscription) {
  return {
    topic: topic ?? null,
    retention: messageRetentionDuration ?? null,
    // No policy is Google's usual one, 31 days; one without a time is never.
    expires: expirationPolicy === undefined ? "31 days" : (expirationPolicy.ttl ?? "never"),
    exactlyOnce: enableExactlyOnceDelivery ?? false,
    deployment: labels?.deployment ?? null,
  };
}
