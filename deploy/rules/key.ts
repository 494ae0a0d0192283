/** The key: one of the bank's own, in the region, in use everywhere. */
import { type Deployment, isRegion, type KeyName, locationOfKey, parseKey, workersRegion } from "../deployment";
import { buckets, images, topics } from "./resources";
import { broken, type Finding, type Rule, seen } from "./rule";

const CMEK = "Use customer-managed encryption keys (Dataflow)";

export const KEY: readonly Rule[] = [
  {
    id: "KEY-1",
    reason: "A key of the bank's own protects the job's state: without one Google's own key does.",
    source: CMEK,
    mend: "give --dataflow_kms_key projects/P/locations/REGION/keyRings/R/cryptoKeys/K",
    check: (asked) => broken(asked.dataflowKmsKey === undefined ? "no key is given" : undefined),
  },
  {
    id: "KEY-2",
    reason: "The key lies in one region: Dataflow supports no global and no multi-region key.",
    source: CMEK,
    mend: "make a key ring in the job's region and give its key by --dataflow_kms_key",
    check: ofKey(({ location }) => (isRegion(location) ? undefined : `the key is in ${location}, which is no region`)),
  },
  {
    id: "KEY-3",
    reason: "The key's region is the job's region: Dataflow refuses another.",
    source: CMEK,
    mend: "give a --dataflow_kms_key of the job's region",
    check: ofKey(({ location }, { region }) =>
      isRegion(location) && location !== region ? `the key is in ${location}, job region ${region}` : undefined,
    ),
  },
  {
    id: "KEY-4",
    reason: "The key can encrypt: a disabled or destroyed one cancels the jobs that use it, for good.",
    source: "Cloud KMS resource consistency (Cloud KMS)",
    mend: "enable the key's primary version, or give a key whose purpose is ENCRYPT_DECRYPT",
    check: (asked, found) => {
      if (asked.dataflowKmsKey === undefined) return [];
      return seen("the key", found.key, ({ purpose, primaryState }) => {
        if (purpose !== "ENCRYPT_DECRYPT") return `the key's purpose is ${purpose}`;
        return primaryState === "ENABLED" ? undefined : `the key's primary version is ${primaryState ?? "missing"}`;
      });
    },
  },
  {
    id: "KEY-5",
    reason: "The key is the deployment's own, or its project is named: whoever owns the key can end the job.",
    source: CMEK,
    mend: "give a key of the deployment's project, or name the key's project by --key_project",
    check: ofKey(({ project }, asked) => {
      if (project === (asked.keyProject ?? asked.project)) return undefined;
      return asked.keyProject === undefined
        ? "the key is another project's, and no key project is named"
        : "the key is not of the key project that is named";
    }),
  },
  {
    id: "KEY-6",
    reason: "Staged files and temporary ones are under a key of the region: only a bucket's default key covers them.",
    source: CMEK,
    mend: "gcloud storage buckets update gs://BUCKET --default-encryption-key=KEY",
    check: (asked, found) =>
      buckets(asked, found).flatMap(({ what, seen: bucket }) =>
        seen(what, bucket, ({ defaultKey }) => otherKey(what, defaultKey, asked)),
      ),
  },
  {
    id: "KEY-7",
    reason: "Stored messages are under a key of the region: a topic's key covers what is published after it is set.",
    source: "Configure message encryption (Pub/Sub)",
    mend: "make the topic anew with --topic-encryption-key=KEY",
    check: (asked, found) =>
      topics(asked, found).flatMap(({ what, seen: topic }) =>
        seen(what, topic, ({ key }) => otherKey(what, key, asked)),
      ),
  },
  {
    id: "KEY-8",
    reason:
      "Rows are under a key of the region: a table keeps the key it was made with, a new one takes the dataset's.",
    source: "Customer-managed Cloud KMS keys (BigQuery)",
    mend: "set the dataset's default key and make the table anew, or copy it with a key",
    check: (asked, found) => [
      ...seen("the dataset", found.dataset, ({ defaultKey }) => otherKey("the dataset", defaultKey, asked)),
      ...seen("the table", found.table, ({ key }) => otherKey("the table", key, asked)),
    ],
  },
  {
    id: "KEY-9",
    reason: "Images hold the bank's code: their repository is under a key of the region.",
    source: "Enabling customer-managed encryption keys (Artifact Registry)",
    mend: "make the repository anew with --kms-key=KEY and push the images",
    check: (asked, found) =>
      images(asked, found).flatMap((image) => {
        const what = `${image.what}'s repository`;
        return seen(what, image.seen, ({ key }) => otherKey(what, key, asked));
      }),
  },
];

/** A rule of the key that is asked for; without one KEY-1 speaks alone. */
function ofKey(found: (key: KeyName, asked: Deployment) => string | undefined): Rule["check"] {
  return (asked): readonly Finding[] =>
    asked.dataflowKmsKey === undefined ? [] : broken(found(parseKey(asked.dataflowKmsKey), asked));
}

function otherKey(what: string, key: string | null, asked: Deployment): string | undefined {
  if (key === null) return `${what} is under Google's own key`;
  const [location, workers] = [locationOfKey(key), workersRegion(asked)];
  return location === workers ? undefined : `${what} is under a key in ${location}, workers in ${workers}`;
}
