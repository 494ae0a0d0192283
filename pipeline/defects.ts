/** How a process ends at a defect: it says where, and never what. The text of an error may quote a message, and clients hang rows on theirs. */
import { describeWithoutValues } from "./sdk/repairs/bundle-error";

export function tellDefect(error: unknown): void {
  process.stderr.write(`a defect of the pipeline: ${describeWithoutValues(error)}\n`);
}

/**
 * For what is thrown where nobody waits for it: Node would print the error's text and all that hangs on it, and write it into its report, where
 * one is asked for.
 */
export function endAtUncaught(): void {
  // Asked here, as ts-node takes it back when something is thrown.
  const { reportOnUncaughtException } = process.report;
  process.on("uncaughtException", (error: unknown) => {
    tellDefect(error);
    if (reportOnUncaughtException) process.report.writeReport(withoutValues(error));
    process.exit(1);
  });
}

function withoutValues(error: unknown): Error {
  const bare = new Error();
  bare.stack = describeWithoutValues(error);
  return bare;
}
