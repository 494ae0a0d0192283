/** Deployments and observations that break nothing, for tests to change one thing of. */
import { type Deployment, deploymentOf } from "../../deploy/deployment";
import type { Observations } from "../../deploy/rules";

export const london = (given: Partial<Deployment> = {}): Deployment => deploymentOf("london", "bank", given, "0.1.0");

export const article = (given: Partial<Deployment> = {}): Deployment => deploymentOf("article", "bank", given, "0.1.0");

export const keyIn = (location: string, project = "bank"): string =>
  `projects/${project}/locations/${location}/keyRings/ring/cryptoKeys/key`;

/** Everything seen, in `region` and under its key. */
export function allRight(region: string): Observations {
  const key = keyIn(region);
  const topic = { key, allowedPersistenceRegions: [region], enforceInTransit: true };
  const bucket = { location: region.toUpperCase(), defaultKey: key, publicAccessPrevention: "enforced" } as const;
  const repository = { location: region, key };
  return {
    key: { purpose: "ENCRYPT_DECRYPT", primaryState: "ENABLED" },
    topic,
    deadLetterTopic: topic,
    dataset: { location: region, defaultKey: key },
    table: { key },
    stagingBucket: bucket,
    tempBucket: bucket,
    workerRepository: repository,
    pythonRepository: repository,
    subnetwork: { privateIpGoogleAccess: true },
  };
}
