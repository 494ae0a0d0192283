/** What Google gives a project before it is asked for more. Default quotas change, and differ by project: look yours up before you rely on them. */
import { CapacityError } from "./assumptions";

export interface Quota {
  readonly id: string;
  readonly what: string;
  readonly unit: "B/s" | "" | "/s";
  /** Undefined: Google gives each project its own; `source` says where to look. */
  readonly limit?: number;
  readonly source: string;
}

/** Pub/Sub parts regions in three by their throughput. */
const LARGE = ["europe-west1", "europe-west4", "us-central1", "us-east1", "us-east4", "us-west1", "us-west2"];
const MEDIUM = ["asia-east1", "asia-northeast1", "asia-southeast1", "europe-west2", "europe-west3"];
const PUBSUB_BYTES = { large: 4e9, medium: 800e6, small: 200e6 };

export type RegionClass = keyof typeof PUBSUB_BYTES;

/** Throws CapacityError where it is none of Google's forms of a region. */
export function classOf(region: string): RegionClass {
  if (!/^[a-z]+-[a-z]+\d+$/.test(region)) {
    throw new CapacityError(
      "BAD_REGION",
      `REGION ${region} is no region such as europe-west2: the key, and so everything, is in one`,
    );
  }
  if (LARGE.includes(region)) return "large";
  return MEDIUM.includes(region) ? "medium" : "small";
}

const PUBSUB = "Quotas and limits, Pub/Sub, as we know it, 2025";
const BIGQUERY = "Quotas and limits, BigQuery, as we know it, 2025";

export const quotasOf = (region: string) => {
  const size = classOf(region);
  const bytes = PUBSUB_BYTES[size];
  return {
    publish: { id: "PUBSUB_PUBLISH", what: `published, ${size} region`, unit: "B/s", limit: bytes, source: PUBSUB },
    pull: { id: "PUBSUB_PULL", what: `pulled, ${size} region`, unit: "B/s", limit: bytes, source: PUBSUB },
    insertAll: {
      ...{ id: "BIGQUERY_STREAMING_INSERTS", what: "streaming inserts of a project outside of US and EU" },
      ...{ unit: "B/s", limit: 300e6, source: BIGQUERY },
    },
    storageWrite: {
      ...{ id: "BIGQUERY_STORAGE_WRITE", what: "Storage Write of a project in one region" },
      ...{ unit: "B/s", limit: 300e6, source: BIGQUERY },
    },
    connections: {
      ...{ id: "BIGQUERY_CONNECTIONS", what: "Storage Write connections of a project in one region, one a vCPU" },
      ...{ unit: "", limit: 1000, source: `${BIGQUERY}; older copies of the page say 100` },
    },
    workers: {
      ...{ id: "DATAFLOW_WORKERS", what: "workers of one job", unit: "", limit: 2000 },
      source: "Quotas and limits, Dataflow, as we know it, 2025",
    },
    vcpus: {
      ...{ id: "COMPUTE_VCPUS", what: `vCPUs of the project in ${region}`, unit: "" },
      source: `gcloud compute regions describe ${region} --flatten=quotas`,
    },
    keyUses: {
      ...{ id: "KMS_CRYPTOGRAPHIC", what: "uses of keys by callers of one project", unit: "/s", limit: 1000 },
      source: "Quotas, Cloud KMS: 60,000 a minute",
    },
  } as const satisfies Record<string, Quota>;
};
