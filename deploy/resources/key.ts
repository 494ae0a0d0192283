/** A key, and the service agents that may use it: granted on the key, never on the project. */
import { lastPart } from "../deployment";
import type { KeyAsked } from "../deployment/from-settings";
import type { Json } from "../../schemas/bigquery";
import { type Agent, agentGrant } from "./agents";
import { API } from "./apis";
import { type Command, gcloud } from "./command";
import { listKeys } from "./key-ring";
import { bindings, type Block, type Field, type ForRules, type Look, named, type Resource } from "./resource";
import type { Setup } from "./setup";

const DAY_SECONDS = 24 * 60 * 60;
const seconds = (days: string) => `${Number(days) * DAY_SECONDS}s`;

interface CryptoKey {
  readonly name: string;
  readonly purpose?: string;
  readonly rotationPeriod?: string;
  readonly destroyScheduledDuration?: string;
  readonly versionTemplate?: { readonly protectionLevel?: string };
  readonly primary?: { readonly state?: string };
  readonly labels?: Readonly<Record<string, string>>;
}

export function key(setup: Setup, asked: KeyAsked, ring: Resource, agents: readonly Agent[]): Resource {
  const at = { keyring: asked.ring, location: asked.location, project: asked.project };
  return {
    kind: "key",
    title: `key ${asked.location}/${asked.key}`,
    refersTo: [ring],
    api: API.kms,
    look: {
      command: listKeys(asked),
      pick: (keys: CryptoKey[]) => {
        const found = named(keys, asked.name);
        return found && keyFields(found);
      },
    },
    fields: fieldsOf(setup, asked),
    create: [createKey(setup, asked)],
    remove:
      "Cloud KMS deletes no key, and copies and backups may still be under it: without it nobody reads them; its agents' grants stay, too",
    ...(asked.name === setup.dataflowKey.name && {
      forRules: {
        names: ["key"],
        of: ({ purpose, primary }) => ({ purpose, primaryState: primary }),
      } satisfies ForRules,
    }),
    terraform: blocksOf(setup, asked),
    policy: {
      terraform: { type: "google_kms_crypto_key_iam_member", body: { crypto_key_id: asked.name } },
      look: { command: gcloud("kms keys get-iam-policy", { ...at, format: "json" }, asked.key), pick: bindings },
      grants: agents.map((agent) => agentGrant(setup, agent)),
      grant: ({ member, role }) => gcloud("kms keys add-iam-policy-binding", { ...at, member, role }, asked.key),
    },
  };
}

function keyFields(found: CryptoKey): Record<string, Json> {
  return {
    purpose: found.purpose ?? null,
    protection: found.versionTemplate?.protectionLevel?.toLowerCase() ?? null,
    rotation: found.rotationPeriod ?? null,
    destroyAfter: found.destroyScheduledDuration ?? null,
    primary: found.primary?.state ?? null,
    deployment: found.labels?.deployment ?? null,
  };
}

function fieldsOf({ settings }: Setup, asked: KeyAsked): Record<string, Field> {
  const at = { keyring: asked.ring, location: asked.location, project: asked.project };
  const anew = "it is fixed when the key is made: declare what it has, or name another by KEY and re-encrypt";
  const isExternal = settings.KEY_PROTECTION === "external";
  const update = (flags: Record<string, string>) => gcloud("kms keys update", { ...at, ...flags }, asked.key);
  return {
    purpose: { wanted: "ENCRYPT_DECRYPT", byHand: anew },
    protection: { wanted: settings.KEY_PROTECTION, byHand: anew },
    destroyAfter: { wanted: seconds(settings.KEY_DESTROY_DAYS), byHand: anew },
    // Of an external key a new version is a new address at its manager.
    ...(!isExternal && {
      rotation: {
        wanted: seconds(settings.KEY_ROTATION_DAYS),
        change: () => [update(rotation(settings.KEY_ROTATION_DAYS))],
      },
    }),
    primary: isExternal
      ? { wanted: "ENABLED", apart: true, ...externalPrimary(settings.KEY_EXTERNAL_URI, at, asked) }
      : {
          wanted: "ENABLED",
          holds: (found) => found === "ENABLED",
          byHand: "gcloud kms keys versions enable, by whoever took it away",
        },
    deployment: {
      wanted: settings.DEPLOYMENT,
      change: () => [update({ "update-labels": `deployment=${settings.DEPLOYMENT}` })],
    },
  };
}

/** The versions that still decrypt, by number. */
export function usableVersions({ project, location, ring, key }: KeyAsked): Look<readonly string[]> {
  return {
    command: gcloud("kms keys versions list", { key, keyring: ring, location, project, format: "json" }),
    pick: (versions: { name: string; state?: string }[]) =>
      versions.filter(({ state = "" }) => ["ENABLED", "DISABLED"].includes(state)).map(({ name }) => lastPart(name)),
  };
}

/** Each can be restored until KEY_DESTROY_DAYS are over. Without its schedule the key would make a new version. */
export function destroyVersions({ project, location, ring, key }: KeyAsked, versions: readonly string[]): Command[] {
  const at = { keyring: ring, location, project };
  return [
    gcloud("kms keys remove-rotation-schedule", at, key),
    ...versions.map((version) => gcloud("kms keys versions destroy", { key, ...at }, version)),
  ];
}

const rotation = (days: string) => ({ "rotation-period": `${days}d`, "next-rotation-time": `P${days}D` });

function createKey({ settings }: Setup, { key, ring, location, project }: KeyAsked): Command {
  const isExternal = settings.KEY_PROTECTION === "external";
  return gcloud(
    "kms keys create",
    {
      keyring: ring,
      location,
      project,
      purpose: "encryption",
      "protection-level": settings.KEY_PROTECTION,
      ...(isExternal
        ? { "default-algorithm": "external-symmetric-encryption", "skip-initial-version-creation": true as const }
        : rotation(settings.KEY_ROTATION_DAYS)),
      "destroy-scheduled-duration": `${settings.KEY_DESTROY_DAYS}d`,
      labels: `deployment=${settings.DEPLOYMENT}`,
    },
    key,
  );
}

function blocksOf({ settings }: Setup, { project, location, ring, key, name }: KeyAsked): readonly Block[] {
  const isExternal = settings.KEY_PROTECTION === "external";
  const made: Block = {
    type: "google_kms_crypto_key",
    body: {
      key_ring: `projects/${project}/locations/${location}/keyRings/${ring}`,
      name: key,
      purpose: "ENCRYPT_DECRYPT",
      destroy_scheduled_duration: seconds(settings.KEY_DESTROY_DAYS),
      labels: { deployment: settings.DEPLOYMENT },
      version_template: {
        algorithm: isExternal ? "EXTERNAL_SYMMETRIC_ENCRYPTION" : "GOOGLE_SYMMETRIC_ENCRYPTION",
        protection_level: settings.KEY_PROTECTION.toUpperCase(),
      },
      ...(isExternal
        ? { skip_initial_version_creation: true }
        : { rotation_period: seconds(settings.KEY_ROTATION_DAYS) }),
      lifecycle: { prevent_destroy: true },
    },
  };
  const external_protection_level_options = { external_key_uri: settings.KEY_EXTERNAL_URI };
  const version = {
    type: "google_kms_crypto_key_version",
    body: { crypto_key: name, external_protection_level_options },
  };
  return isExternal ? [made, version] : [made];
}

function externalPrimary(uri: string, at: Record<string, string>, { key }: KeyAsked): Pick<Field, "change" | "byHand"> {
  const version = gcloud("kms keys versions create", { key, ...at, "external-key-uri": uri, primary: true });
  return {
    change: () => [version],
    byHand: (found) => (found === null ? undefined : "gcloud kms keys versions enable, by whoever took it away"),
  };
}
