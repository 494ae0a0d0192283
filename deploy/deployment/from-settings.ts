/** The deployment that settings ask for: the names that the job is submitted with. */
import { type Deployment, deploymentOf, PROFILES, type ProfileName, workersRegion } from "../deployment";
import type { Settings } from "./settings";

export interface KeyAsked {
  readonly project: string;
  readonly location: string;
  readonly ring: string;
  readonly key: string;
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K */
  readonly name: string;
}

/** `version` is the images' tag. Throws DeploymentError. */
export function deploymentOfSettings(settings: Settings, version: string): Deployment {
  const { PROJECT_ID: project, PROFILE, REGION, ZONE } = settings;
  const place = { ...(REGION !== "" && { region: REGION }), ...(ZONE !== "" && { workerZone: ZONE }) };
  const plain = deploymentOf(PROFILE, project, place, version);
  const workers = workersRegion(plain);
  const registry = `${workers}-docker.pkg.dev/${project.replace(":", "/")}/${settings.REGISTRY}`;
  const { KEY_PROJECT: keyProject } = settings;
  return deploymentOf(
    PROFILE,
    project,
    {
      ...place,
      ...(keyProject !== "" && { keyProject }),
      dataflowKmsKey: dataflowKey(settings, workers).name,
      stagingLocation: `gs://${settings.BUCKET}/stage`,
      tempLocation: `gs://${settings.BUCKET}/temp`,
      source: { kind: "subscription", subscription: `projects/${project}/subscriptions/${settings.SUBSCRIPTION}` },
      deadLetterTopic: `projects/${project}/topics/${settings.DEAD_LETTER_TOPIC}`,
      table: { project, dataset: settings.DATASET, table: settings.TABLE },
      workerImage: `${registry}/worker:${version}`,
      pythonImage: `${registry}/python:${version}`,
      subnetwork: subnetworkOf(settings, workers),
      serviceAccount: accountOf(settings),
    },
    version,
  );
}

/** Of a shared network by its URL, as Dataflow wants it [Specify a network and subnetwork, Dataflow]. */
function subnetworkOf({ NETWORK_PROJECT: host, SUBNETWORK }: Settings, region: string): string {
  const name = `regions/${region}/subnetworks/${SUBNETWORK}`;
  return host === "" ? name : `https://www.googleapis.com/compute/v1/projects/${host}/${name}`;
}

/** NAME@PROJECT.iam.gserviceaccount.com; a project with a domain, example.com:bank, is written bank.example.com. */
export function accountOf({ PROJECT_ID, SERVICE_ACCOUNT }: Settings): string {
  return `${SERVICE_ACCOUNT}@${PROJECT_ID.split(":").reverse().join(".")}.iam.gserviceaccount.com`;
}

/** The key of the data: Pub/Sub's, BigQuery's, the bucket's. */
export function dataKey(settings: Settings, workers: string): KeyAsked {
  return named(settings, workers, settings.KEY_RING, settings.KEY);
}

/** The key of the job: the same one where the profile is not split and no other is given. */
export function dataflowKey(settings: Settings, workers: string): KeyAsked {
  const { key } = PROFILES[settings.PROFILE as ProfileName];
  const usual = key.location === undefined ? { ring: settings.KEY_RING, key: settings.KEY } : key;
  const { DATAFLOW_KEY_RING: ring, DATAFLOW_KEY: name } = settings;
  return named(settings, key.location ?? workers, ring || usual.ring, name || usual.key);
}

function named({ PROJECT_ID, KEY_PROJECT }: Settings, location: string, ring: string, key: string): KeyAsked {
  const project = KEY_PROJECT || PROJECT_ID;
  return {
    project,
    location,
    ring,
    key,
    name: `projects/${project}/locations/${location}/keyRings/${ring}/cryptoKeys/${key}`,
  };
}
