import { status } from "@grpc/grpc-js";
import { OtherColumns } from "./bigquery-shape";
import { bigQueryTrouble } from "./bigquery-trouble";
import type { SetUpError, TransientError } from "./endpoint";
import type { StatusError } from "./storage-write-stream";

/** Of a request that was answered. Its message may carry values: it is looked at, and never passed on. */
export class AppendError extends Error {
  readonly code: number;
  /** google.cloud.bigquery.storage.v1.StorageErrorCode; 0 where the answer has none. */
  readonly storageCode: number;

  constructor({ code, message = "", details = [] }: StatusError) {
    super(message);
    this.code = code;
    this.storageCode = storageCodeOf(details);
  }
}

/** Nothing that is meant for an emulator goes to the service. */
export class NoStorageEmulator extends Error {}

/** The field `code`, the first of a StorageError: no other detail is sent in an answer. */
function storageCodeOf(details: NonNullable<StatusError["details"]>): number {
  const value = details[0]?.value;
  return value?.[0] === 1 << 3 ? (value[1] ?? 0) : 0;
}

/** The same as over HTTP means the same, and is said in the same words. */
const HTTP: Readonly<Record<number, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.FAILED_PRECONDITION]: 400,
  [status.UNIMPLEMENTED]: 400,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.RESOURCE_EXHAUSTED]: 429,
};

const CMEK = [10, 11, 12, 14];

/** Sorts a failed append: what an operator must mend by its gRPC status, everything else passes by itself. */
export function storageWriteTrouble(table: string, error: unknown): SetUpError | TransientError {
  if (error instanceof OtherColumns) return bigQueryTrouble(table, error);
  if (error instanceof NoStorageEmulator) {
    const text =
      `${table} is in an emulator, whose port of the Storage Write API is not known: ` +
      "give it in BIGQUERY_STORAGE_EMULATOR_HOST, as HOST:PORT";
    return { kind: "setUpError", trouble: { code: "BIGQUERY_NO_STORAGE_EMULATOR", text } };
  }
  const { code, message = "" } = error as { code?: number; message?: string };
  const isKeyless = error instanceof AppendError && CMEK.includes(error.storageCode);
  return bigQueryTrouble(table, isKeyless ? { code: 403, message: "KMS" } : { code: HTTP[code ?? -1], message });
}

/** The columns that are sent are not, or not yet, those that the API knows of the table. */
export function isMismatch(error: unknown): boolean {
  if (!(error instanceof AppendError) || error.code !== status.INVALID_ARGUMENT) return false;
  return error.storageCode === 7 || /schema_mismatch|extra fields/i.test(error.message);
}

/** Of one request, or of another that was on its way with it. */
export function isTooLarge(error: unknown): boolean {
  const { code, message = "" } = error as { code?: number; message?: string };
  if (code !== status.RESOURCE_EXHAUSTED && code !== status.INVALID_ARGUMENT) return false;
  return /larger than max|too large|exceeds? the (?:maximum|limit)/i.test(message);
}
