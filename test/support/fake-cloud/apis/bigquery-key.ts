import type { Call } from "../call";
import { AGENTS, useKey } from "../keys";
import { invalid, Refused } from "../refused";

export interface Encryption {
  readonly kmsKeyName?: string;
}

/** A multi-region's name in Cloud KMS. A global key fits no dataset. [Customer-managed Cloud KMS keys, BigQuery] */
const MULTI: Readonly<Record<string, string>> = { US: "us", EU: "europe" };

/** Answers the version that is used. Throws Refused where BigQuery would not take the key for data in `location`. */
export function checkEncryption(
  { state, project }: Call,
  encryption: Encryption | null | undefined,
  location: string,
): string | undefined {
  const key = encryption?.kmsKeyName;
  if (!key) return undefined;
  const denied = (agent: string, key: string) =>
    new Refused(
      "PERMISSION_DENIED",
      `Access Denied: BigQuery BigQuery: Cloud KMS Error: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${key}' (or it may not exist). Please grant Cloud KMS CryptoKey Encrypter/Decrypter role to BigQuery service account: ${agent}.`,
    );
  const fits = MULTI[location] ?? location;
  const elsewhere = (found: string) =>
    invalid(
      `Cloud KMS key ${key} in location ${found} cannot be used in location ${location}: the key must be in ${fits}.`,
    );
  return useKey(state, { key, agents: [AGENTS.bigquery(project)], denied, locations: [fits], elsewhere });
}
