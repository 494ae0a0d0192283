import type { FlagValues } from "./flags";
import { DEFAULT_METHODS, type Methods, needsPython } from "../composites/methods";
import { acceptedLabel } from "../../deploy/rules";
import type { Deployment } from "../../deploy/deployment";

/**
 * A deployment, and what else was given, as the options of a job. Rules that are broken knowingly stand in its labels. A job has the images
 * that its methods need, and no other.
 */
export function askedOfJob(
  asked: Deployment,
  others: FlagValues,
  acceptedRules: readonly string[],
  methods: Methods = DEFAULT_METHODS,
): FlagValues {
  const label = acceptedLabel(acceptedRules);
  const labels = { ...asked.labels, ...(label !== "" && { accepted_rules: label }) };
  const values = {
    project: asked.project,
    region: asked.region,
    job_name: asked.jobName,
    labels: Object.keys(labels).length === 0 ? undefined : Object.entries(labels).map((pair) => pair.join("=")),
    worker_region: asked.workerRegion,
    worker_zone: asked.workerZone,
    dataflow_kms_key: asked.dataflowKmsKey,
    staging_location: withoutSlash(asked.stagingLocation),
    temp_location: withoutSlash(asked.tempLocation),
    service_account_email: asked.serviceAccount,
    network: asked.network,
    subnetwork: asked.subnetwork,
    use_public_ips: asked.usePublicIps,
    sdk_container_image: asked.workerImage,
    python_sdk_container_image: needsPython(methods) ? asked.pythonImage : undefined,
    java_sdk_container_image: asked.javaImage,
    streaming: true,
    ...others,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as FlagValues;
}

const withoutSlash = (location: string | undefined) => location?.replace(/\/+$/, "");
