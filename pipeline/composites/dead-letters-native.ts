import type { WriteDeadLetters } from "./composite";
import { Writers } from "./in-bundle";
import { openDeadLetterTopic } from "../endpoints/dead-letter-topic";
import { type BatchStep, inBatches } from "../sdk/batches";
import { type PCollection, requireForSerialization } from "../sdk/beam";
import { DEAD_LETTERS } from "../wire";
import type { DeadLetter } from "../../transforms/dead-letter";

type PublishContext = typeof DEAD_LETTERS & { readonly topic: string };

/** By Google's Node client, from this worker: where nothing else of a graph is in Python. */
export const writeDeadLettersNatively: WriteDeadLetters = ({ places }) => {
  const context = { ...DEAD_LETTERS, topic: places.deadLetterTopic } as PublishContext;
  return (letters: PCollection<DeadLetter>) => letters.apply(inBatches("publish", openPublish, context));
};

const writers = new Writers<DeadLetter>();

export function openPublish(context: PublishContext): BatchStep<DeadLetter, never> {
  const { topic } = context;
  const lent = writers.lend(topic, () => openDeadLetterTopic(topic));
  return {
    most: { items: 1000, bytes: 4_000_000 },
    sizeOf: ({ data }) => data.length + 500,
    async write(batch) {
      for (const { attributes } of batch) context[attributes.error_reason!]!.increment();
      await lent.write(batch);
      return [];
    },
    end: () => lent.giveBack(),
  };
}

requireForSerialization("regulated-streaming-pipeline/pipeline/composites/dead-letters-native", { openPublish });
