/** What can be fuzzed: one door of the product through which strangers' bytes come in. */

export interface FuzzTarget {
  /** As TARGET= and in test/fuzz/corpus. */
  readonly name: string;
  /** The sources whose coverage leads the search, by a part of their paths. */
  readonly sources: RegExp;
  /** Pieces that a mutation may put in. */
  readonly words: readonly string[];
  /** The longest input, in bytes. */
  readonly most: number;
  /**
   * Takes one input and holds what comes out against what must be true of it. Answers the class of the outcome, of a small set: an input with
   * a new one is kept, as one that reaches new code is. Throws where something is not true.
   */
  run(input: Uint8Array): string | Promise<string>;
}

/** An input for which something is not true. */
export class Broken extends Error {}

/** Throws Broken where `holds` is false. */
export function mustHold(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * The answer of `work`, or the error that it threw, where that is of one of the classes that this door may answer with, in one line.
 * Every other error is a finding.
 */
export function refusedOr<T>(classes: readonly ErrorClass[], work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !classes.some((one) => error instanceof one)) throw error;
    mustHold(!/[\r\n]/.test(error.message), "the message has more than one line");
    return error;
  }
}
