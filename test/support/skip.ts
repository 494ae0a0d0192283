import type { Context } from "mocha";
import type { MissingTool } from "./emulators/process";

/** Why tests were skipped, for the end of the report. */
export const skipReasons = new Set<string>();

/** Skips the test, or the tests of the suite whose hook this is, and says why at the end. Never returns. */
export function skipFor(test: Context, missing: MissingTool): never {
  skipReasons.add(missing.message);
  return test.skip();
}
