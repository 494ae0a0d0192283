/**
 * Dead letters to a Pub/Sub topic, all confirmed before a write answers. They are published without an ordering key: a topic's order is
 * kept only through one region's endpoint, and a dead letter waits for nobody; the key travels as the attribute `original_ordering_key`.
 */
import { v1 } from "@google-cloud/pubsub";
import { status } from "@grpc/grpc-js";
import { type DeadLetterWriter, NONE_THERE, type SetUpError, type TransientError, type WriteResult } from "./endpoint";
import { pubsubClientOptions } from "./pubsub-client";
import { pubsubTrouble } from "./pubsub-trouble";
import { requestsOf } from "./requests";
import type { DeadLetter } from "../../transforms/dead-letter";

/** A request has at most 1,000 messages and 10 MB [Quotas and limits]; the rest is room for the encoding. */
const MOST = { items: 1000, bytes: 8_000_000 };
const MOST_ATTRIBUTES = 100;
const PUBLISH_TIMEOUT_MS = 30_000;

/** `topic`: `projects/P/topics/T`. Does not fail where it is not there: each write says so. */
export async function openDeadLetterTopic(topic: string): Promise<DeadLetterWriter> {
  const client = new v1.PublisherClient(pubsubClientOptions(topic));
  await client.initialize();
  /** Of a batch that did not come through whole: what need not be published again when it is asked for again. */
  const confirmed = new Set<string>();

  // The stream's own backoff rules: no second one underneath.
  const publish = (letters: readonly DeadLetter[]) =>
    client.publish({ topic, messages: letters.map(asMessage) }, { timeout: PUBLISH_TIMEOUT_MS, retry: null });

  return {
    name: topic,
    keyed: false,
    async write(letters): Promise<WriteResult> {
      const requests = requestsOf(
        letters.filter((letter) => !confirmed.has(idOf(letter))),
        sizeOf,
        MOST,
      );
      let trouble: SetUpError | TransientError | undefined;
      for (const part of requests) {
        try {
          await publish(part);
          for (const letter of part) confirmed.add(idOf(letter));
        } catch (error) {
          if (!isInvalid(error)) return pubsubTrouble(topic, error);
          // One by one, to find the one that is meant; the others go on.
          if (part.length === 1) trouble ??= refused(topic, part[0]!);
          else requests.push(...part.map((letter) => [letter]));
        }
      }
      if (trouble !== undefined) return trouble;
      confirmed.clear();
      return { kind: "written", alreadyThere: NONE_THERE };
    },
    close: () => client.close(),
  };
}

const idOf = ({ attributes }: DeadLetter) => attributes.source_message_id ?? "";

function asMessage({ data, attributes, orderingKey }: DeadLetter) {
  const hasRoom = orderingKey !== "" && Object.keys(attributes).length < MOST_ATTRIBUTES;
  return { data, attributes: hasRoom ? { ...attributes, original_ordering_key: orderingKey } : attributes };
}

function sizeOf({ data, attributes }: DeadLetter): number {
  let bytes = data.length + 100;
  for (const [name, value] of Object.entries(attributes)) bytes += 3 * (name.length + value.length) + 10;
  return bytes;
}

const isInvalid = (error: unknown) => (error as { code?: number }).code === status.INVALID_ARGUMENT;

/** With its reason a message may be larger than a topic takes. It is not lost: it stays in the subscription. */
function refused(topic: string, letter: DeadLetter): SetUpError {
  const text =
    `${topic} refuses the dead letter of message ${idOf(letter)}: it is too large with its reason, or the topic has a schema. ` +
    "Take the schema from the topic, or send dead letters to a file (--dead_letters) until it is through";
  return { kind: "setUpError", trouble: { code: "PUBSUB_DEAD_LETTER_REFUSED", text } };
}
