/** What lies under the keys, by name: what stops where they go, others' things too. */
import { lastPart } from "../../deployment";
import { keyOfName } from "./key-name";
import { bq, gcloud } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { type Questions, told } from "../audit/questions";

export interface Under {
  /** `topic str-pl-pubsub-topic` */
  readonly what: string;
  /** Undefined where it could not be seen: then it is taken for one that is. */
  readonly ours: boolean;
}

export interface UnderKeys {
  readonly things: readonly Under[];
  /** What could not be listed, and why. */
  readonly notObserved: readonly string[];
}

interface Listing {
  readonly kind: string;
  readonly ours: readonly string[];
  readonly found: readonly { readonly name: string; readonly key?: string }[] | { readonly notObserved: string };
}

/** What is asked, by the kind of what it lists. */
export const listEach = ({ project, region, settings }: Setup) => ({
  topics: gcloud("pubsub topics list", { project, format: "json(name,kmsKeyName)" }),
  subscriptions: gcloud("pubsub subscriptions list", { project, format: "json(name,topic)" }),
  buckets: gcloud("storage buckets list", { project, format: "json(name,default_kms_key)" }),
  repositories: gcloud("artifacts repositories list", { location: region, project, format: "json(name,kmsKeyName)" }),
  tables: bq({ project_id: project, format: "json" }, "ls", { max_results: "1000" }, `${project}:${settings.DATASET}`),
});

/** Asks for every topic, bucket and repository of the project, and every table of the dataset. */
export async function underKeys(
  setup: Setup,
  keys: readonly string[],
  { ask }: Pick<Questions, "ask">,
): Promise<UnderKeys> {
  const { settings } = setup;
  const lists = listEach(setup);
  const [topics, subscriptions, buckets, repositories, tables] = await Promise.all([
    ask(lists.topics),
    ask(lists.subscriptions),
    ask(lists.buckets),
    ask(lists.repositories),
    ask(lists.tables),
  ]);
  type Keyed = readonly { readonly name: string; readonly kmsKeyName?: string; readonly default_kms_key?: string }[];
  const keyed = (all: Keyed) =>
    all.map(({ name, kmsKeyName, default_kms_key: key = kmsKeyName }) => ({ name, ...(key && { key }) }));
  const foundTopics = told(topics, keyed);
  const keyOfTopic = new Map("notObserved" in foundTopics ? [] : foundTopics.map(({ name, key }) => [name, key]));
  const listings: readonly Listing[] = [
    { kind: "topic", ours: [settings.TOPIC, settings.DEAD_LETTER_TOPIC], found: foundTopics },
    {
      kind: "subscription",
      ours: [settings.SUBSCRIPTION, settings.DEAD_LETTER_SUBSCRIPTION],
      found: told(subscriptions, (all: readonly { name: string; topic?: string }[]) =>
        all.map(({ name, topic = "" }) => ({ name, key: keyOfTopic.get(topic) ?? "" })),
      ),
    },
    {
      kind: "table",
      ours: [settings.TABLE],
      // The dataset's default key: what each table lies under is asked by rotate.
      found: told(tables, (all: readonly { tableReference?: { tableId?: string } }[]) =>
        all.map(({ tableReference }) => ({ name: tableReference?.tableId ?? "", key: setup.dataKey.name })),
      ),
    },
    { kind: "bucket", ours: [settings.BUCKET], found: told(buckets, keyed) },
    { kind: "repository", ours: [settings.REGISTRY], found: told(repositories, keyed) },
  ];
  return {
    things: listings.flatMap(({ kind, ours, found }) =>
      "notObserved" in found
        ? []
        : found
            .filter(({ key = "" }) => keys.includes(keyOfName(key)))
            .map(({ name }) => ({ what: `${kind} ${lastPart(name)}`, ours: ours.includes(lastPart(name)) })),
    ),
    notObserved: listings.flatMap(({ kind, found }) =>
      "notObserved" in found ? [`each ${kind}: ${found.notObserved}`] : [],
    ),
  };
}
