import { status } from "@grpc/grpc-js";
import type { SetUpError, TransientError } from "./endpoint";

/** What each gRPC status that an operator must mend means at Pub/Sub, and what mends it. */
const MENDS: Readonly<Record<number, string>> = {
  [status.NOT_FOUND]: "is not there: create it, or give the name of one that is",
  [status.PERMISSION_DENIED]: "may not be used by this account: grant it the role that it lacks",
  [status.UNAUTHENTICATED]:
    "was asked without credentials: run `gcloud auth application-default login`, or set up the service account",
  [status.FAILED_PRECONDITION]:
    "cannot be used in its present state: if its key was disabled or revoked, enable the key or give the grant back",
  [status.INVALID_ARGUMENT]: "was asked in a way that Pub/Sub refuses: check the name",
  [status.UNIMPLEMENTED]: "is at an endpoint that does not know the call: check PUBSUB_EMULATOR_HOST",
};

/** Sorts a failed call to Pub/Sub: set-up errors by their gRPC status, everything else passes by itself. */
export function pubsubTrouble(resource: string, error: unknown): SetUpError | TransientError {
  const code = (error as { code?: unknown }).code;
  const name = typeof code === "number" ? (status[code] ?? "UNKNOWN") : "UNKNOWN";
  const mend = typeof code === "number" ? MENDS[code] : undefined;
  if (mend !== undefined)
    return { kind: "setUpError", trouble: { code: `PUBSUB_${name}`, text: `${resource} ${mend}` } };
  return { kind: "transientError", trouble: { code: `PUBSUB_${name}`, text: `${resource} did not answer` } };
}
