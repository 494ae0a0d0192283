/** compare-keys and its teardown: three deployments of its own are made, measured and taken away, in a project that has the shared things. */
import { resourcesOf } from "../../resources";
import { bq, type Command, gcloud } from "../../resources/command";
import type { Kind } from "../../resources/resource";
import type { Setup } from "../../resources/setup";
import { submission } from "./daily";
import { custom, type Needed, role } from "./sets";
import { changesOf, readsOf } from "./walked";

export const COMPARES: readonly Needed[] = [
  role("iam.securityReviewer", "lists the shared things, network, repository and account, and who may do what on each"),
  custom(
    ["logging.settings.get"],
    "the account that writes logs: predefined roles with it read or change the logs, too",
  ),
  role("serviceusage.serviceUsageAdmin", "turns APIs on, makes service agents"),
  role("cloudkms.admin", "makes the keys of two of the three, and destroys their versions (DESTROY_KEYS)"),
  role("pubsub.admin", "topics and subscriptions, the messages that are published, and those that are passed over"),
  role("bigquery.dataOwner", "datasets and tables, the columns for times, and the rows that are counted"),
  role("bigquery.jobUser", "runs the queries that count, and the one that adds columns"),
  role("storage.admin", "the buckets, what is staged in them, and what is deleted with them"),
  role("dataflow.developer", "makes, looks at and cancels the jobs"),
  role("iam.serviceAccountUser", "runs workers as their account", "workers' account"),
];

/** Neither made nor taken away for it. */
const NOT_OWN: ReadonlySet<Kind> = new Set([
  ...(["network", "serviceaccount", "project", "registry", "logs", "alerts", "orgpolicies"] as const),
]);

export function comparing(setup: Setup): readonly Command[] {
  const { project, region, dataKey, settings } = setup;
  const own = resourcesOf(setup).needed.filter(({ kind }) => !NOT_OWN.has(kind));
  const place = { key: dataKey.key, keyring: dataKey.ring, location: dataKey.location, project: dataKey.project };
  return [
    ...readsOf(setup),
    ...own.flatMap(changesOf),
    ...submission(setup),
    gcloud("pubsub subscriptions seek", { project, time: "TIME" }, settings.SUBSCRIPTION),
    gcloud("dataflow jobs cancel", { region, project }, "JOB"),
    bq({ project_id: project, format: "json" }, "query", {}, "SQL"),
    ...own.flatMap(({ remove }) => (typeof remove === "object" ? remove.commands({}) : [])),
    gcloud("kms keys versions list", { ...place, format: "json" }),
    gcloud("kms keys versions destroy", place, "1"),
  ];
}

/** The generator's client. */
export const GENERATES = ["pubsub.topics.publish"] as const;
