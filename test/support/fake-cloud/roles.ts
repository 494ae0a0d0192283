/**
 * What roles hold, as far as this project uses them and as Google's "IAM roles and permissions index" has it. A name ends in `.*` for all of a
 * resource. A role with nothing can be granted, and is looked into by nobody here.
 *
 * Each role but the three basic ones, the service agents' and Cloud Build's was held against what `gcloud iam roles describe` printed of it
 * in August 2026, for every permission that this project names: it holds those that it holds there, and no other. Of the basic ones
 * (owner, editor, viewer) there is less here, and of owner and editor BigQuery's and Cloud Storage's data besides, which the real ones
 * have by grants on each dataset and bucket. Artifact Analysis' role and artifactregistry.versions are as the index has them, and were not held.
 */
const READ = (...resources: string[]) => resources.flatMap((one) => [`${one}.get`, `${one}.list`]);
const list = (resource: string) => `${resource}.list`;
const PROJECT = ["resourcemanager.projects.get"];

const VIEWER = [
  ...PROJECT,
  "serviceusage.services.get",
  "serviceusage.services.list",
  ...READ("cloudkms.keyRings", "cloudkms.cryptoKeys", "cloudkms.cryptoKeyVersions", "iam.serviceAccounts"),
  ...READ("pubsub.topics", "pubsub.subscriptions", "artifactregistry.repositories", "compute.networks"),
  ...READ("compute.subnetworks", "compute.firewalls", "logging.buckets", "logging.sinks", "logging.views"),
  ...READ("monitoring.alertPolicies", "monitoring.notificationChannels", "dataflow.jobs", "cloudbuild.builds"),
  "dataflow.messages.list",
  "logging.settings.get",
  "bigquery.datasets.get",
  "storage.buckets.list",
  "orgpolicy.policy.get",
];
/** Lists and policies of everything, roles and log entries, and hardly anything that is read by its name. */
const REVIEWER = [
  ...["cloudkms.keyRings", "cloudkms.cryptoKeys", "iam.serviceAccounts", "pubsub.topics", "pubsub.subscriptions"],
  ...["bigquery.tables", "storage.buckets", "artifactregistry.repositories", "compute.subnetworks"],
  ...["resourcemanager.projects", "logging.views"],
]
  .flatMap((one) => [`${one}.getIamPolicy`, `${one}.list`])
  .concat(
    ["bigquery.datasets", "resourcemanager.folders", "resourcemanager.organizations"].map(
      (one) => `${one}.getIamPolicy`,
    ),
    ["artifactregistry.files", "artifactregistry.dockerimages", "artifactregistry.tags", "cloudbuild.builds"].map(list),
    ["cloudkms.cryptoKeyVersions", "compute.firewalls", "compute.instances", "compute.networks"].map(list),
    ["dataflow.jobs", "dataflow.messages", "dataflow.snapshots", "iam.roles", "logging.buckets"].map(list),
    ["logging.logEntries", "logging.privateLogEntries", "logging.sinks", "monitoring.alertPolicies"].map(list),
    ["monitoring.notificationChannels", "orgpolicy.constraints", "orgpolicy.policies", "pubsub.snapshots"].map(list),
    ["serviceusage.services", "storage.objects"].map(list),
    ["iam.roles.get", "iam.serviceAccounts.get"],
  );
const ALL = [
  ...[
    "cloudkms.*",
    "pubsub.*",
    "bigquery.*",
    "storage.*",
    "artifactregistry.*",
    "compute.*",
    "iam.*",
    "serviceusage.*",
  ],
  ...["resourcemanager.*", "logging.*", "monitoring.*", "dataflow.*", "cloudbuild.*"],
];

export const ROLES: Readonly<Record<string, readonly string[]>> = {
  "roles/owner": ALL,
  "roles/editor": ALL.filter((one) => !/^(cloudkms|resourcemanager)/.test(one)),
  "roles/viewer": VIEWER,
  "roles/browser": [...PROJECT, "resourcemanager.projects.getIamPolicy"],
  "roles/iam.securityReviewer": REVIEWER,
  "roles/cloudkms.admin": [
    ...PROJECT,
    ...["create", "get", "getIamPolicy", "list", "setIamPolicy"].map((verb) => `cloudkms.keyRings.${verb}`),
    ...["create", "get", "getIamPolicy", "list", "setIamPolicy", "update"].map((verb) => `cloudkms.cryptoKeys.${verb}`),
    ...["create", "destroy", "get", "list", "restore", "update"].map((verb) => `cloudkms.cryptoKeyVersions.${verb}`),
  ],
  "roles/cloudkms.viewer": [
    ...PROJECT,
    ...READ("cloudkms.keyRings", "cloudkms.cryptoKeys", "cloudkms.cryptoKeyVersions"),
  ],
  "roles/cloudkms.cryptoKeyEncrypterDecrypter": [
    ...PROJECT,
    "cloudkms.cryptoKeyVersions.useToEncrypt",
    "cloudkms.cryptoKeyVersions.useToDecrypt",
  ],
  "roles/cloudkms.cryptoKeyEncrypter": [...PROJECT, "cloudkms.cryptoKeyVersions.useToEncrypt"],
  "roles/cloudkms.cryptoKeyDecrypter": [...PROJECT, "cloudkms.cryptoKeyVersions.useToDecrypt"],
  "roles/serviceusage.serviceUsageAdmin": ["serviceusage.services.*", "serviceusage.operations.*"],
  "roles/serviceusage.serviceUsageViewer": READ("serviceusage.services"),
  "roles/serviceusage.serviceUsageConsumer": [...READ("serviceusage.services"), "serviceusage.services.use"],
  "roles/resourcemanager.projectIamAdmin": [
    ...PROJECT,
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
  ],
  "roles/iam.serviceAccountAdmin": [
    ...PROJECT,
    ...["create", "delete", "get", "getIamPolicy", "list", "setIamPolicy", "update"].map(
      (verb) => `iam.serviceAccounts.${verb}`,
    ),
  ],
  "roles/iam.serviceAccountCreator": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.create"],
  "roles/iam.serviceAccountDeleter": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.delete"],
  "roles/iam.serviceAccountUser": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.actAs"],
  "roles/iam.serviceAccountTokenCreator": [
    ...PROJECT,
    ...READ("iam.serviceAccounts"),
    "iam.serviceAccounts.getAccessToken",
  ],
  "roles/iam.serviceAccountViewer": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.getIamPolicy"],
  "roles/pubsub.admin": [...PROJECT, "pubsub.*", ...READ("serviceusage.services")],
  "roles/pubsub.editor": [
    ...PROJECT,
    ...["topics", "subscriptions"].flatMap((one) =>
      ["create", "delete", "get", "list", "update"].map((verb) => `pubsub.${one}.${verb}`),
    ),
    ...["pubsub.topics.publish", "pubsub.topics.attachSubscription", "pubsub.subscriptions.consume"],
    ...["pubsub.snapshots.list", ...READ("serviceusage.services")],
  ],
  "roles/pubsub.viewer": [
    ...PROJECT,
    ...READ("pubsub.topics", "pubsub.subscriptions", "serviceusage.services"),
    "pubsub.snapshots.list",
  ],
  "roles/pubsub.publisher": ["pubsub.topics.publish"],
  "roles/pubsub.subscriber": ["pubsub.subscriptions.consume", "pubsub.topics.attachSubscription"],
  "roles/bigquery.admin": [...PROJECT, "bigquery.*"],
  "roles/bigquery.dataOwner": [...PROJECT, "bigquery.datasets.*", "bigquery.tables.*"],
  "roles/bigquery.dataEditor": [
    ...[...PROJECT, "bigquery.datasets.create", "bigquery.datasets.get", ...READ("bigquery.tables")],
    ...["create", "delete", "getData", "getIamPolicy", "update", "updateData"].map((verb) => `bigquery.tables.${verb}`),
  ],
  "roles/bigquery.dataViewer": [
    ...PROJECT,
    "bigquery.datasets.get",
    ...READ("bigquery.tables"),
    ...["bigquery.tables.getData", "bigquery.tables.getIamPolicy"],
  ],
  "roles/bigquery.metadataViewer": [
    ...PROJECT,
    ...["bigquery.datasets.get", "bigquery.tables.getIamPolicy", ...READ("bigquery.tables")],
  ],
  "roles/bigquery.user": [
    ...PROJECT,
    "bigquery.datasets.create",
    "bigquery.datasets.get",
    "bigquery.jobs.create",
    "bigquery.tables.list",
  ],
  "roles/bigquery.jobUser": [...PROJECT, "bigquery.jobs.create"],
  "roles/storage.admin": [...PROJECT, "storage.*", "orgpolicy.policy.get"],
  "roles/storage.bucketViewer": READ("storage.buckets"),
  "roles/storage.objectAdmin": [...PROJECT, "storage.objects.*", "orgpolicy.policy.get"],
  "roles/storage.objectUser": [
    ...[...PROJECT, "orgpolicy.policy.get"],
    ...READ("storage.objects"),
    ...["create", "delete", "update"].map((verb) => `storage.objects.${verb}`),
  ],
  "roles/storage.objectCreator": [...PROJECT, "storage.objects.create", "orgpolicy.policy.get"],
  "roles/storage.objectViewer": [...PROJECT, ...READ("storage.objects")],
  "roles/storage.legacyBucketReader": ["storage.buckets.get", "storage.objects.list"],
  "roles/storage.legacyBucketWriter": [
    "storage.buckets.get",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
  ],
  "roles/storage.legacyBucketOwner": [
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.setIamPolicy",
    "storage.buckets.update",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
  ],
  "roles/storage.legacyObjectReader": ["storage.objects.get"],
  "roles/storage.legacyObjectOwner": ["storage.objects.get", "storage.objects.update"],
  "roles/artifactregistry.admin": [...PROJECT, "artifactregistry.*"],
  "roles/artifactregistry.reader": [
    ...PROJECT,
    ...READ("artifactregistry.repositories", "artifactregistry.files"),
    ...READ("artifactregistry.dockerimages", "artifactregistry.tags", "artifactregistry.versions"),
    "artifactregistry.repositories.downloadArtifacts",
  ],
  "roles/artifactregistry.writer": [
    ...PROJECT,
    ...READ("artifactregistry.repositories", "artifactregistry.files"),
    ...READ("artifactregistry.dockerimages", "artifactregistry.tags", "artifactregistry.versions"),
    "artifactregistry.repositories.downloadArtifacts",
    "artifactregistry.repositories.uploadArtifacts",
  ],
  "roles/containeranalysis.occurrences.viewer": [...PROJECT, ...READ("containeranalysis.occurrences")],
  "roles/compute.networkAdmin": [
    ...PROJECT,
    "compute.networks.*",
    "compute.subnetworks.*",
    ...READ("compute.firewalls"),
    "compute.routers.*",
    "compute.instances.list",
    ...READ("serviceusage.services"),
    "compute.globalOperations.get",
    "compute.regionOperations.get",
  ],
  "roles/compute.securityAdmin": [
    ...PROJECT,
    "compute.firewalls.*",
    "compute.networks.get",
    "compute.networks.list",
    "compute.networks.updatePolicy",
    "compute.instances.list",
    ...READ("compute.subnetworks", "serviceusage.services"),
    ...["compute.globalOperations.get", "compute.regionOperations.get"],
  ],
  "roles/compute.networkUser": [
    ...PROJECT,
    ...READ("compute.networks", "compute.subnetworks", "compute.firewalls", "serviceusage.services"),
    "compute.subnetworks.use",
  ],
  "roles/compute.networkViewer": [
    ...PROJECT,
    ...READ("compute.networks", "compute.subnetworks", "compute.firewalls", "serviceusage.services"),
    "compute.instances.list",
  ],
  "roles/compute.viewer": [
    ...PROJECT,
    ...READ("compute.networks", "compute.subnetworks", "compute.firewalls", "serviceusage.services"),
    ...["compute.instances.list", "compute.globalOperations.get", "compute.regionOperations.get"],
    ...["compute.subnetworks.getIamPolicy"],
  ],
  "roles/logging.admin": [...PROJECT, "logging.*"],
  "roles/logging.configWriter": [
    ...PROJECT,
    ...["create", "delete", "get", "list", "undelete", "update"].map((verb) => `logging.buckets.${verb}`),
    ...["logging.sinks.*", "logging.exclusions.*", "logging.settings.*", ...READ("logging.views")],
  ],
  "roles/logging.viewer": [
    ...PROJECT,
    ...READ("logging.buckets", "logging.sinks", "logging.views"),
    "logging.logEntries.list",
  ],
  "roles/logging.privateLogViewer": [
    ...PROJECT,
    ...READ("logging.buckets", "logging.sinks", "logging.views"),
    ...["logging.logEntries.list", "logging.privateLogEntries.list", "logging.views.access"],
  ],
  "roles/logging.viewAccessor": ["logging.views.access"],
  "roles/logging.logWriter": ["logging.logEntries.create"],
  "roles/logging.bucketWriter": ["logging.buckets.write"],
  "roles/monitoring.admin": [...PROJECT, "monitoring.*", "serviceusage.services.enable", "serviceusage.services.get"],
  "roles/monitoring.editor": [
    ...PROJECT,
    "monitoring.alertPolicies.*",
    "monitoring.notificationChannels.*",
    ...["monitoring.timeSeries.*", "serviceusage.services.enable", "serviceusage.services.get"],
  ],
  "roles/monitoring.alertPolicyEditor": ["monitoring.alertPolicies.*"],
  "roles/monitoring.notificationChannelEditor": ["monitoring.notificationChannels.*"],
  "roles/monitoring.viewer": [
    ...PROJECT,
    ...READ("monitoring.alertPolicies", "monitoring.notificationChannels"),
    "monitoring.timeSeries.list",
  ],
  "roles/monitoring.metricWriter": ["monitoring.timeSeries.create"],
  "roles/dataflow.admin": [
    ...PROJECT,
    ...["dataflow.*", ...["create", "get", "list"].map((verb) => `cloudbuild.builds.${verb}`)],
    ...["storage.buckets.get", ...READ("storage.objects"), "storage.objects.create"],
  ],
  "roles/dataflow.developer": [
    ...PROJECT,
    ...["dataflow.jobs.*", "dataflow.messages.list", "dataflow.metrics.get", ...READ("dataflow.snapshots")],
    ...["create", "get", "list"].map((verb) => `cloudbuild.builds.${verb}`),
  ],
  "roles/dataflow.viewer": [
    ...PROJECT,
    ...READ("dataflow.jobs", "dataflow.snapshots"),
    "dataflow.messages.list",
    "dataflow.metrics.get",
  ],
  "roles/dataflow.worker": [
    ...["dataflow.workItems.*", "dataflow.jobs.get", "logging.logEntries.create", "monitoring.timeSeries.create"],
    ...["storage.buckets.get", "storage.objects.create", "storage.objects.get"],
  ],
  "roles/orgpolicy.policyAdmin": ["orgpolicy.policies.*", "orgpolicy.policy.*", "orgpolicy.constraints.list"],
  "roles/orgpolicy.policyViewer": ["orgpolicy.policies.list", "orgpolicy.policy.get", "orgpolicy.constraints.list"],
  "roles/cloudbuild.builds.editor": [...PROJECT, "cloudbuild.builds.*"],
  "roles/cloudbuild.builds.builder": ["cloudbuild.builds.*", "logging.logEntries.create"],
  "roles/datacatalog.categoryFineGrainedReader": [],
  "roles/pubsub.serviceAgent": [],
  "roles/dataflow.serviceAgent": [],
  "roles/artifactregistry.serviceAgent": [],
  "roles/compute.serviceAgent": [],
};

/** Whether one of these roles, or permissions that are given by name, holds a permission. */
export function holds(roles: readonly string[], permissions: readonly string[], permission: string): boolean {
  const held = [...permissions, ...roles.flatMap((role) => ROLES[role] ?? [])];
  return held.some((one) => (one.endsWith(".*") ? permission.startsWith(one.slice(0, -1)) : one === permission));
}
