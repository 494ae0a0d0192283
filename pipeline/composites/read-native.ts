import type { ReadMessages } from "./composite";
import { requireForSerialization, type Root, withName } from "../sdk/beam";
import { readFromPubSub } from "../sdk/native-read";
import { decodePubsubMessage } from "../endpoints/pull-response";
import { RECEIVED, rfc3339 } from "../wire";
import type { Message } from "../../transforms/message";

/** `--pubsub_read native`: by the service alone. What it gives is decoded here, so that no other language is needed. */
export const readByService: ReadMessages =
  ({ places }) =>
  (root: Root) =>
    root.apply(readFromPubSub(places.source)).map(withName("toMessage", messageFromProto), RECEIVED);

/** `bytes`: a serialised PubsubMessage. The time of publication is cut to microseconds, as it is where Python reads. */
export function messageFromProto(bytes: Uint8Array, { received, bytes: total }: typeof RECEIVED): Message {
  const { data, attributes, messageId, publishSeconds, publishNanos, orderingKey } = decodePubsubMessage(bytes);
  received.increment();
  total.increment(data.length);
  const publishTime = rfc3339(publishSeconds * 1e6 + Math.floor(publishNanos / 1000));
  return { data, attributes, messageId, publishTime, orderingKey };
}

requireForSerialization("regulated-streaming-pipeline/pipeline/composites/read-native", { messageFromProto });
