import { OtherColumns } from "./bigquery-shape";
import type { SetUpError, TransientError } from "./endpoint";

/** The table has these columns of the schema, but takes no rows with them yet. Their paths: never a value. */
export class ColumnsNotYet extends Error {
  constructor(readonly columns: readonly string[]) {
    super("columns not yet");
  }
}

/** Of Google's client, or of the network. Its texts may carry values: they are looked at, and never passed on. */
interface ApiError {
  readonly code?: number | string;
  readonly message?: string;
  readonly errors?: readonly { readonly reason?: string }[];
}

/** Reasons that pass by themselves although their status says that somebody must act [Error messages]. */
const QUOTAS = ["rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded", "quotaExceeded"];
const PASSING = [...QUOTAS, "backendError", "internalError"];

const MENDS: Record<number, readonly [code: string, mend: string]> = {
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
  if (error instanceof OtherColumns) {
    const text =
      `${table} has other columns than the schema (${error.columns.join(", ")}): ` +
      "give the schema that the table has, or change the table";
    return { kind: "setUpError", trouble: { code: "BIGQUERY_OTHER_COLUMNS", text } };
  }
  if (error instanceof ColumnsNotYet) {
    const text = `${table} takes no rows yet with columns that it has (${error.columns.join(", ")}): it has just grown`;
    return { kind: "transientError", trouble: { code: "BIGQUERY_COLUMNS_NOT_YET", text } };
  }
  const { message = "", errors = [] } = error as ApiError;
  const status = statusOf(error as ApiError);
  const reasons = errors.map(({ reason = "" }) => reason);
  const mend = reasons.some((reason) => PASSING.includes(reason)) ? undefined : MENDS[status];
  if (mend === undefined) return passing(table, status === 429 || reasons.some((reason) => QUOTAS.includes(reason)));
  if (/kms|crypto ?key/i.test(message)) {
    const text = `${table} cannot use its encryption key: enable the key, or give BigQuery's service agent the grant back`;
    return { kind: "setUpError", trouble: { code: "BIGQUERY_KEY_UNUSABLE", text } };
  }
  return { kind: "setUpError", trouble: { code: mend[0], text: `${table} ${mend[1]}` } };
}

function passing(table: string, quota: boolean): TransientError {
  const trouble = quota
    ? { code: "BIGQUERY_QUOTA", text: `${table} takes no more for the moment: a quota or a rate limit is reached` }
    : { code: "BIGQUERY_UNAVAILABLE", text: `${table} did not answer as it should` };
  return { kind: "transientError", trouble };
}

/** 0 where there was no answer. The client finds out only when it asks that it has no credentials, or old ones. */
function statusOf({ code, message = "" }: ApiError): number {
  if (/could not load the default credentials|invalid_grant|invalid_rapt/i.test(message)) return 401;
  return Number(code) || 0;
}

export function isTooLarge(error: unknown): boolean {
  const { code, message = "" } = error as ApiError;
  return code === 413 || (code === 400 && /payload size|too large/i.test(message));
}
