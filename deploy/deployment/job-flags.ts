/** A deployment as the flags of a job: what `make run-dataflow` hands to pipeline/main.ts, so that a job is where the rest was made. */
import { deploymentOfSettings } from "./from-settings";
import type { Settings } from "./settings";

/** Every flag with its value, `--region=europe-west2`; none has a space in it. `version` is the images' tag. Throws DeploymentError. */
export function jobFlags(settings: Settings, version: string): readonly string[] {
  const asked = deploymentOfSettings(settings, version);
  const { project, dataset, table } = asked.table;
  const flags: Readonly<Record<string, string | undefined>> = {
    project: asked.project,
    profile: settings.PROFILE,
    region: asked.region,
    worker_zone: asked.workerZone,
    dataflow_kms_key: asked.dataflowKmsKey,
    key_project: asked.keyProject,
    staging_location: asked.stagingLocation,
    temp_location: asked.tempLocation,
    pubsub_subscription: asked.source.kind === "subscription" ? asked.source.subscription : undefined,
    dead_letter_topic: asked.deadLetterTopic,
    table: `${project}:${dataset}.${table}`,
    schema: settings.SCHEMA,
    sdk_container_image: asked.workerImage,
    python_sdk_container_image: asked.pythonImage,
    network: asked.network,
    subnetwork: asked.subnetwork,
    service_account_email: asked.serviceAccount,
    labels: `deployment=${settings.DEPLOYMENT}`,
    accept: settings.ACCEPT.replaceAll(/[ ,]+/g, ",") || undefined,
  };
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}
