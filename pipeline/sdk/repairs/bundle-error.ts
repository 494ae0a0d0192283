/**
 * What a worker says of an error that was thrown while it worked on elements. A message may quote the element: JSON.parse and BigInt do,
 * and so does the SDK's `split`. So the runner, and the log that it keeps, get the error's class, its code and where it was thrown.
 */
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
