/** What each command needs of whoever runs it. */
import type { Command } from "../../resources/command";

/** What a command needs, by its first words; whatever it asks besides, as gcloud does, is among them. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  "gcloud projects describe": ["resourcemanager.projects.get"],
  "gcloud projects get-iam-policy": ["resourcemanager.projects.getIamPolicy"],
  "gcloud projects get-ancestors-iam-policy": [
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.organizations.getIamPolicy",
  ],
  "gcloud projects add-iam-policy-binding": [
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
  ],
  "gcloud services list": ["serviceusage.services.list"],
  "gcloud services enable": ["serviceusage.services.enable"],
  "gcloud beta services identity create": ["serviceusage.services.enable"],
  "gcloud kms keyrings list": ["cloudkms.keyRings.list"],
  "gcloud kms keyrings get-iam-policy": ["cloudkms.keyRings.getIamPolicy"],
  "gcloud kms keyrings create": ["cloudkms.keyRings.create"],
  "gcloud kms keys list": ["cloudkms.cryptoKeys.list"],
  "gcloud kms keys create": ["cloudkms.cryptoKeys.create"],
  "gcloud kms keys update": ["cloudkms.cryptoKeys.update"],
  "gcloud kms keys get-iam-policy": ["cloudkms.cryptoKeys.getIamPolicy"],
  "gcloud kms keys add-iam-policy-binding": ["cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"],
  "gcloud kms keys remove-iam-policy-binding": ["cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"],
  "gcloud kms keys versions list": ["cloudkms.cryptoKeyVersions.list"],
  "gcloud kms keys versions disable": ["cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.update"],
  "gcloud kms keys versions enable": ["cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.update"],
  "gcloud kms keys versions destroy": ["cloudkms.cryptoKeyVersions.destroy"],
  "gcloud kms keys versions create": [
    // And makes it the primary one.
    ...["cloudkms.cryptoKeyVersions.create", "cloudkms.cryptoKeys.update"],
  ],
  "gcloud iam roles describe": ["iam.roles.get"],
  "gcloud iam service-accounts list": ["iam.serviceAccounts.list"],
  "gcloud iam service-accounts create": ["iam.serviceAccounts.create"],
  "gcloud pubsub topics list": ["pubsub.topics.list"],
  "gcloud pubsub topics create": ["pubsub.topics.create"],
  "gcloud pubsub topics update": ["pubsub.topics.update"],
  "gcloud pubsub topics delete": ["pubsub.topics.delete"],
  "gcloud pubsub topics publish": ["pubsub.topics.publish"],
  "gcloud pubsub topics get-iam-policy": ["pubsub.topics.getIamPolicy"],
  "gcloud pubsub topics add-iam-policy-binding": ["pubsub.topics.getIamPolicy", "pubsub.topics.setIamPolicy"],
  "gcloud pubsub snapshots list": ["pubsub.snapshots.list"],
  "gcloud pubsub subscriptions list": ["pubsub.subscriptions.list"],
  "gcloud pubsub subscriptions create": ["pubsub.subscriptions.create", "pubsub.topics.attachSubscription"],
  "gcloud pubsub subscriptions update": ["pubsub.subscriptions.update"],
  "gcloud pubsub subscriptions delete": ["pubsub.subscriptions.delete"],
  // To a time.
  "gcloud pubsub subscriptions seek": ["pubsub.subscriptions.consume"],
  "gcloud pubsub subscriptions pull": ["pubsub.subscriptions.consume"],
  "gcloud pubsub subscriptions modify-message-ack-deadline": ["pubsub.subscriptions.consume"],
  "gcloud pubsub subscriptions get-iam-policy": ["pubsub.subscriptions.getIamPolicy"],
  "gcloud pubsub subscriptions add-iam-policy-binding": [
    "pubsub.subscriptions.getIamPolicy",
    "pubsub.subscriptions.setIamPolicy",
  ],
  "gcloud storage buckets list": ["storage.buckets.list"],
  "gcloud storage buckets describe": ["storage.buckets.get"],
  "gcloud storage buckets create": ["storage.buckets.create"],
  "gcloud storage buckets update": ["storage.buckets.get", "storage.buckets.update"],
  "gcloud storage buckets get-iam-policy": ["storage.buckets.getIamPolicy"],
  "gcloud storage buckets add-iam-policy-binding": ["storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy"],
  "gcloud storage service-agent": ["resourcemanager.projects.get"],
  "gcloud storage cp": ["storage.objects.create", "storage.objects.get", "storage.objects.list"],
  // From the bucket, not into it.
  "gcloud storage cp gs://": ["storage.objects.get", "storage.objects.list"],
  "gcloud storage rm": ["storage.buckets.delete", "storage.objects.delete", "storage.objects.list"],
  "gcloud storage ls": ["storage.objects.list"],
  "gcloud storage objects list": ["storage.objects.list"],
  "gcloud storage objects update": ["storage.objects.create", "storage.objects.delete", "storage.objects.get"],
  "gcloud storage objects describe": ["storage.objects.get"],
  "gcloud storage cat": ["storage.objects.get"],
  "gcloud artifacts repositories list": ["artifactregistry.repositories.list"],
  "gcloud artifacts repositories create": ["artifactregistry.repositories.create"],
  "gcloud artifacts repositories update": ["artifactregistry.repositories.get", "artifactregistry.repositories.update"],
  "gcloud artifacts repositories get-iam-policy": ["artifactregistry.repositories.getIamPolicy"],
  "gcloud artifacts repositories add-iam-policy-binding": [
    "artifactregistry.repositories.getIamPolicy",
    "artifactregistry.repositories.setIamPolicy",
  ],
  "gcloud artifacts docker images describe": [
    ...["artifactregistry.repositories.get", "artifactregistry.dockerimages.get", "artifactregistry.tags.get"],
  ],
  // Of an image by its digest: whether it is there, and what Artifact Analysis knows of it.
  "gcloud artifacts docker images describe --show-provenance": [
    ...["artifactregistry.repositories.get", "artifactregistry.versions.get", "containeranalysis.occurrences.list"],
  ],
  "gcloud artifacts files list": ["artifactregistry.files.list"],
  "gcloud artifacts files download": ["artifactregistry.files.get", "artifactregistry.repositories.downloadArtifacts"],
  "gcloud compute instances list": ["compute.instances.list"],
  "gcloud compute networks list": ["compute.networks.list"],
  "gcloud compute networks create": ["compute.networks.create"],
  "gcloud compute networks subnets list": ["compute.subnetworks.list"],
  "gcloud compute networks subnets create": ["compute.subnetworks.create", "compute.networks.updatePolicy"],
  "gcloud compute networks subnets update": ["compute.subnetworks.get", "compute.subnetworks.setPrivateIpGoogleAccess"],
  "gcloud compute firewall-rules list": ["compute.firewalls.list"],
  "gcloud compute firewall-rules create": ["compute.firewalls.create", "compute.networks.updatePolicy"],
  "gcloud compute firewall-rules update": ["compute.firewalls.get", "compute.firewalls.update"],
  "gcloud logging settings describe": ["logging.settings.get"],
  "gcloud logging buckets list": ["logging.buckets.list"],
  "gcloud logging buckets create": ["logging.buckets.create"],
  "gcloud logging buckets update": ["logging.buckets.update"],
  "gcloud logging buckets undelete": ["logging.buckets.undelete"],
  "gcloud logging sinks list": ["logging.sinks.list"],
  "gcloud logging sinks create": ["logging.sinks.create"],
  "gcloud logging sinks update": ["logging.sinks.get", "logging.sinks.update"],
  "gcloud logging read": ["logging.logEntries.list", "logging.privateLogEntries.list", "logging.views.access"],
  "gcloud dataflow jobs list": ["dataflow.jobs.list"],
  "gcloud alpha monitoring policies list": ["monitoring.alertPolicies.list"],
  "gcloud dataflow jobs describe": ["dataflow.jobs.get"],
  "gcloud dataflow jobs cancel": ["dataflow.jobs.cancel"],
  // Of a state that is asked for, one of the two.
  "gcloud dataflow jobs drain": ["dataflow.jobs.cancel", "dataflow.jobs.updateContents"],
  "gcloud dataflow snapshots create": ["dataflow.jobs.snapshot"],
  "gcloud dataflow snapshots describe": ["dataflow.snapshots.get"],
  "gcloud beta dataflow logs list": ["dataflow.messages.list"],
  "gcloud dataflow snapshots list": ["dataflow.snapshots.list"],
  "gcloud dataflow jobs run": ["dataflow.jobs.create", "iam.serviceAccounts.actAs"],
  "bq show --encryption_service_account": ["resourcemanager.projects.get"],
  "bq show --dataset": ["bigquery.datasets.get"],
  "bq show": ["bigquery.tables.get"],
  "bq mk --dataset": ["bigquery.datasets.create"],
  "bq mk --table": ["bigquery.tables.create"],
  "bq update --dataset": ["bigquery.datasets.get", "bigquery.datasets.update"],
  "bq update --table": ["bigquery.tables.get", "bigquery.tables.update"],
  "bq update": ["bigquery.tables.get", "bigquery.tables.update"],
  "bq rm --dataset": ["bigquery.datasets.delete"],
  "bq rm --table": ["bigquery.tables.delete"],
  "bq get-iam-policy --table": ["bigquery.tables.getIamPolicy"],
  "bq add-iam-policy-binding --table": ["bigquery.tables.getIamPolicy", "bigquery.tables.setIamPolicy"],
  "bq ls": ["bigquery.tables.list"],
  "bq query": ["bigquery.jobs.create", "bigquery.tables.getData"],
  "bq ls --datasets": ["bigquery.datasets.get"],
};

/** Undefined of a command that nobody has thought of. */
export function permissionsOf({ tool, args }: Command): readonly string[] | undefined {
  const plain = args.filter((arg) => !arg.startsWith("--"));
  // bq says by a flag what its word is about; gcloud's words do, but for one.
  const kind = args.filter((arg) =>
    /^--(dataset|datasets|table|encryption_service_account|show-provenance)$/.test(arg),
  );
  const words = tool === "bq" ? plain.slice(0, 1) : kind.length > 0 ? plain.slice(0, 4) : plain;
  const text = `${[tool, ...words, ...kind].join(" ")} `;
  const longest = Object.keys(PERMISSIONS)
    .filter((start) => text.startsWith(start.endsWith("/") ? start : `${start} `))
    .sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : PERMISSIONS[longest];
}
