/** Cloud KMS: key rings, keys and their versions, which are never gone, and what they encrypt. */
import { type Api, type Call, page, now } from "../call";
import { Collection } from "../collection";
import { policyMethods } from "../policy-methods";
import { invalid } from "../refused";
import { decrypt, encrypt } from "./kms-encryption";
import { checkId, createKey, patchKey, setPrimary, shown } from "./kms-keys";
import { asymmetricSign, getPublicKey } from "./kms-signing";
import { addVersion, destroyVersion, patchVersion, restoreVersion } from "./kms-versions";

export interface KeyRing {
  readonly name: string;
  readonly createTime: string;
}

export type ProtectionLevel = "SOFTWARE" | "HSM" | "EXTERNAL" | "EXTERNAL_VPC";

export interface CryptoKey {
  readonly name: string;
  readonly purpose: string;
  readonly createTime: string;
  readonly versionTemplate: { readonly algorithm: string; readonly protectionLevel: ProtectionLevel };
  readonly destroyScheduledDuration: string;
  /** Both or none. */
  readonly rotationPeriod?: string;
  readonly nextRotationTime?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The number of the primary version; the API shows the version itself. */
  readonly primaryVersion?: string;
}

export interface KeyVersion {
  readonly name: string;
  readonly state: "ENABLED" | "DISABLED" | "DESTROY_SCHEDULED" | "DESTROYED";
  readonly protectionLevel: ProtectionLevel;
  readonly algorithm: string;
  readonly createTime: string;
  readonly generateTime: string;
  readonly destroyTime?: string;
  readonly externalProtectionLevelOptions?: object;
}

export function newKms() {
  return {
    keyRings: new Collection<KeyRing>(
      (name) => `KeyRing ${name} not found.`,
      (name) => `KeyRing ${name} already exists.`,
    ),
    cryptoKeys: new Collection<CryptoKey>(
      (name) => `CryptoKey ${name} not found.`,
      (name) => `CryptoKey ${name} already exists.`,
    ),
    keyVersions: new Collection<KeyVersion>((name) => `CryptoKeyVersion ${name} not found.`),
  };
}

const LOCATION = /^projects\/[^/]+\/locations\/([a-z]+-[a-z]+\d+|global|us|eu|europe|asia|ca|eur[3-9]|nam\d+|asia\d+)$/;
function createRing({ params: { parent = "" }, query, state }: Call): KeyRing {
  const id = checkId(query.get("keyRingId"), "key_ring_id");
  const name = `${parent}/keyRings/${id}`;
  return state.kms.keyRings.add(name, { name, createTime: now() });
}

const RING = "projects.locations.keyRings";
const KEY = `${RING}.cryptoKeys`;
const VERSION = `${KEY}.cryptoKeyVersions`;
const USE = "cloudkms.cryptoKeyVersions";

export const KMS: Api = {
  name: "cloudkms",
  methods: {
    [`${RING}.create`]: ["cloudkms.keyRings.create", (call) => createRing(inLocation(call))],
    [`${RING}.get`]: ["cloudkms.keyRings.get", ({ params, state }) => state.kms.keyRings.get(params.name!)],
    [`${RING}.list`]: [
      "cloudkms.keyRings.list",
      (call) =>
        page("keyRings", inLocation(call).state.kms.keyRings.below(`${call.params.parent}/keyRings/`), call.query),
    ],
    [`${KEY}.create`]: ["cloudkms.cryptoKeys.create", createKey],
    [`${KEY}.get`]: [
      "cloudkms.cryptoKeys.get",
      ({ params, state }) => shown(state, state.kms.cryptoKeys.get(params.name!)),
    ],
    [`${KEY}.list`]: [
      "cloudkms.cryptoKeys.list",
      ({ params: { parent = "" }, query, state }) => {
        state.kms.keyRings.get(parent);
        return page(
          "cryptoKeys",
          state.kms.cryptoKeys.below(`${parent}/cryptoKeys/`).map((key) => shown(state, key)),
          query,
        );
      },
    ],
    [`${KEY}.patch`]: ["cloudkms.cryptoKeys.update", patchKey],
    [`${KEY}.encrypt`]: [`${USE}.useToEncrypt`, encrypt],
    [`${KEY}.decrypt`]: [`${USE}.useToDecrypt`, decrypt],
    [`${KEY}.updatePrimaryVersion`]: ["cloudkms.cryptoKeys.update", setPrimary],
    [`${VERSION}.create`]: [
      `${USE}.create`,
      ({ params, body, state }) => addVersion(state, params.parent!, body.externalProtectionLevelOptions as object),
    ],
    [`${VERSION}.get`]: [`${USE}.get`, ({ params, state }) => state.kms.keyVersions.get(params.name!)],
    [`${VERSION}.list`]: [
      `${USE}.list`,
      ({ params: { parent = "" }, query, state }) => {
        state.kms.cryptoKeys.get(parent);
        const all = state.kms.keyVersions.below(`${parent}/cryptoKeyVersions/`);
        const wanted = /^state\s*[=:]\s*"?(\w+)"?$/.exec(query.get("filter") ?? "")?.[1];
        return page(
          "cryptoKeyVersions",
          all.filter(({ state }) => wanted === undefined || state === wanted),
          query,
        );
      },
    ],
    [`${VERSION}.getPublicKey`]: [`${USE}.viewPublicKey`, getPublicKey],
    [`${VERSION}.asymmetricSign`]: [`${USE}.useToSign`, asymmetricSign],
    [`${VERSION}.patch`]: [`${USE}.update`, patchVersion],
    [`${VERSION}.destroy`]: [`${USE}.destroy`, destroyVersion],
    [`${VERSION}.restore`]: [`${USE}.restore`, restoreVersion],
    ...policyMethods(RING, "cloudkms.keyRings", ({ state }, name) => state.kms.keyRings.get(name)),
    ...policyMethods(KEY, "cloudkms.cryptoKeys", ({ state }, name) => state.kms.cryptoKeys.get(name)),
  },
};

function inLocation(call: Call): Call {
  if (LOCATION.test(call.params.parent!)) return call;
  throw invalid(`The location of ${call.params.parent} is not one of Cloud KMS.`);
}
