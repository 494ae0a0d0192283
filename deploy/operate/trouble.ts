/** What hinders the daily work, by a code; the text says what was found and what mends it, and never a value of a message. */
export type OperateErrorCode =
  | "NOT_READABLE"
  | "NOT_DEAD_LETTERS"
  | "NO_SUCH_LETTER"
  | "NOT_FOUND"
  | "NOT_ALLOWED"
  | "NO_ANSWER"
  | "FORWARDS"
  | "FIX_INVALID"
  | "JOURNAL_DAMAGED"
  | "JOURNAL_IN_USE"
  | "OUT_EXISTS"
  | "TABLE_NOT_ASKED"
  | "NOT_OBSERVED";

export class OperateError extends Error {
  constructor(
    readonly code: OperateErrorCode,
    text: string,
  ) {
    super(text);
  }
}

const GRPC = { unknown: 2, invalid: 3, notFound: 5, forbidden: 7, failedPrecondition: 9, unauthenticated: 16 } as const;

/** Answers of which it is certain that nothing was published. Every other failure leaves that open. */
const CERTAIN: ReadonlySet<number | undefined> = new Set([
  GRPC.invalid,
  GRPC.notFound,
  GRPC.forbidden,
  GRPC.failedPrecondition,
  GRPC.unauthenticated,
]);

export const isCertainlyRefused = (error: unknown) => CERTAIN.has(codeOf(error));

const codeOf = (error: unknown) => (error as { code?: number }).code;

/** Pub/Sub's answer about `name`, as an error for whoever operates. */
export function pubsubError(name: string, error: unknown): OperateError {
  if (error instanceof OperateError) return error;
  const text = String((error as Error).message ?? error);
  switch (codeOf(error)) {
    case GRPC.notFound:
      return new OperateError("NOT_FOUND", `${name} is not there: name one that is, or make plan and apply`);
    case GRPC.forbidden:
      return new OperateError(
        "NOT_ALLOWED",
        `${name} may not be used by this account: see docs/dead-letters.md, Access`,
      );
    case GRPC.failedPrecondition:
      return new OperateError("NOT_ALLOWED", `${name} does not work now: its key is disabled, or it was detached`);
    case GRPC.unauthenticated:
    case undefined:
      if (/credential/i.test(text)) {
        return new OperateError("NOT_ALLOWED", "no credentials for Google: gcloud auth application-default login");
      }
  }
  return new OperateError("NO_ANSWER", `${name} did not answer (${codeOf(error) ?? "no code"}): try again`);
}
