/** What gcloud and bq answer of a deployment where all is well, for tests to change one thing of: no cloud, no fake, no process. */
import { audit } from "../../../deploy/observe/audit/audit";
import type { Audit } from "../../../deploy/observe/audit/model";
import { settingsOf } from "../../../deploy/deployment/settings";
import { API } from "../../../deploy/resources/apis";
import { inOneForm, wantedColumns } from "../../../deploy/resources/columns";
import type { Command } from "../../../deploy/resources/command";
import { askedOf } from "../../../deploy/resources/setup";
import type { Answer, Run } from "../../../deploy/run";
import { loadTableSchema } from "../../../schemas/load";
import { writeFileSync } from "node:fs";

export const PROJECT = "bank-project";
export const REGION = "europe-west2";
const NUMBER = "123456789012";
export const KEY = `projects/${PROJECT}/locations/${REGION}/keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01`;
export const WORKER = `str-pl-worker@${PROJECT}.iam.gserviceaccount.com`;
export const JOB_ID = "2026-11-24_10_00_00-1234567890123456789";
export const DIGEST = `sha256:${"1".repeat(64)}`;
const labels = { deployment: "str-pl" };

// biome-ignore lint/suspicious/noExplicitAny: tests change whatever they like
export type Answers = Record<string, any>;

const binding = (role: string, ...members: string[]) => ({ role, members });
const policy = (...bindings: object[]) => ({ etag: "BwY=", bindings });
const worker = `serviceAccount:${WORKER}`;

const AGENTS = [
  `service-${NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com`,
  `bq-${NUMBER}@bigquery-encryption.iam.gserviceaccount.com`,
  `service-${NUMBER}@gs-project-accounts.iam.gserviceaccount.com`,
  `service-${NUMBER}@gcp-sa-artifactregistry.iam.gserviceaccount.com`,
  `cmek-p${NUMBER}@gcp-sa-logging.iam.gserviceaccount.com`,
  `service-${NUMBER}@dataflow-service-producer-prod.iam.gserviceaccount.com`,
  `service-${NUMBER}@compute-system.iam.gserviceaccount.com`,
].map((email) => `serviceAccount:${email}`);

const topic = (name: string) => ({
  name: `projects/${PROJECT}/topics/${name}`,
  kmsKeyName: KEY,
  messageStoragePolicy: { allowedPersistenceRegions: [REGION], enforceInTransit: true },
  labels,
});
const subscription = (name: string, of: string) => ({
  name: `projects/${PROJECT}/subscriptions/${name}`,
  topic: `projects/${PROJECT}/topics/${of}`,
  messageRetentionDuration: "604800s",
  expirationPolicy: {},
  labels,
});

export const job = () => ({
  id: JOB_ID,
  name: "str-pl",
  location: REGION,
  type: "JOB_TYPE_STREAMING",
  currentState: "JOB_STATE_RUNNING",
  createTime: "2026-11-24T10:00:00Z",
  labels: { team: "payments" } as Record<string, string>,
  environment: {
    serviceKmsKeyName: KEY as string | undefined,
    serviceAccountEmail: WORKER,
    workerRegion: REGION,
    tempStoragePrefix: "storage.googleapis.com/da_streaming_pipeline/temp/str-pl.1",
    experiments: ["enable_streaming_engine", "use_runner_v2"],
    workerPools: [
      {
        machineType: "n1-standard-2",
        subnetwork: `regions/${REGION}/subnetworks/str-pl-london`,
        ipConfiguration: "WORKER_IP_PRIVATE",
        sdkHarnessContainerImages: [
          {
            containerImage: `${REGION}-docker.pkg.dev/${PROJECT}/da-streaming-pipeline/worker@${DIGEST}`,
            environmentId: "jsEnvironment",
          },
        ],
      },
    ],
    sdkPipelineOptions: { options: { pipelineUrl: "gs://da_streaming_pipeline/stage/str-pl.1/pipeline.pb" } as object },
  },
});

/** By the words of the command; a list of all that is asked where everything is well. */
export function allWell(): Answers {
  const filter = 'resource.type="dataflow_step" AND resource.labels.job_name="str-pl"';
  const schema = loadTableSchema("schemas/cc_account_info.json");
  const answers = {
    "projects describe": { projectId: PROJECT, projectNumber: NUMBER },
    "logging settings describe": { kmsServiceAccountId: `cmek-p${NUMBER}@gcp-sa-logging.iam.gserviceaccount.com` },
    "services list": Object.values(API).map((name) => ({ config: { name } })),
    "kms keyrings list": [{ name: KEY.split("/cryptoKeys/")[0] }],
    "kms keys list": [
      {
        name: KEY,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: "7776000s",
        nextRotationTime: "2027-02-22T10:00:00Z",
        destroyScheduledDuration: "2592000s",
        versionTemplate: { protectionLevel: "SOFTWARE" },
        primary: { name: `${KEY}/cryptoKeyVersions/2`, state: "ENABLED" },
        labels,
      },
    ],
    "kms keys versions list": ["1", "2"].map((one) => ({ name: `${KEY}/cryptoKeyVersions/${one}`, state: "ENABLED" })),
    "kms keys get-iam-policy": policy(binding("roles/cloudkms.cryptoKeyEncrypterDecrypter", ...AGENTS)),
    "kms keyrings get-iam-policy": policy(),
    "projects get-iam-policy": {
      ...policy(binding("roles/dataflow.worker", worker)),
      auditConfigs: [{ service: "cloudkms.googleapis.com", auditLogConfigs: [{ logType: "DATA_READ" }] }],
    },
    "projects get-ancestors-iam-policy": [
      { id: PROJECT, type: "project", policy: policy() },
      { id: "42", type: "organization", policy: policy(binding("roles/viewer", "group:all@bank.example")) },
    ],
    "iam service-accounts list": [{ email: WORKER }],
    "pubsub topics list": [topic("str-pl-pubsub-topic"), topic("str-pl-pubsub-topic-dead-letters")],
    "pubsub topics get-iam-policy": policy(binding("roles/pubsub.publisher", worker)),
    "pubsub subscriptions list": [
      subscription("str-pl-pubsub-subscription", "str-pl-pubsub-topic"),
      subscription("str-pl-pubsub-dead-letters", "str-pl-pubsub-topic-dead-letters"),
    ],
    "pubsub subscriptions get-iam-policy": policy(
      binding("roles/pubsub.subscriber", worker),
      binding("roles/pubsub.viewer", worker),
    ),
    "bq show dataset": {
      location: REGION,
      description: "dataset for streaming pipeline sink",
      defaultEncryptionConfiguration: { kmsKeyName: KEY },
      labels,
    },
    "bq show": {
      location: REGION,
      numRows: "1000",
      encryptionConfiguration: { kmsKeyName: KEY },
      schema: { fields: inOneForm(wantedColumns(schema.columns, "")) },
      description: schema.description,
      labels,
    },
    "bq get-iam-policy": policy(binding("roles/bigquery.dataEditor", worker)),
    "bq ls": [{ type: "TABLE", tableReference: { tableId: "cc_account_info" } }],
    "storage buckets describe": {
      name: "da_streaming_pipeline",
      projectNumber: NUMBER,
      location: REGION.toUpperCase(),
      encryption: { defaultKmsKeyName: KEY },
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
      versioning: { enabled: true },
      lifecycle: {
        rule: [
          { action: { type: "Delete" }, condition: { age: 7, matchesPrefix: ["temp/"] } },
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 7 } },
        ],
      },
      labels,
    },
    "storage buckets get-iam-policy": policy(binding("roles/storage.objectAdmin", worker)),
    "storage objects list": [{ name: "stage/str-pl.1/pipeline.pb", kms_key: `${KEY}/cryptoKeyVersions/2` }],
    "storage cp": "ref_Environment_default beam:env:docker:v1 readMessages decode parseRow writeRows",
    "artifacts repositories list": [
      {
        name: `projects/${PROJECT}/locations/${REGION}/repositories/da-streaming-pipeline`,
        format: "DOCKER",
        kmsKeyName: KEY,
        labels,
      },
    ],
    "artifacts repositories get-iam-policy": policy(binding("roles/artifactregistry.reader", worker)),
    "compute networks list": [{ name: "str-pl-london", autoCreateSubnetworks: false }],
    "compute networks subnets list": [
      {
        name: "str-pl-london",
        network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/str-pl-london",
        ipCidrRange: "10.10.0.0/24",
        privateIpGoogleAccess: true,
      },
    ],
    "compute firewall-rules list": [
      {
        name: "str-pl-london-dataflow",
        network: "networks/str-pl-london",
        allowed: [{ IPProtocol: "tcp", ports: ["12345-12346"] }],
        sourceTags: ["dataflow"],
        targetTags: ["dataflow"],
      },
    ],
    "compute instances list": [
      {
        name: "str-pl-harness-x1y2",
        zone: `zones/${REGION}-b`,
        machineType: "machineTypes/n1-standard-2",
        labels: { dataflow_job_id: JOB_ID },
        networkInterfaces: [{ subnetwork: `regions/${REGION}/subnetworks/str-pl-london` }],
      },
    ],
    "logging buckets list": [
      {
        name: `projects/${PROJECT}/locations/${REGION}/buckets/str-pl-logs`,
        cmekSettings: { kmsKeyName: KEY },
        retentionDays: 30,
        lifecycleState: "ACTIVE",
      },
    ],
    "logging sinks list": [
      { name: "_Default", exclusions: [{ name: "str-pl-workers", filter }] },
      {
        name: "str-pl-workers",
        destination: `logging.googleapis.com/projects/${PROJECT}/locations/${REGION}/buckets/str-pl-logs`,
        filter,
      },
    ],
    "logging read": [{ textPayload: "wrote 120 rows", resource: { labels: { step_id: "writeRows" } } }],
    "dataflow jobs list": [{ id: JOB_ID, name: "str-pl", location: REGION }],
    "dataflow jobs describe": job(),
    "dataflow snapshots list": {},
    "pubsub snapshots list": [],
    "config get-value core/account": "auditor@bank.example",
  };
  // Nothing in it is one with anything else.
  return JSON.parse(JSON.stringify(answers));
}

/** An answer that is an Error is a refusal in its words. */
export function answering(answers: Answers): Run {
  return async (command) => {
    const name = nameOf(command, answers);
    if (name === undefined) return refusal(`no answer to ${command.tool} ${command.args.join(" ")}`);
    const answer = answers[name];
    if (answer instanceof Error) return refusal(answer.message);
    if (name === "storage cp") {
      writeFileSync(command.args.find((word) => word.endsWith("pipeline.pb") && !word.startsWith("gs:"))!, answer);
      return { code: 0, stdout: "", stderr: "" };
    }
    return { code: 0, stdout: typeof answer === "string" ? answer : JSON.stringify(answer), stderr: "" };
  };
}

const refusal = (text: string): Answer => ({ code: 1, stdout: "", stderr: `ERROR: ${text}` });

function nameOf({ tool, args }: Command, answers: Answers): string | undefined {
  const words = args.filter((word) => !word.startsWith("--"));
  const isDataset = tool === "bq" && words[0] === "show" && args.includes("--dataset");
  const line = [
    ...(tool === "bq" ? ["bq"] : []),
    ...words.slice(0, isDataset ? 1 : 4),
    ...(isDataset ? ["dataset"] : []),
  ];
  const starts = Object.keys(answers).filter((name) => `${line.join(" ")} `.startsWith(`${name} `));
  return starts.sort((a, b) => b.length - a.length)[0];
}

export const SETTINGS = { PROJECT_ID: PROJECT } as const;

/** The audit of what `change` leaves of a deployment where all is well. */
export async function auditOf(
  change: (answers: Answers) => void = () => {},
  settings: Record<string, string> = {},
): Promise<Audit> {
  const answers = allWell();
  change(answers);
  const all = settingsOf({ ...SETTINGS, ...settings });
  const asked = askedOf(all, loadTableSchema(all.SCHEMA), "0.1.0");
  const now = () => new Date("2026-11-24T12:00:00Z");
  return audit(asked, { run: answering(answers), now, wait: async () => {} });
}
