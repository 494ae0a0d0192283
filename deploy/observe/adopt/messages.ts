/** The same of topics and subscriptions. */
import { lastPart } from "../../deployment";
import { LISTS, listed, only } from "./lists";
import { at, type Labels, type Looking, names, type Part, takenOf, wholeDays } from "./looking";
import { type Choice, pick, pickValue, within } from "./pick";

interface Subscription {
  readonly name: string;
  readonly topic?: string;
  readonly messageRetentionDuration?: string;
  readonly enableExactlyOnceDelivery?: boolean;
  readonly labels?: Labels;
}

/** Dead letters are told by their name. */
const isDead = (name: string) => /dead|dlq|dlt|undelivered|error/i.test(name);

export async function messages(looking: Looking): Promise<Part> {
  const { ask, named } = looking;
  const [topics, subscriptions] = await Promise.all([
    listed<{ name: string; labels?: Labels }>(ask, LISTS.topics(at(looking))),
    listed<Subscription>(ask, LISTS.subscriptions(at(looking))),
  ]);
  const topic = (setting: "TOPIC" | "DEAD_LETTER_TOPIC", other: string | undefined) => {
    const some = only(names(topics), (all) =>
      all.filter((name) => name !== other && (name === named[setting] || isDead(name) === (setting !== "TOPIC"))),
    );
    return pick(named, setting, some);
  };
  const source = topic("TOPIC", named.DEAD_LETTER_TOPIC);
  const dead = topic("DEAD_LETTER_TOPIC", source.taken);
  const subscription = (setting: "SUBSCRIPTION" | "DEAD_LETTER_SUBSCRIPTION", of: Choice) => {
    const ofTopic = only(subscriptions, (all) => all.filter((one) => lastPart(one.topic) === of.taken));
    return pick(named, setting, of.taken === undefined ? within(of) : names(ofTopic));
  };
  const read = subscription("SUBSCRIPTION", source);
  const found = takenOf(subscriptions, read);
  return {
    choices: [
      source,
      read,
      dead,
      subscription("DEAD_LETTER_SUBSCRIPTION", dead),
      ...pickValue(named, "RETENTION_DAYS", wholeDays(found?.messageRetentionDuration)),
      ...pickValue(named, "EXACTLY_ONCE", found?.enableExactlyOnceDelivery ? "yes" : undefined),
    ],
    labels: [takenOf(topics, source), found].flatMap((one) => (one ? [one.labels?.deployment] : [])),
  };
}
