import type { Context } from "mocha";
import { MissingTool } from "./emulators/process";

/** Why tests were skipped, for the end of the report. */
export const skipReasons = new Set<string>();

/** Skips the test, or the tests of the suite whose hook this is, and says why at the end. Never returns. */
export function skipFor(test: Context, missing: MissingTool): never {
  skipReasons.add(missing.message);
  return test.skip();
}

/** What `get` answers, at once or later. Where this machine lacks what it needs, the test is skipped as by `skipFor`. */
export function orSkip<T>(test: Context, get: () => T): T {
  const skipped = (error: unknown): never => {
    if (error instanceof MissingTool) skipFor(test, error);
    throw error;
  };
  try {
    const got = get();
    return got instanceof Promise ? (got.catch(skipped) as T) : got;
  } catch (error) {
    return skipped(error);
  }
}
