/** The way of a message, link by link: where each link lies, and under which key. */
import { copyLinks } from "./chain/copies";
import { jobLinks } from "./chain/jobs";
import { logLinks } from "./chain/logs";
import { subscriptionLink, topicLink } from "./chain/messages";
import { bucketLink, registryLink, rowLinks } from "./chain/stored";
import type { Gathered } from "./gather";
import type { Link } from "./model/link";

/** In the order of the steps. What is not there is a link all the same. */
export function chainOf(gathered: Gathered): readonly Link[] {
  const { settings } = gathered.setup;
  return [
    topicLink("messages", gathered, settings.TOPIC),
    subscriptionLink("messages", gathered, settings.SUBSCRIPTION, settings.TOPIC),
    ...jobLinks(gathered),
    registryLink(gathered),
    bucketLink(gathered),
    ...rowLinks(gathered),
    topicLink("dead letters", gathered, settings.DEAD_LETTER_TOPIC),
    subscriptionLink("dead letters", gathered, settings.DEAD_LETTER_SUBSCRIPTION, settings.DEAD_LETTER_TOPIC),
    ...logLinks(gathered),
    ...copyLinks(gathered),
  ];
}
