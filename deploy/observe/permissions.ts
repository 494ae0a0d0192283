/** Who needs which role: six duties, each with the commands that it runs and the least set of roles that covers them. */
import { resourcesOf } from "../resources";
import { type Command, gcloud } from "../resources/command";
import { usableVersions } from "../resources/key";
import type { Resource } from "../resources/resource";
import type { Setup } from "../resources/setup";

export interface Needed {
  /** A predefined role, or single permissions for a custom role where every predefined one holds much more. */
  readonly role: string | readonly string[];
  readonly on: "project" | "key" | "workers' account" | "bucket" | "organisation";
  readonly why: string;
}

export interface Duty {
  readonly name: "plan" | "apply" | "verify" | "run" | "audit" | "revoke";
  readonly what: string;
  readonly roles: readonly Needed[];
  readonly commands: (setup: Setup) => readonly Command[];
}

/** What a command needs, by its first words; whatever it asks besides, as gcloud does, is among them. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  "gcloud projects describe": ["resourcemanager.projects.get"],
  "gcloud projects get-iam-policy": ["resourcemanager.projects.getIamPolicy"],
  "gcloud projects add-iam-policy-binding": [
    "resourcemanager.projects.getIamPolicy",
    "resourcemanager.projects.setIamPolicy",
  ],
  "gcloud services list": ["serviceusage.services.list"],
  "gcloud services enable": ["serviceusage.services.enable"],
  "gcloud beta services identity create": ["serviceusage.services.enable"],
  "gcloud kms keyrings list": ["cloudkms.keyRings.list"],
  "gcloud kms keyrings create": ["cloudkms.keyRings.create"],
  "gcloud kms keys list": ["cloudkms.cryptoKeys.list"],
  "gcloud kms keys create": ["cloudkms.cryptoKeys.create"],
  "gcloud kms keys update": ["cloudkms.cryptoKeys.update"],
  "gcloud kms keys get-iam-policy": ["cloudkms.cryptoKeys.getIamPolicy"],
  "gcloud kms keys add-iam-policy-binding": ["cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy"],
  "gcloud kms keys versions list": ["cloudkms.cryptoKeyVersions.list"],
  "gcloud kms keys versions disable": ["cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.update"],
  "gcloud iam service-accounts list": ["iam.serviceAccounts.list"],
  "gcloud iam service-accounts create": ["iam.serviceAccounts.create"],
  "gcloud pubsub topics list": ["pubsub.topics.list"],
  "gcloud pubsub topics create": ["pubsub.topics.create"],
  "gcloud pubsub topics update": ["pubsub.topics.update"],
  "gcloud pubsub topics get-iam-policy": ["pubsub.topics.getIamPolicy"],
  "gcloud pubsub topics add-iam-policy-binding": ["pubsub.topics.getIamPolicy", "pubsub.topics.setIamPolicy"],
  "gcloud pubsub subscriptions list": ["pubsub.subscriptions.list"],
  "gcloud pubsub subscriptions create": ["pubsub.subscriptions.create", "pubsub.topics.attachSubscription"],
  "gcloud pubsub subscriptions update": ["pubsub.subscriptions.update"],
  "gcloud pubsub subscriptions get-iam-policy": ["pubsub.subscriptions.getIamPolicy"],
  "gcloud pubsub subscriptions add-iam-policy-binding": [
    "pubsub.subscriptions.getIamPolicy",
    "pubsub.subscriptions.setIamPolicy",
  ],
  "gcloud storage buckets describe": ["storage.buckets.get"],
  "gcloud storage buckets create": ["storage.buckets.create"],
  "gcloud storage buckets update": ["storage.buckets.get", "storage.buckets.update"],
  "gcloud storage buckets get-iam-policy": ["storage.buckets.getIamPolicy"],
  "gcloud storage buckets add-iam-policy-binding": ["storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy"],
  "gcloud storage service-agent": ["resourcemanager.projects.get"],
  "gcloud storage cp": ["storage.objects.create", "storage.objects.get", "storage.objects.list"],
  "gcloud storage ls": ["storage.objects.list"],
  "gcloud artifacts repositories list": ["artifactregistry.repositories.list"],
  "gcloud artifacts repositories create": ["artifactregistry.repositories.create"],
  "gcloud artifacts repositories update": ["artifactregistry.repositories.get", "artifactregistry.repositories.update"],
  "gcloud artifacts repositories get-iam-policy": ["artifactregistry.repositories.getIamPolicy"],
  "gcloud artifacts repositories add-iam-policy-binding": [
    "artifactregistry.repositories.getIamPolicy",
    "artifactregistry.repositories.setIamPolicy",
  ],
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
  "gcloud logging read": ["logging.logEntries.list", "logging.privateLogEntries.list"],
  "gcloud dataflow jobs list": ["dataflow.jobs.list"],
  "gcloud dataflow jobs describe": ["dataflow.jobs.get"],
  "gcloud dataflow jobs run": ["dataflow.jobs.create", "iam.serviceAccounts.actAs"],
  "bq show --encryption_service_account": ["resourcemanager.projects.get"],
  "bq show --dataset": ["bigquery.datasets.get"],
  "bq show": ["bigquery.tables.get"],
  "bq mk --dataset": ["bigquery.datasets.create"],
  "bq mk --table": ["bigquery.tables.create"],
  "bq update --dataset": ["bigquery.datasets.get", "bigquery.datasets.update"],
  "bq update --table": ["bigquery.tables.get", "bigquery.tables.update"],
  "bq get-iam-policy --table": ["bigquery.tables.getIamPolicy"],
  "bq add-iam-policy-binding --table": ["bigquery.tables.getIamPolicy", "bigquery.tables.setIamPolicy"],
  "bq ls": ["bigquery.tables.list"],
};

/** Undefined of a command that nobody has thought of. */
export function permissionsOf({ tool, args }: Command): readonly string[] | undefined {
  const plain = args.filter((arg) => !arg.startsWith("--"));
  // bq says by a flag what its word is about.
  const kind = args.filter((arg) => /^--(dataset|table|encryption_service_account)$/.test(arg));
  const text = `${(tool === "bq" ? [tool, plain[0], ...kind] : [tool, ...plain]).join(" ")} `;
  const longest = Object.keys(PERMISSIONS)
    .filter((start) => text.startsWith(`${start} `))
    .sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : PERMISSIONS[longest];
}

const role = (name: string, why: string, on: Needed["on"] = "project"): Needed => ({ role: `roles/${name}`, on, why });
const custom = (permissions: readonly string[], why: string, on: Needed["on"] = "project"): Needed => ({
  role: permissions,
  on,
  why,
});

const READS: readonly Needed[] = [
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

const WRITES: readonly Needed[] = [
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

const SETUP_READ = ({ project }: Setup): readonly Command[] => [
  gcloud("projects describe", { format: "json" }, project),
  gcloud("logging settings describe", { project, format: "json" }),
];
const looksOf = ({ look, policy }: Resource): readonly Command[] => [
  ...(look === undefined ? [] : [look.command]),
  ...(policy === undefined || policy.grants.length === 0 ? [] : [policy.look.command]),
];
const readsOf = (setup: Setup) => [...SETUP_READ(setup), ...resourcesOf(setup).needed.flatMap(looksOf)];

function changesOf({ create, fields, policy }: Resource): readonly Command[] {
  return [
    ...create,
    ...Object.values(fields).flatMap(({ change }) => change?.(null) ?? []),
    ...(policy?.grants ?? []).flatMap((grant) => [...(grant.first ? [grant.first] : []), policy!.grant(grant)]),
  ];
}

/** What the job's service asks of whoever submits, said as commands. */
const submission = ({ project, region, settings }: Setup): readonly Command[] => [
  gcloud("storage cp", { project }, "pipeline.pb", `gs://${settings.BUCKET}/stage/`),
  gcloud("dataflow jobs run", { region, project }, settings.DEPLOYMENT),
  ...jobs({ project, region }),
];
const jobs = ({ project, region }: Pick<Setup, "project" | "region">): readonly Command[] => [
  gcloud("dataflow jobs list", { status: "active", project, format: "json" }),
  gcloud("dataflow jobs describe", { region, full: true, project, format: "json" }, "JOB"),
];

/** What takes the keys away. */
function revocation({ dataKey, dataflowKey }: Setup): readonly Command[] {
  const keys = dataKey.name === dataflowKey.name ? [dataKey] : [dataKey, dataflowKey];
  return keys.flatMap((asked) => [
    usableVersions(asked).command,
    gcloud(
      "kms keys versions disable",
      { key: asked.key, keyring: asked.ring, location: asked.location, project: asked.project },
      "1",
    ),
  ]);
}

export const DUTIES: readonly Duty[] = [
  {
    name: "plan",
    what: "reads what is there, and says what apply would do; changes nothing",
    roles: READS,
    commands: readsOf,
  },
  {
    name: "apply",
    what: "makes what is missing, and changes what differs",
    roles: WRITES,
    commands: (setup) => [...readsOf(setup), ...resourcesOf(setup).needed.flatMap(changesOf)],
  },
  {
    name: "verify",
    what: "holds rules and declared values against what is there: the same questions as plan",
    roles: READS,
    commands: readsOf,
  },
  {
    name: "run",
    what: "submits the job and follows it",
    roles: [
      role("dataflow.developer", "makes, drains and looks at jobs"),
      role("iam.serviceAccountUser", "runs workers as their account", "workers' account"),
      role("storage.objectUser", "stages the pipeline", "bucket"),
    ],
    commands: submission,
  },
  {
    name: "audit",
    what: "reads what verify reads, the jobs, the keys' versions and the log of their use",
    roles: [
      ...READS,
      role("cloudkms.viewer", "the keys' versions, never what they encrypt"),
      role("dataflow.viewer", "jobs, and the key that each runs under"),
      role("logging.privateLogViewer", "who used the keys: data access logs are private"),
      role("storage.objectViewer", "the staged pipeline, to read what runs; it can read every staged file", "bucket"),
    ],
    commands: (setup) => [
      ...readsOf(setup),
      ...jobs(setup),
      usableVersions(setup.dataKey).command,
      gcloud("logging read", { project: setup.project, format: "json" }, "FILTER"),
      gcloud("storage ls", { project: setup.project }, `gs://${setup.settings.BUCKET}/**`),
    ],
  },
  {
    name: "revoke",
    what: "takes the keys away: every version is disabled, and can be enabled again",
    roles: [
      custom(
        ["cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.list", "cloudkms.cryptoKeyVersions.update"],
        "disables versions: roles/cloudkms.admin could also destroy them, and grant the key to anybody",
        "key",
      ),
    ],
    commands: revocation,
  },
];
