/** Keys: what they are made with, and what of it may change. */
import { type Call, now } from "../call";
import { invalid } from "../refused";
import type { State } from "../state";
import type { CryptoKey } from "./kms";
import { addVersion, isOneOf } from "./kms-versions";

const ID = /^[a-zA-Z0-9_-]{1,63}$/;

export function checkId(id: string | null, field: string): string {
  if (id !== null && ID.test(id)) return id;
  throw invalid(`The request field '${field}' is invalid: it must match ${ID.source}.`);
}

const DAY = 86_400;

/** A key as the API shows it: its primary version in full. */
export function shown(state: State, key: CryptoKey): object {
  const { primaryVersion, ...fields } = key;
  const primary = primaryVersion && state.kms.keyVersions.get(`${key.name}/cryptoKeyVersions/${primaryVersion}`);
  return { ...fields, ...(primary && { primary }) };
}

export function createKey({ params: { parent = "" }, query, body, state }: Call): object {
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

export function patchKey({ params: { name = "" }, query, body, state }: Call): object {
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

export function setPrimary({ params: { name = "" }, body, state }: Call): object {
  const id = String(body.cryptoKeyVersionId ?? "");
  isOneOf(state.kms.keyVersions.get(`${name}/cryptoKeyVersions/${id}`), "ENABLED", "DISABLED");
  return shown(state, state.kms.cryptoKeys.change(name, { primaryVersion: id }));
}
