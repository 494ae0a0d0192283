import { type PCollection, type PTransform, split, withName } from "./beam";
import type { DeadLetter } from "../../transforms/dead-letter";

/** What a step makes of one element: exactly one of the two. */
export type Outcome<O> = { readonly passed: O } | { readonly deadLetters: DeadLetter };

/** A pure step. It must be exported by a module that is registered with `requireForSerialization`: it travels to workers by name. */
export type Step<I, O, Settings> = (element: I, settings: Settings) => [Outcome<O>];

/** Applies a step to every element; what it refuses leaves by the `deadLetters` output. */
export function orDeadLetter<I, O, Settings>(
  name: string,
  step: Step<I, O, Settings>,
  settings: Settings,
): PTransform<PCollection<I>, { passed: PCollection<O>; deadLetters: PCollection<DeadLetter> }> {
  return withName(name, (input: PCollection<I>) =>
    input
      .flatMap(withName("apply", step), settings)
      .apply(withName("split", split(["passed", "deadLetters"], { exclusive: true }))),
  );
}
