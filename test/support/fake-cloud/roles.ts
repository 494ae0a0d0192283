/**
 * What roles hold, as far as this project uses them and as Google's "IAM roles and permissions index" has it. A name ends in `.*` for all of a
 * resource. A role with nothing can be granted, and is looked into by nobody here.
 */
const READ = (...resources: string[]) => resources.flatMap((one) => [`${one}.get`, `${one}.list`]);
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
  "bigquery.tables.list",
  "storage.buckets.list",
  "orgpolicy.policy.get",
];
const REVIEWER = [
  ...["resourcemanager.projects", "cloudkms.keyRings", "cloudkms.cryptoKeys", "iam.serviceAccounts", "pubsub.topics"],
  ...[
    "pubsub.subscriptions",
    "bigquery.datasets",
    "bigquery.tables",
    "storage.buckets",
    "artifactregistry.repositories",
  ],
].flatMap((one) => [`${one}.getIamPolicy`, `${one}.list`]);
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
  "roles/browser": PROJECT,
  "roles/iam.securityReviewer": [
    ...[...PROJECT, ...REVIEWER, "iam.roles.get", "iam.roles.list"],
    ...["compute.instances.list", "pubsub.snapshots.list"],
  ],
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
    "cloudkms.cryptoKeyVersions.useToEncrypt",
    "cloudkms.cryptoKeyVersions.useToDecrypt",
  ],
  "roles/cloudkms.cryptoKeyEncrypter": ["cloudkms.cryptoKeyVersions.useToEncrypt"],
  "roles/cloudkms.cryptoKeyDecrypter": ["cloudkms.cryptoKeyVersions.useToDecrypt"],
  "roles/serviceusage.serviceUsageAdmin": [...PROJECT, "serviceusage.services.*", "serviceusage.operations.*"],
  "roles/serviceusage.serviceUsageViewer": [...PROJECT, ...READ("serviceusage.services")],
  "roles/serviceusage.serviceUsageConsumer": [...READ("serviceusage.services"), "serviceusage.services.use"],
  "roles/resourcemanager.projectIamAdmin": [
    ...PROJECT,
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
  ],
  "roles/iam.serviceAccountAdmin": [...PROJECT, "iam.serviceAccounts.*"].filter(
    (one) => one !== "iam.serviceAccounts.actAs",
  ),
  "roles/iam.serviceAccountCreator": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.create"],
  "roles/iam.serviceAccountDeleter": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.delete"],
  "roles/iam.serviceAccountUser": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.actAs"],
  "roles/iam.serviceAccountTokenCreator": [...READ("iam.serviceAccounts"), "iam.serviceAccounts.getAccessToken"],
  "roles/iam.serviceAccountViewer": [...PROJECT, ...READ("iam.serviceAccounts"), "iam.serviceAccounts.getIamPolicy"],
  "roles/pubsub.admin": [...PROJECT, "pubsub.*"],
  "roles/pubsub.editor": [
    ...PROJECT,
    ...["topics", "subscriptions"].flatMap((one) =>
      ["create", "delete", "get", "list", "update"].map((verb) => `pubsub.${one}.${verb}`),
    ),
    ...["pubsub.topics.publish", "pubsub.topics.attachSubscription", "pubsub.subscriptions.consume"],
  ],
  "roles/pubsub.viewer": [...PROJECT, ...READ("pubsub.topics", "pubsub.subscriptions")],
  "roles/pubsub.publisher": ["pubsub.topics.publish"],
  "roles/pubsub.subscriber": ["pubsub.subscriptions.consume", "pubsub.topics.attachSubscription"],
  "roles/bigquery.admin": [...PROJECT, "bigquery.*"],
  "roles/bigquery.dataOwner": [...PROJECT, "bigquery.datasets.*", "bigquery.tables.*"],
  "roles/bigquery.dataEditor": [
    ...[...PROJECT, "bigquery.datasets.create", "bigquery.datasets.get", ...READ("bigquery.tables")],
    ...["create", "delete", "getData", "update", "updateData"].map((verb) => `bigquery.tables.${verb}`),
  ],
  "roles/bigquery.dataViewer": [
    ...PROJECT,
    "bigquery.datasets.get",
    ...READ("bigquery.tables"),
    "bigquery.tables.getData",
  ],
  "roles/bigquery.metadataViewer": [...PROJECT, "bigquery.datasets.get", ...READ("bigquery.tables")],
  "roles/bigquery.user": [
    ...PROJECT,
    "bigquery.datasets.create",
    "bigquery.datasets.get",
    "bigquery.jobs.create",
    "bigquery.tables.list",
  ],
  "roles/bigquery.jobUser": [...PROJECT, "bigquery.jobs.create"],
  "roles/storage.admin": [...PROJECT, "storage.*"],
  "roles/storage.bucketViewer": READ("storage.buckets"),
  "roles/storage.objectAdmin": [...PROJECT, "storage.objects.*"],
  "roles/storage.objectUser": [
    ...PROJECT,
    ...READ("storage.objects"),
    ...["create", "delete", "update"].map((verb) => `storage.objects.${verb}`),
  ],
  "roles/storage.objectCreator": [...PROJECT, "storage.objects.create"],
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
    ...READ("artifactregistry.repositories", "artifactregistry.files"),
    ...READ("artifactregistry.dockerimages", "artifactregistry.tags"),
    "artifactregistry.repositories.downloadArtifacts",
  ],
  "roles/artifactregistry.writer": [
    ...READ("artifactregistry.repositories"),
    "artifactregistry.repositories.uploadArtifacts",
  ],
  "roles/compute.networkAdmin": [
    ...PROJECT,
    "compute.networks.*",
    "compute.subnetworks.*",
    ...READ("compute.firewalls"),
    "compute.routers.*",
    "compute.globalOperations.get",
    "compute.regionOperations.get",
  ],
  "roles/compute.securityAdmin": [
    ...PROJECT,
    "compute.firewalls.*",
    "compute.networks.get",
    "compute.networks.list",
    "compute.networks.updatePolicy",
    "compute.globalOperations.get",
  ],
  "roles/compute.networkUser": [
    ...PROJECT,
    ...READ("compute.networks", "compute.subnetworks"),
    "compute.subnetworks.use",
  ],
  "roles/compute.networkViewer": [...PROJECT, ...READ("compute.networks", "compute.subnetworks", "compute.firewalls")],
  "roles/compute.viewer": [...PROJECT, ...READ("compute.networks", "compute.subnetworks", "compute.firewalls")],
  "roles/logging.admin": [...PROJECT, "logging.*"],
  "roles/logging.configWriter": [
    ...PROJECT,
    "logging.buckets.*",
    "logging.sinks.*",
    "logging.exclusions.*",
    "logging.settings.*",
    "logging.views.*",
  ],
  "roles/logging.viewer": [
    ...PROJECT,
    ...READ("logging.buckets", "logging.sinks", "logging.views"),
    "logging.logEntries.list",
  ],
  "roles/logging.privateLogViewer": [...PROJECT, "logging.logEntries.list", "logging.privateLogEntries.list"],
  "roles/logging.viewAccessor": ["logging.views.access"],
  "roles/logging.logWriter": ["logging.logEntries.create"],
  "roles/logging.bucketWriter": ["logging.buckets.write"],
  "roles/monitoring.admin": [...PROJECT, "monitoring.*"],
  "roles/monitoring.editor": [
    ...PROJECT,
    "monitoring.alertPolicies.*",
    "monitoring.notificationChannels.*",
    "monitoring.timeSeries.*",
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
    "dataflow.*",
    ...READ("storage.buckets", "storage.objects"),
    "storage.objects.create",
    "compute.networks.get",
    "compute.subnetworks.get",
  ],
  "roles/dataflow.developer": [...PROJECT, "dataflow.jobs.*", "dataflow.messages.list", "dataflow.metrics.get"],
  "roles/dataflow.viewer": [
    ...PROJECT,
    ...READ("dataflow.jobs", "dataflow.snapshots"),
    "dataflow.messages.list",
    "dataflow.metrics.get",
  ],
  "roles/dataflow.worker": ["dataflow.workItems.*", "storage.objects.get", "storage.buckets.get"],
  "roles/orgpolicy.policyAdmin": ["orgpolicy.policies.*", "orgpolicy.policy.*", ...READ("orgpolicy.constraints")],
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
