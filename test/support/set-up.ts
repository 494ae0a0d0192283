import { MissingTool } from "./emulators/process";

/**
 * Prepares each and says what was done, in a line each. What this machine lacks is said and is no failure; what should have worked and
 * did not is one, and the others are prepared all the same.
 */
export function setUp(tools: Readonly<Record<string, () => string>>): void {
  for (const [what, prepare] of Object.entries(tools)) {
    process.stdout.write(`${what}: `);
    try {
      process.stdout.write(`${prepare()}\n`);
    } catch (error) {
      const isMissing = error instanceof MissingTool;
      if (!isMissing) process.exitCode = 1;
      process.stdout.write(`${isMissing ? "MISSING" : "FAILED"}: ${(error as Error).message}\n`);
    }
  }
}
