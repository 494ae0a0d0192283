import type { Call } from "../call";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";

/** A multi-region's name in Cloud KMS. */
export const MULTI: Readonly<Record<string, string>> = { US: "us", EU: "europe", ASIA: "asia" };

/** Throws Refused where Storage would not take the key for a bucket there. [Use customer-managed encryption keys, Cloud Storage] */
export function checkBucketKey(
  { project, state }: Call,
  key: string | undefined,
  location: string,
): string | undefined {
  if (!key) return undefined;
  const text =
    "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.";
  const fits = MULTI[location] ?? location.toLowerCase();
  const elsewhere = (found: string) =>
    invalid(`Cloud KMS key location '${found}' is not compatible with the bucket's location '${location}'.`);
  const denied = () => new Refused("PERMISSION_DENIED", text, { reason: "forbidden" });
  const disabled = ({ message }: Refused) =>
    new Refused("FAILED_PRECONDITION", `Cloud KMS error when using key ${key}: ${message}`);
  return useKey(state, { key, agents: [AGENTS.storage(project)], denied, disabled, locations: [fits], elsewhere });
}
