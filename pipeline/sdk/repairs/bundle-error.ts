/**
 * What a worker says of an error that was thrown while it worked on elements. A message may quote the element: JSON.parse and BigInt do,
 * and so does the SDK's `split`. So the runner, and the log that it keeps, get the error's class, its code and where it was thrown.
 */
export function describeWithoutValues(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${error === null ? "null" : typeof error}`;
  const { code, kind } = error as { code?: unknown; kind?: unknown };
  const marks = [code, kind].filter(isClosed).map((mark) => ` ${mark}`);
  const [first, ...frames] = framesOf(error);
  return `${error.constructor.name}${marks.join("")}${first === undefined ? "" : ` ${first}`}${frames.map((frame) => `\n    ${frame}`).join("")}`;
}

/** A code of a closed set is a name or gRPC's number; anything longer may be text about the element. */
const isClosed = (mark: unknown) =>
  (Number.isInteger(mark) && Math.abs(mark as number) < 1000) ||
  (typeof mark === "string" && /^[A-Za-z][A-Za-z_]{0,39}$/.test(mark));

/** The places of the stack, `at file:line:column`. The stack begins with the message, which may have lines that look like places. */
function framesOf({ stack = "", message }: Error): string[] {
  const end = message === "" ? 0 : stack.indexOf(message) + message.length;
  if (message !== "" && end < message.length) return [];
  return [...stack.slice(end).matchAll(/^ {4}at .*?\(?([^\s()]+:\d+:\d+)\)?$/gm)].map(([, place]) => `at ${place}`);
}
