/** Versions of keys: what makes them work and what stops them. */
import { type Call, now } from "../call";
import { failedPrecondition, invalid } from "../refused";
import type { State } from "../state";
import type { KeyVersion } from "./kms";

export function addVersion(state: State, key: string, outside?: object): KeyVersion {
  const { protectionLevel, algorithm } = state.kms.cryptoKeys.get(key).versionTemplate;
  const prefix = `${key}/cryptoKeyVersions/`;
  const name = `${prefix}${state.kms.keyVersions.below(prefix).length + 1}`;
  const [createTime, external] = [now(), outside && { externalProtectionLevelOptions: outside }];
  const made = { name, state: "ENABLED" as const, protectionLevel, algorithm, createTime, generateTime: createTime };
  return state.kms.keyVersions.add(name, { ...made, ...external });
}

export function patchVersion({ params: { name = "" }, query, body, state }: Call): KeyVersion {
  const version = state.kms.keyVersions.get(name);
  if (query.get("updateMask") !== "state") throw invalid("Only the state of a CryptoKeyVersion can be updated.");
  const { state: wanted } = body as Partial<KeyVersion>;
  if (wanted !== "ENABLED" && wanted !== "DISABLED")
    throw invalid(`The state of a CryptoKeyVersion cannot be set to ${wanted}.`);
  isOneOf(version, "ENABLED", "DISABLED");
  if (wanted === "ENABLED") state.lag.forget(name);
  else if (version.state === "ENABLED") state.lag.hold(name, state.lag.versionsMs, version);
  return state.kms.keyVersions.change(name, { state: wanted });
}

export function destroyVersion({ params: { name = "" }, state }: Call): KeyVersion {
  isOneOf(state.kms.keyVersions.get(name), "ENABLED", "DISABLED");
  const { destroyScheduledDuration } = state.kms.cryptoKeys.get(name.split("/cryptoKeyVersions/")[0]!);
  const destroyTime = new Date(Date.now() + Number.parseInt(destroyScheduledDuration, 10) * 1000).toISOString();
  return state.kms.keyVersions.change(name, { state: "DESTROY_SCHEDULED", destroyTime });
}

export function restoreVersion({ params: { name = "" }, state }: Call): KeyVersion {
  const { destroyTime: _, ...version } = isOneOf(state.kms.keyVersions.get(name), "DESTROY_SCHEDULED");
  return state.kms.keyVersions.set(name, { ...version, state: "DISABLED" });
}

/** Throws Refused: FAILED_PRECONDITION. */
export function isOneOf(version: KeyVersion, ...states: KeyVersion["state"][]): KeyVersion {
  if (states.includes(version.state)) return version;
  throw failedPrecondition(`${version.name} is not in a state that allows this, current state is: ${version.state}.`);
}

/** The version that encrypts now. Throws Refused where it may not. */
export function enabledVersion(state: State, name: string): KeyVersion {
  const { purpose, primaryVersion } = state.kms.cryptoKeys.get(name);
  if (purpose !== "ENCRYPT_DECRYPT")
    throw failedPrecondition(`${name} is not for encryption: its purpose is ${purpose}.`);
  if (primaryVersion === undefined) throw failedPrecondition(`${name} has no primary version.`);
  return enabled(state, `${name}/cryptoKeyVersions/${primaryVersion}`);
}

/** A version by its full name, as the services see it. Throws Refused where it may not be used. */
export function enabled(state: State, name: string): KeyVersion {
  const version = (state.lag.held(name) as KeyVersion | undefined) ?? state.kms.keyVersions.get(name);
  if (version.state !== "ENABLED") throw notEnabled(version);
  return version;
}

export const notEnabled = ({ name, state }: KeyVersion) =>
  failedPrecondition(`${name} is not enabled, current state is: ${state}.`);
