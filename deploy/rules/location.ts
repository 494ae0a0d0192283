/** Where things are. The data are where the workers are, so everything is compared with the workers' region. */
import { type Deployment, parseImage, workersRegion } from "../deployment";
import type { BucketFound, Observations, Observed, TopicFound } from "./observations";
import { byName, type Finding, type Rule, seen } from "./rule";

const elsewhere = (what: string, location: string, region: string): string | undefined =>
  location.toLowerCase() === region ? undefined : `${what} in ${location.toLowerCase()}, workers in ${region}`;

/** The buckets that the deployment names. */
export function buckets(asked: Deployment, found: Observations): readonly [string, Observed<BucketFound>][] {
  return [
    ...(asked.stagingLocation === undefined ? [] : [["the staging bucket", found.stagingBucket] as const]),
    ...(asked.tempLocation === undefined ? [] : [["the temp bucket", found.tempBucket] as const]),
  ].map(([what, bucket]) => [what, bucket]);
}

export function topics(asked: Deployment, found: Observations): readonly [string, Observed<TopicFound>][] {
  const source = asked.source.kind === "topic" ? "the topic" : "the subscription's topic";
  return [
    [source, found.topic],
    ["the dead letter topic", found.deadLetterTopic],
  ];
}

function topicStored(what: string, regions: readonly string[], region: string): string | undefined {
  if (regions.length === 1 && regions[0] === region) return undefined;
  return `${what} may be stored in ${regions.join(", ") || "any region"}, workers in ${region}`;
}

function imagesOf(asked: Deployment, found: Observations) {
  return [
    { what: "the worker image", name: asked.workerImage, repository: found.workerRepository },
    { what: "the Python image", name: asked.pythonImage, repository: found.pythonRepository },
  ];
}

function imagesElsewhere(asked: Deployment, found: Observations): readonly Finding[] {
  const region = workersRegion(asked);
  return imagesOf(asked, found).flatMap(({ what, name, repository }) => {
    const location = parseImage(name).location;
    return seen(`the location of ${what}`, location === undefined ? repository : { location }, (value) =>
      elsewhere(what, value.location, region),
    );
  });
}

export const LOCATION: readonly Rule[] = [
  {
    id: "LOC-1",
    reason:
      "Workers run in the job's region: Dataflow refuses others since Beam 2.44, and state would leave the region.",
    source: "Use customer-managed encryption keys (Dataflow)",
    mend: "give --region and --worker_region the same region, or a --worker_zone in it",
    check: byName((asked) => {
      const workers = workersRegion(asked);
      return workers === asked.region ? [] : [`job region ${asked.region}, workers in ${workers}`];
    }),
  },
  {
    id: "LOC-2",
    reason: "Staging and temp buckets hold what the job stages and loads: they lie in the workers' region alone.",
    source: "Bucket locations (Cloud Storage)",
    mend: "make the bucket anew in the workers' region: a bucket's location is fixed",
    check: (asked, found) =>
      buckets(asked, found).flatMap(([what, bucket]) =>
        seen(`the location of ${what}`, bucket, ({ location }) => elsewhere(what, location, workersRegion(asked))),
      ),
  },
  {
    id: "LOC-3",
    reason:
      "Pub/Sub may store messages in every region that the topic's policy allows: it allows the workers' region alone.",
    source: "Configure message storage policies (Pub/Sub)",
    mend: "gcloud pubsub topics update TOPIC --message-storage-policy-allowed-regions=REGION",
    check: (asked, found) =>
      topics(asked, found).flatMap(([what, topic]) =>
        seen(`the storage policy of ${what}`, topic, ({ allowedPersistenceRegions }) =>
          topicStored(what, allowedPersistenceRegions, workersRegion(asked)),
        ),
      ),
  },
  {
    id: "LOC-4",
    reason: "The rows lie where the dataset lies: in the workers' region.",
    source: "BigQuery locations",
    mend: "make the dataset anew in the workers' region: a dataset's location is fixed",
    check: (asked, found) =>
      seen("the location of the dataset", found.dataset, ({ location }) =>
        elsewhere("the dataset", location, workersRegion(asked)),
      ),
  },
  {
    id: "LOC-5",
    reason: "Workers pull their images from a registry in their region, so that a start depends on no other.",
    source: "Repository locations (Artifact Registry)",
    mend: "push the images to REGION-docker.pkg.dev of the workers' region",
    check: imagesElsewhere,
  },
  {
    id: "LOC-6",
    reason:
      "Pub/Sub refuses to publish and pull through another region only where the topic's policy holds in transit too.",
    source: "Configure message storage policies (Pub/Sub)",
    mend: "gcloud pubsub topics update TOPIC --message-storage-policy-enforce-in-transit",
    check: (asked, found) =>
      topics(asked, found).flatMap(([what, topic]) =>
        seen(`the storage policy of ${what}`, topic, ({ enforceInTransit }) =>
          enforceInTransit ? undefined : `${what} may be reached through any region`,
        ),
      ),
  },
];
