/** Answers that are no success, in the words of Google's APIs. */

const CODES = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
} as const;
export type Status = keyof typeof CODES;

/** The word that BigQuery, Storage and Compute have for it. */
const REASONS: Readonly<Record<Status, string>> = {
  INVALID_ARGUMENT: "invalid",
  FAILED_PRECONDITION: "failedPrecondition",
  UNAUTHENTICATED: "authError",
  PERMISSION_DENIED: "accessDenied",
  NOT_FOUND: "notFound",
  ABORTED: "conditionNotMet",
  ALREADY_EXISTS: "duplicate",
  RESOURCE_EXHAUSTED: "rateLimitExceeded",
  INTERNAL: "internalError",
  UNIMPLEMENTED: "notImplemented",
  UNAVAILABLE: "backendError",
};

/** `code`: where the API answers the status with another one than usual (Storage's 412). */
export class Refused extends Error {
  readonly code: number;
  constructor(
    readonly status: Status,
    message: string,
    readonly more: { readonly reason?: string; readonly code?: number; readonly details?: readonly object[] } = {},
  ) {
    super(message);
    this.code = more.code ?? CODES[status];
  }

  /** `old`: the form of the three APIs that are older than the common one. */
  body(old: boolean): object {
    const { code, message, status, more } = this;
    const reason = more.reason ?? REASONS[status];
    if (old) return { error: { code, message, errors: [{ message, domain: "global", reason }], status } };
    return { error: { code, message, status, ...(more.details !== undefined && { details: more.details }) } };
  }
}

export const invalid = (message: string) => new Refused("INVALID_ARGUMENT", message);
export const notFound = (message: string) => new Refused("NOT_FOUND", message);
export const failedPrecondition = (message: string) => new Refused("FAILED_PRECONDITION", message);
