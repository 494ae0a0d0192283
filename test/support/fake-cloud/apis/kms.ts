/** Cloud KMS: key rings, keys and their versions, which are never gone, and what they encrypt. */
import { type Api, type Call, page, now } from "../call";
import { Collection } from "../collection";
import { policyMethods } from "../policy-methods";
import { invalid } from "../refused";
import type { State } from "../state";
import { decrypt, encrypt } from "./kms-encryption";
import { addVersion, destroyVersion, isOneOf, patchVersion, restoreVersion } from "./kms-versions";

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

const ID = /^[a-zA-Z0-9_-]{1,63}$/;
const LOCATION = /^projects\/[^/]+\/locations\/([a-z]+-[a-z]+\d+|global|us|eu|europe|asia|ca|eur[3-9]|nam\d+|asia\d+)$/;
const DAY = 86_400;

function checkId(id: string | null, field: string): string {
  if (id !== null && ID.test(id)) return id;
  throw invalid(`The request field '${field}' is invalid: it must match ${ID.source}.`);
}

/** A key as the API shows it: its primary version in full. */
function shown(state: State, key: CryptoKey): object {
  const { primaryVersion, ...fields } = key;
  const primary = primaryVersion && state.kms.keyVersions.get(`${key.name}/cryptoKeyVersions/${primaryVersion}`);
  return { ...fields, ...(primary && { primary }) };
}

function createRing({ params: { parent = "" }, query, state }: Call): KeyRing {
  const id = checkId(query.get("keyRingId"), "key_ring_id");
  const name = `${parent}/keyRings/${id}`;
  return state.kms.keyRings.add(name, { name, createTime: now() });
}

function createKey({ params: { parent = "" }, query, body, state }: Call): object {
  state.kms.keyRings.get(parent);
  const name = `${parent}/cryptoKeys/${checkId(query.get("cryptoKeyId"), "crypto_key_id")}`;
  const { purpose = "", labels, rotationPeriod, nextRotationTime, ...rest } = body as Partial<CryptoKey>;
  if (purpose === "") throw invalid("CryptoKey.purpose must be specified.");
  const { destroyScheduledDuration = `${30 * DAY}s`, versionTemplate } = rest;
  const { protectionLevel = "SOFTWARE", algorithm } = versionTemplate ?? {};
  const isSymmetric = purpose === "ENCRYPT_DECRYPT";
  if (!isSymmetric && algorithm === undefined) throw invalid("CryptoKey.version_template.algorithm must be specified.");
  const isOutside = protectionLevel.startsWith("EXTERNAL");
  const own = isOutside ? "EXTERNAL_SYMMETRIC_ENCRYPTION" : "GOOGLE_SYMMETRIC_ENCRYPTION";
  const skips = query.get("skipInitialVersionCreation") === "true";
  if (isOutside && !skips) throw invalid("For an external key skip_initial_version_creation must be true.");
  checkDuration(destroyScheduledDuration, "destroy_scheduled_duration", DAY, 120 * DAY);
  const rotation = { ...(rotationPeriod && { rotationPeriod }), ...(nextRotationTime && { nextRotationTime }) };
  checkRotation(rotation, isSymmetric && !isOutside);
  const template = { protectionLevel, algorithm: algorithm ?? own };
  const made = { name, purpose, createTime: now(), versionTemplate: template, destroyScheduledDuration };
  state.kms.cryptoKeys.add(name, { ...made, ...rotation, ...(labels && { labels }) });
  if (!skips) {
    addVersion(state, name);
    if (isSymmetric) state.kms.cryptoKeys.change(name, { primaryVersion: "1" });
  }
  return shown(state, state.kms.cryptoKeys.get(name));
}

function checkDuration(duration: string, field: string, least: number, most: number): void {
  const seconds = Number(/^(\d+)(\.\d+)?s$/.exec(duration)?.[1]);
  if (!(seconds >= least && seconds <= most))
    throw invalid(`The request field '${field}' must be between ${least}s and ${most}s.`);
}

function checkRotation({ rotationPeriod, nextRotationTime }: Partial<CryptoKey>, mayRotate: boolean): void {
  if (rotationPeriod === undefined && nextRotationTime === undefined) return;
  if (!mayRotate) throw invalid("Rotation is supported only for symmetric keys that are no external keys.");
  if (rotationPeriod !== undefined) checkDuration(rotationPeriod, "rotation_period", DAY, 36_500 * DAY);
  if (nextRotationTime === undefined) throw invalid("next_rotation_time must be set with rotation_period.");
  if (!(Date.parse(nextRotationTime) > Date.now())) throw invalid("next_rotation_time must be in the future.");
}

const CHANGEABLE = ["labels", "rotationPeriod", "nextRotationTime", "versionTemplate.algorithm", "versionTemplate"];

function patchKey({ params: { name = "" }, query, body, state }: Call): object {
  const key = state.kms.cryptoKeys.get(name);
  const asked = body as Partial<CryptoKey>;
  const fields = camel(query.get("updateMask") ?? "");
  if (fields.length === 0) throw invalid("update_mask must be set.");
  const fixed = fields.find((field) => !CHANGEABLE.includes(field));
  if (fixed !== undefined) throw invalid(`The field '${fixed}' of a CryptoKey cannot be updated.`);
  const versionTemplate = { ...key.versionTemplate, ...asked.versionTemplate };
  if (versionTemplate.protectionLevel !== key.versionTemplate.protectionLevel) {
    throw invalid("The protection level of a CryptoKey cannot be updated.");
  }
  const has = (field: string) => fields.includes(field);
  const changed: Partial<CryptoKey> = {
    ...(has("labels") && { labels: asked.labels ?? {} }),
    ...(has("rotationPeriod") && { rotationPeriod: asked.rotationPeriod }),
    ...(has("nextRotationTime") && { nextRotationTime: asked.nextRotationTime }),
    ...((has("versionTemplate") || has("versionTemplate.algorithm")) && { versionTemplate }),
  };
  checkRotation(
    { rotationPeriod: changed.rotationPeriod, nextRotationTime: changed.nextRotationTime ?? key.nextRotationTime },
    key.purpose === "ENCRYPT_DECRYPT",
  );
  return shown(state, state.kms.cryptoKeys.change(name, changed));
}

const camel = (mask: string) =>
  mask
    .split(",")
    .filter((field) => field !== "")
    .map((field) => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

function setPrimary({ params: { name = "" }, body, state }: Call): object {
  const id = String(body.cryptoKeyVersionId ?? "");
  isOneOf(state.kms.keyVersions.get(`${name}/cryptoKeyVersions/${id}`), "ENABLED", "DISABLED");
  return shown(state, state.kms.cryptoKeys.change(name, { primaryVersion: id }));
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
