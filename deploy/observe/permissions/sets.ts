/** The roles that duties are made of. */

export interface Needed {
  /** A predefined role, or single permissions for a custom role where every predefined one holds much more. */
  readonly role: string | readonly string[];
  readonly on: "project" | "organisation" | "key" | "TABLE_KMS_KEY" | "workers' account" | "dataset" | Probed;
  readonly why: string;
}

/** What one consumer of the key is asked by. */
type Probed = "bucket" | "topic" | "subscription" | "dead-letter subscription" | "table" | "repository";

export const role = (name: string, why: string, on: Needed["on"] = "project"): Needed => ({
  role: `roles/${name}`,
  on,
  why,
});
export const custom = (permissions: readonly string[], why: string, on: Needed["on"] = "project"): Needed => ({
  role: permissions,
  on,
  why,
});

export const READS: readonly Needed[] = [
  role(
    "iam.securityReviewer",
    "lists every kind of thing, APIs, keys, topics and networks too, and who may do what on each; neither data nor what keys encrypt, but log entries",
  ),
  role("bigquery.metadataViewer", "the dataset and the table, without a row"),
  role("storage.bucketViewer", "the bucket, without a file"),
  custom(
    ["logging.settings.get"],
    "the account that writes logs: every predefined role with this reads or changes the logs, too",
  ),
];

export const WRITES: readonly Needed[] = [
  role("serviceusage.serviceUsageAdmin", "turns APIs on, makes service agents"),
  role("cloudkms.admin", "makes keys and grants them to service agents; it cannot encrypt or decrypt with them"),
  role("iam.serviceAccountCreator", "makes the workers' account"),
  role("resourcemanager.projectIamAdmin", "grants roles/dataflow.worker, which Google grants on a project alone"),
  role("pubsub.admin", "topics, subscriptions and who may use them"),
  role("bigquery.dataOwner", "the dataset, the table and who may write rows"),
  role("storage.admin", "the bucket and who may use it"),
  role("artifactregistry.admin", "the repository and who may pull"),
  role("compute.networkAdmin", "network and subnetwork"),
  role("compute.securityAdmin", "the firewall rule"),
  role("logging.configWriter", "the log bucket, its sink, and what _Default leaves out"),
];

/** Beyond what verify reads. */
export const AUDITS: readonly Needed[] = [
  role("dataflow.viewer", "jobs, the key that each runs under, and snapshots of their state"),
  role(
    "logging.viewAccessor",
    "who used the keys, and the workers' log lines, to look for values; on the view of their log bucket, where that is enough",
  ),
  role("artifactregistry.reader", "which image a job's tag is; it can pull them"),
  role("storage.objectViewer", "the staged pipeline, to read what runs; it can read every staged file", "bucket"),
  custom(
    ["resourcemanager.folders.getIamPolicy", "resourcemanager.organizations.getIamPolicy"],
    "who may use the keys by what is granted above the project, where the project's roles do not reach",
    "organisation",
  ),
];

/** Takes the keys' versions and gives them back, and asks each consumer. */
export const REVOKES: readonly Needed[] = [
  custom(
    ["cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.list", "cloudkms.cryptoKeyVersions.update"],
    "disables and enables versions: roles/cloudkms.admin could also destroy them, and grant the key to anybody",
    "key",
  ),
  custom(
    ["logging.settings.get"],
    "the account that writes logs: predefined roles with it read or change the logs, too",
  ),
  role(
    "iam.securityReviewer",
    "the project's number, what is under the keys and stops, others' things too; no data, but log entries",
  ),
  role("dataflow.viewer", "which jobs run, what becomes of them, and their last words"),
  custom(
    ["dataflow.jobs.cancel", "dataflow.jobs.snapshot", "dataflow.jobs.updateContents"],
    "drains a job or keeps its state before the key goes (HOW); roles/dataflow.developer could also start one",
  ),
  role("pubsub.publisher", "asks whether publishing works", "topic"),
  role("pubsub.subscriber", "asks whether a pull works, and counts what waits; it can read messages", "subscription"),
  role("bigquery.jobUser", "runs the query that asks"),
  role("bigquery.dataViewer", "asks whether a query works: one narrow column; it can read every row", "table"),
  role("storage.objectViewer", "asks whether a file can be read: one byte; it can read every file", "bucket"),
  role("artifactregistry.reader", "asks whether an image can be pulled; it can pull them", "repository"),
];

/** How it is now: the services' own numbers, and the reasons of the dead letters that wait. */
export const WATCHES: readonly Needed[] = [
  role("dataflow.viewer", "which jobs run, and how the last one ended"),
  custom(["compute.instances.list"], "where the workers are: every predefined role with it lists more"),
  role("cloudkms.viewer", "the state of the keys' primary versions", "key"),
  role("monitoring.viewer", "backlog, delay, rows, dead letters, and the alerts"),
  role(
    "pubsub.subscriber",
    "the reasons of dead letters, which are pulled for them (--no-reasons goes without); it can read them",
    "dead-letter subscription",
  ),
  custom(
    ["pubsub.subscriptions.get"],
    "whether the subscription hands on what is pulled too often",
    "dead-letter subscription",
  ),
];

/** Dead letters looked at, mended and published again, and messages counted. */
export const REPLAYS: readonly Needed[] = [
  role(
    "pubsub.subscriber",
    "pulls dead letters, and acknowledges what was published again; it can read them",
    "dead-letter subscription",
  ),
  custom(
    ["pubsub.subscriptions.get"],
    "whether the subscription hands on what is pulled too often",
    "dead-letter subscription",
  ),
  role("pubsub.publisher", "publishes again what was mended", "topic"),
  role("bigquery.dataViewer", "which message ids have a row, and how many there are; it can read every row", "table"),
  role("bigquery.jobUser", "runs the query that asks"),
  role("monitoring.viewer", "how many were published and how many wait (conserve)"),
];

/** New versions of the keys, and what lies under them encrypted anew. */
export const ROTATES: readonly Needed[] = [
  custom(
    ["create", "get", "list", "update"]
      .map((verb) => `cloudkms.cryptoKeyVersions.${verb}`)
      .concat("cloudkms.cryptoKeys.list", "cloudkms.cryptoKeys.update"),
    "makes a version and makes it the primary one, disables older ones (DISABLE_OLD); roles/cloudkms.admin could also destroy them, and grant the key to anybody",
    "key",
  ),
  role("iam.securityReviewer", "the project's number, and what lies under the keys; no data, but log entries"),
  custom(
    ["logging.settings.get"],
    "the account that writes logs: predefined roles with it read or change the logs, too",
  ),
  role("dataflow.viewer", "which jobs run: a version that one needs stays"),
  role("bigquery.dataEditor", "sets the tables' key once more; it can read and change every row", "dataset"),
  role("storage.objectUser", "rewrites the files onto themselves; it can read and change every file", "bucket"),
];
