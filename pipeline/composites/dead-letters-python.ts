import type { WriteDeadLetters } from "./composite";
import { inPython } from "./in-python";
import { type PCollection, withName } from "../sdk/beam";
import { asRows } from "../sdk/cross-language";
import { DEAD_LETTERS, deadLetterToWire, WIRE_DEAD_LETTER, type WireDeadLetter } from "../wire";
import type { DeadLetter } from "../../transforms/dead-letter";

/** By Beam's own WriteToPubSub. */
export const writeDeadLettersByPython: WriteDeadLetters = (context) => async (letters: PCollection<DeadLetter>) => {
  const args = { topic: context.places.deadLetterTopic };
  await letters
    .map(withName("toWire", deadLetterToWire), DEAD_LETTERS)
    .apply(withName("asRows", asRows<WireDeadLetter>(WIRE_DEAD_LETTER)))
    .applyAsync(inPython<PCollection<WireDeadLetter>, never>("write_dead_letters.py", args, context));
};
