/** The resources that come in pairs, each with its name in sentences and what was seen of it. */
import { type Deployment, type ImageName, parseImage } from "../deployment";
import type { BucketFound, Observations, Observed, RepositoryFound, TopicFound } from "./observations";

interface Resource<T> {
  readonly what: string;
  readonly seen: Observed<T>;
}

/** The buckets that the deployment names. */
export function buckets(asked: Deployment, found: Observations): readonly Resource<BucketFound>[] {
  const both = [
    { what: "the staging bucket", given: asked.stagingLocation, seen: found.stagingBucket },
    { what: "the temp bucket", given: asked.tempLocation, seen: found.tempBucket },
  ];
  return both.filter(({ given }) => given !== undefined);
}

/** The topic that is read and the one for dead letters. */
export function topics(asked: Deployment, found: Observations): readonly Resource<TopicFound>[] {
  const source = asked.source.kind === "topic" ? "the topic" : "the subscription's topic";
  return [
    { what: source, seen: found.topic },
    { what: "the dead letter topic", seen: found.deadLetterTopic },
  ];
}

const NOBODY_LOOKED = { notObserved: "nobody looked for the Java image" };

/** The images, and the repositories that hold them. */
export function images(
  asked: Deployment,
  found: Observations,
): readonly (Resource<RepositoryFound> & { readonly image: ImageName })[] {
  return [
    { what: "the worker image", image: parseImage(asked.workerImage), seen: found.workerRepository },
    { what: "the Python image", image: parseImage(asked.pythonImage), seen: found.pythonRepository },
    ...(asked.javaImage === undefined
      ? []
      : [{ what: "the Java image", image: parseImage(asked.javaImage), seen: found.javaRepository ?? NOBODY_LOOKED }]),
  ];
}
