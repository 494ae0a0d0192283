/**
 * The three deployments that are compared: alike in everything but the key. There is no setting for a deployment without a key of its own:
 * only this room makes one, out of the declarations of a deployment that has one, and with the rules that it breaks accepted by name.
 */
import { jobFlags } from "../deployment/job-flags";
import { listOf, type Settings, settingsOf } from "../deployment/settings";
import { resourcesOf } from "../resources";
import type { Kind } from "../resources/resource";
import { type Asked, askedOf, type Setup } from "../resources/setup";
import type { TableSchema } from "../../schemas/schema";
import { withoutKey } from "./without-key";

export const VARIANTS = ["google", "software", "hsm"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What the others are held against. */
export const BASE: Variant = "google";

export const TITLES: Readonly<Record<Variant, string>> = {
  google: "Google's own key",
  software: "software CMEK",
  hsm: "HSM CMEK",
};

/** In names: those of buckets may not have `google` in them. */
const SUFFIXES: Readonly<Record<Variant, string>> = { google: "nocmek", software: "software", hsm: "hsm" };

/** What a deployment without a key of its own breaks: the job, the files, the messages, the rows. */
export const KEYLESS_ACCEPTS = ["KEY-1", "KEY-6", "KEY-7", "KEY-8"] as const;

/** The same for all three, and so no variant's own: made by `apply` before, looked at, never changed. */
const SHARED: readonly Kind[] = ["network", "serviceaccount", "project", "registry"];

/** What a job of a variant neither needs nor is measured by. */
const LEFT_OUT: readonly Kind[] = ["logs", "alerts", "orgpolicies"];

/** Of its deployment: the label that everything of it carries. */
export const nameOfVariant = (deployment: string, variant: Variant): string => `${deployment}-${SUFFIXES[variant]}`;

/** The names of one variant: all under that of the deployment, each its own. */
export function settingsOfVariant(settings: Settings, variant: Variant): Settings {
  const name = nameOfVariant(settings.DEPLOYMENT, variant);
  return settingsOf({
    ...settings,
    DEPLOYMENT: name,
    ...{ TOPIC: name, SUBSCRIPTION: name },
    ...{ DEAD_LETTER_TOPIC: `${name}-dead-letters`, DEAD_LETTER_SUBSCRIPTION: `${name}-dead-letters` },
    DATASET: name.replaceAll("-", "_"),
    BUCKET: `${settings.PROJECT_ID}-${name}`,
    KEY: name,
    KEY_PROTECTION: variant === "hsm" ? "hsm" : "software",
    ...{ KEY_EXTERNAL_URI: "", DATAFLOW_KEY_RING: "", DATAFLOW_KEY: "", ALERT_CHANNELS: "" },
    GIVEN: [...new Set([...listOf(settings.GIVEN), ...SHARED])].join(","),
  });
}

export interface VariantAsked {
  readonly variant: Variant;
  readonly asked: Asked;
  /** What it is made of. */
  readonly declare: typeof resourcesOf;
}

/** Throws DeploymentError. */
export function variantOf(settings: Settings, variant: Variant, schema: TableSchema, version: string): VariantAsked {
  const asked = askedOf(settingsOfVariant(settings, variant), schema, version);
  const kept = (setup: Setup) => ({
    needed: resourcesOf(setup).needed.filter(({ kind }) => !LEFT_OUT.includes(kind)),
    offered: [],
  });
  if (variant !== BASE) return { variant, asked, declare: kept };
  const { dataflowKmsKey, ...deployment } = asked.deployment;
  return {
    variant,
    asked: { ...asked, deployment, accepted: [...asked.accepted, ...KEYLESS_ACCEPTS] },
    declare: (setup) => ({ needed: withoutKey(kept(setup).needed, dataflowKmsKey!), offered: [] }),
  };
}

/** How each job is made, alike for every variant. */
export interface JobShape {
  readonly machineType: string;
  readonly workers: number;
  /** Flags of pipeline/main.ts's own, for every variant. */
  readonly more: readonly string[];
}

/** The flags of pipeline/main.ts, where `name` is the job's. Throws DeploymentError. */
export function flagsOfVariant(
  { variant, asked }: Pick<VariantAsked, "variant" | "asked">,
  { machineType, workers, more }: JobShape,
  name: string,
  version: string,
): readonly string[] {
  const flags = jobFlags({ ...asked.settings, ACCEPT: asked.accepted.join(",") }, version);
  return [
    ...flags.filter((flag) => variant !== BASE || !/^--(dataflow_kms_key|key_project)=/.test(flag)),
    ...[`--job_name=${name}`, `--machine_type=${machineType}`],
    ...[`--num_workers=${workers}`, `--max_num_workers=${workers}`, "--autoscaling_algorithm=NONE"],
    ...["--write_metadata", ...more],
  ];
}
