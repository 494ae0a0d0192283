/** Where messages and dead letters wait: the topics and their subscriptions. */
import type { Gathered } from "../gather";
import type { Link, Step } from "../model/link";
import { fieldsOf, keyUsed, linkOf, text, UNTOLD } from "./link";

export function topicLink(step: Step, gathered: Gathered, name: string): Link {
  return linkOf(step, `topic ${name}`, fieldsOf(gathered, `topic ${name}`), ({ key, storage }) => {
    const { regions, enforceInTransit } = storage as { regions: string[]; enforceInTransit: boolean };
    return {
      place: regions.length === 0 ? ["any region"] : regions,
      key: keyUsed(key, UNTOLD("Pub/Sub")),
      more: { "through other regions": enforceInTransit ? "refused" : "allowed" },
    };
  });
}

/** Messages wait where their topic stores them, and under its key. */
export function subscriptionLink(step: Step, gathered: Gathered, name: string, topic: string): Link {
  const { place, key } = topicLink(step, gathered, topic);
  return linkOf(step, `subscription ${name}`, fieldsOf(gathered, `subscription ${name}`), ({ retention }) => ({
    place,
    key,
    more: { "waits at most": days(retention), "lies with": `topic ${topic}` },
  }));
}

const days = (seconds: unknown): string => `${Number.parseInt(text(seconds), 10) / 86_400} days`;
