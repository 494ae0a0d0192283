/**
 * How a process ends at a defect: it says where, and never what. The text of an error may quote a message, as JSON.parse's, BigInt's and the
 * Beam SDK's `split` do, and clients hang rows on theirs.
 */

/** An error's class, its code and where it was thrown. */
export function describeWithoutValues(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${error === null ? "null" : typeof error}`;
  const { code, kind } = error as { code?: unknown; kind?: unknown };
  const what = [error.constructor?.name ?? "Error", code, kind].filter(isClosed).join(" ");
  return [what, ...placesOf(String(error.stack), String(error.message))].join("\n    at ");
}

/** A code of a closed set is a name or a small number, as gRPC's; anything longer may be text about the element. */
function isClosed(mark: unknown): boolean {
  if (typeof mark === "string") return /^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(mark);
  return Number.isInteger(mark) && Math.abs(mark as number) < 1000;
}

/** `file:line:column`, innermost first. The stack repeats the message, which may have lines that look like places. */
function placesOf(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start === -1) return [];
  return [...stack.slice(start + message.length).matchAll(/^ {4}at .*?\(?([^\s()]+:\d+:\d+)\)?$/gm)].map(
    ([, place]) => place!,
  );
}

export function tellDefect(error: unknown): void {
  process.stderr.write(`a defect of this program: ${describeWithoutValues(error)}\n`);
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
