import type { SetUpError, TransientError } from "./endpoint";

interface ApiError {
  readonly code?: number | string;
  readonly message?: string;
  readonly errors?: readonly { readonly reason?: string }[];
}

/** Reasons that pass by themselves although their status says that somebody must act [Error messages]. */
const PASSING = ["rateLimitExceeded", "quotaExceeded", "backendError", "internalError", "jobRateLimitExceeded"];

const MENDS: Record<number, readonly [string, string]> = {
  400: ["BIGQUERY_INVALID", "refuses the request: hold the table's columns against the schema"],
  401: ["BIGQUERY_UNAUTHENTICATED", "was asked without credentials: run `gcloud auth application-default login`"],
  403: [
    "BIGQUERY_ACCESS_DENIED",
    "may not be written by this account: grant it roles/bigquery.dataEditor on the dataset",
  ],
  404: ["BIGQUERY_NOT_FOUND", "is not there: create the dataset and the table, or give the name of one that is"],
};

/** Sorts a failed request: what an operator must mend by its HTTP status and reason, everything else passes by itself. */
export function bigQueryTrouble(table: string, error: unknown): SetUpError | TransientError {
  const { code, message = "", errors = [] } = error as ApiError;
  const passing = errors.some(({ reason }) => PASSING.includes(reason ?? ""));
  const mend = typeof code === "number" && !passing ? MENDS[code] : undefined;
  if (mend === undefined) {
    return {
      kind: "transientError",
      trouble: { code: `BIGQUERY_${code ?? "FAILED"}`, text: `${table} did not answer as it should` },
    };
  }
  if (/kms|crypto ?key/i.test(message)) {
    const text = `${table} cannot use its encryption key: enable the key, or give BigQuery's service agent the grant back`;
    return { kind: "setUpError", trouble: { code: "BIGQUERY_KEY_UNUSABLE", text } };
  }
  return { kind: "setUpError", trouble: { code: mend[0], text: `${table} ${mend[1]}` } };
}

export function isTooLarge(error: unknown): boolean {
  const { code, message = "" } = error as ApiError;
  return code === 413 || (code === 400 && /payload size|too large/i.test(message));
}
