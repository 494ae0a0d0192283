/** The commands of those who look after a deployment that is there: submit its job, watch it, replay dead letters, take its keys, rotate them. */
import { listServices } from "../../resources/apis";
import { bq, type Command, gcloud } from "../../resources/command";
import { usableVersions } from "../../resources/key";
import type { Setup } from "../../resources/setup";
import { probeCommands } from "../access/probes";
import { listEach } from "../access/under";
import { listVersions } from "../audit/keys";

const JSON_FORMAT = { format: "json" } as const;

export const jobs = ({ project, region }: Pick<Setup, "project" | "region">): readonly Command[] => [
  gcloud("dataflow jobs list", { status: "active", project, ...JSON_FORMAT }),
  gcloud("dataflow jobs describe", { region, full: true, project, ...JSON_FORMAT }, "JOB"),
];

const keysOf = ({ dataKey, dataflowKey }: Setup) =>
  [dataKey, ...(dataKey.name === dataflowKey.name ? [] : [dataflowKey])].map(({ key, ring, location, project }) => ({
    key,
    place: { keyring: ring, location, project },
  }));

/** What the job's service asks of whoever submits, said as commands. */
export const submission = ({ project, region, settings }: Setup): readonly Command[] => [
  gcloud("storage cp", { project }, "pipeline.pb", `gs://${settings.BUCKET}/stage/`),
  gcloud("dataflow jobs run", { region, project }, settings.DEPLOYMENT),
  ...jobs({ project, region }),
];

export const watching = (setup: Setup): readonly Command[] => [
  ...jobs(setup),
  gcloud("compute instances list", { project: setup.project, ...JSON_FORMAT }),
  ...keysOf(setup).map(({ place }) => gcloud("kms keys list", { ...place, ...JSON_FORMAT })),
  gcloud("alpha monitoring policies list", { project: setup.project, ...JSON_FORMAT }),
];

/** What Google's own clients are asked for the dead letters that wait. */
export const LETTERS_READ = ["pubsub.subscriptions.get", "pubsub.subscriptions.consume"] as const;
/** And Cloud Monitoring, which no tool asks. */
export const NUMBERS_READ = ["monitoring.timeSeries.list"] as const;

export const replaying = ({ project, settings }: Setup): readonly Command[] => [
  gcloud("pubsub topics publish", { project }, settings.TOPIC),
  bq({ project_id: project, ...JSON_FORMAT }, "show", {}, `${project}:${settings.DATASET}.${settings.TABLE}`),
  bq({ project_id: project, ...JSON_FORMAT }, "query", {}, "SQL"),
];

/** What takes the keys away by their versions and gives them back, and what asks before and after. */
export function revocation(setup: Setup): readonly Command[] {
  const { project, region, dataKey, dataflowKey } = setup;
  const keys = dataKey.name === dataflowKey.name ? [dataKey] : [dataKey, dataflowKey];
  const at = { region, project };
  return [
    ...keys.flatMap((asked) => {
      const place = { key: asked.key, keyring: asked.ring, location: asked.location, project: asked.project };
      const verbs = ["disable", "enable"].map((verb) => gcloud(`kms keys versions ${verb}`, place, "1"));
      return [usableVersions(asked).command, ...verbs];
    }),
    listServices(project),
    gcloud("logging settings describe", { project, format: "json" }),
    ...Object.values(listEach(setup)),
    ...jobs(setup),
    gcloud("dataflow jobs drain", at, "JOB"),
    gcloud("dataflow snapshots create", { ...at, "job-id": "JOB" }),
    gcloud("dataflow snapshots describe", at, "SNAPSHOT"),
    gcloud("beta dataflow logs list", at, "JOB"),
    ...probeCommands(setup),
  ];
}

export function rotating(setup: Setup): readonly Command[] {
  const { project, region, dataKey, settings } = setup;
  const dataset = `${project}:${settings.DATASET}`;
  const files = `gs://${settings.BUCKET}/**`;
  return [
    listServices(project),
    gcloud("logging settings describe", { project, ...JSON_FORMAT }),
    ...jobs(setup),
    listVersions(dataKey),
    ...keysOf(setup).flatMap(({ key, place }) => [
      gcloud("kms keys list", { ...place, ...JSON_FORMAT }),
      gcloud("kms keys versions create", { key, ...place, primary: true }),
      gcloud("kms keys update", { ...place, "primary-version": "1" }, key),
      gcloud("kms keys versions disable", { key, ...place }, "1"),
    ]),
    bq({ project_id: project, ...JSON_FORMAT }, "ls", {}, dataset),
    bq({ project_id: project, ...JSON_FORMAT }, "show", {}, `${dataset}.${settings.TABLE}`),
    bq({ project_id: project }, "update", { destination_kms_key: dataKey.name }, `${dataset}.${settings.TABLE}`),
    gcloud("storage objects list", { project, ...JSON_FORMAT }, files),
    gcloud("storage objects update", { project, "encryption-key": dataKey.name }, files),
    gcloud("artifacts files list", { repository: settings.REGISTRY, location: region, project, ...JSON_FORMAT }),
  ];
}
