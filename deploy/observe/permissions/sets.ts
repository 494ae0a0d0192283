/** The roles that duties are made of. */

export interface Needed {
  /** A predefined role, or single permissions for a custom role where every predefined one holds much more. */
  readonly role: string | readonly string[];
  readonly on: "project" | "organisation" | "key" | "workers' account" | Probed;
  readonly why: string;
}

/** What one consumer of the key is asked by. */
type Probed = "bucket" | "topic" | "subscription" | "table" | "repository";

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
  role("serviceusage.serviceUsageViewer", "which APIs are on"),
  role(
    "iam.securityReviewer",
    "lists every kind of thing, keys and topics too, and who may do what on each; neither data nor what keys encrypt",
  ),
  role("bigquery.metadataViewer", "the dataset and the table, without a row"),
  role("storage.bucketViewer", "the bucket, without a file"),
  role("compute.networkViewer", "network, subnetwork and firewall rule"),
  custom(
    ["logging.buckets.list", "logging.settings.get", "logging.sinks.list"],
    "where logs go: every predefined role with these reads or changes the logs, too",
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
  role("cloudkms.viewer", "the keys' versions, never what they encrypt"),
  role("dataflow.viewer", "jobs, the key that each runs under, and snapshots of their state"),
  role("logging.privateLogViewer", "who used the keys: data access logs are private"),
  role(
    "logging.viewAccessor",
    "the workers' log lines, to look for values; on the view of their log bucket, where that is enough",
  ),
  role("artifactregistry.reader", "which image a job's tag is; it can pull them"),
  role("storage.objectViewer", "the staged pipeline, to read what runs; it can read every staged file", "bucket"),
  custom(
    ["resourcemanager.folders.getIamPolicy", "resourcemanager.organizations.getIamPolicy"],
    "who may use the keys by what is granted above the project",
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
  role("serviceusage.serviceUsageViewer", "the project's number"),
  custom(
    ["logging.settings.get"],
    "the account that writes logs: predefined roles with it read or change the logs, too",
  ),
  role("iam.securityReviewer", "lists what is under the keys and stops, others' things too; no data"),
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
