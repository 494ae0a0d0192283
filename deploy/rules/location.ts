/** Where things are. The data are where the workers are, so everything is compared with the workers' region. */
import { type Deployment, workersRegion } from "../deployment";
import type { Observations, TopicFound } from "./observations";
import { buckets, images, topics } from "./resources";
import { broken, type Finding, type Rule, seen } from "./rule";

export const LOCATION: readonly Rule[] = [
  {
    id: "LOC-1",
    reason: "Workers run in the job's region: Beam from 2.44 takes no other, and the job's state would lie elsewhere.",
    source: "Use customer-managed encryption keys (Dataflow)",
    mend: "give --region and --worker_region the same region, or a --worker_zone in it",
    check: (asked) => {
      const workers = workersRegion(asked);
      return broken(workers === asked.region ? undefined : `job region ${asked.region}, workers in ${workers}`);
    },
  },
  {
    id: "LOC-2",
    reason: "Staging and temp buckets hold what the job stages and loads: they lie in the workers' region alone.",
    source: "Bucket locations (Cloud Storage)",
    mend: "name buckets in the workers' region: a bucket's location is fixed when it is made",
    check: (asked, found) =>
      buckets(asked, found).flatMap((bucket) =>
        seen(bucket.what, bucket.seen, ({ location }) => elsewhere(bucket.what, location, asked)),
      ),
  },
  {
    id: "LOC-3",
    reason:
      "Pub/Sub stores messages in any region that the topic's policy allows: it allows the workers' region alone.",
    source: "Configure message storage policies (Pub/Sub)",
    mend: "gcloud pubsub topics update TOPIC --message-storage-policy-allowed-regions=REGION",
    check: (asked, found) =>
      topics(asked, found).flatMap((topic) => seen(topic.what, topic.seen, (seen) => stored(topic.what, seen, asked))),
  },
  {
    id: "LOC-4",
    reason: "Rows lie where their dataset lies: in the workers' region.",
    source: "BigQuery locations (BigQuery)",
    mend: "name a dataset in the workers' region: a dataset's location is fixed when it is made",
    check: (asked, found) =>
      seen("the dataset", found.dataset, ({ location }) => elsewhere("the dataset", location, asked)),
  },
  {
    id: "LOC-5",
    reason: "Workers pull their images from a registry in their region: a start depends on no other.",
    source: "Repository locations (Artifact Registry)",
    mend: "push the images to a repository of REGION-docker.pkg.dev, the workers' region",
    check: imagesElsewhere,
  },
  {
    id: "LOC-6",
    reason: "Only a policy that is enforced in transit refuses to publish and to pull through other regions.",
    source: "Configure message storage policies (Pub/Sub)",
    mend: "gcloud pubsub topics update TOPIC --message-storage-policy-enforce-in-transit",
    check: (asked, found) =>
      topics(asked, found).flatMap(({ what, seen: topic }) =>
        seen(what, topic, (seen) => (seen.enforceInTransit ? undefined : `${what} is open through any region`)),
      ),
  },
];

/** Cloud Storage writes EUROPE-WEST2, others europe-west2. */
function elsewhere(what: string, location: string, asked: Deployment): string | undefined {
  const workers = workersRegion(asked);
  const place = location.toLowerCase();
  return place === workers ? undefined : `${what} is in ${place}, workers in ${workers}`;
}

function stored(what: string, { allowedPersistenceRegions }: TopicFound, asked: Deployment): string | undefined {
  const workers = workersRegion(asked);
  if (allowedPersistenceRegions.length > 0 && allowedPersistenceRegions.every((region) => region === workers)) return;
  return `${what} may be stored in ${allowedPersistenceRegions.join(", ") || "any region"}, workers in ${workers}`;
}

/** By the registry's name where that tells, else by what was seen. */
function imagesElsewhere(asked: Deployment, found: Observations): readonly Finding[] {
  return images(asked, found).flatMap(({ what, image, seen: repository }) => {
    const place = image.location === undefined ? repository : { location: image.location };
    return seen(`${what}'s repository`, place, ({ location }) => elsewhere(what, location, asked));
  });
}
