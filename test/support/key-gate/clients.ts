/** Google's own clients, of what stands behind a gate. */
import type { BigQuery } from "@google-cloud/bigquery";
import { v1 } from "@google-cloud/pubsub";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { pubsubClientOptions } from "../../../pipeline/endpoints/pubsub-client";
import { setEnvironment } from "../environment";
import type { KeyedStandIns } from "./stand-ins";

export interface Clients {
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
  readonly bigquery: BigQuery;
  close(): Promise<void>;
}

/** The clients find their hosts in the environment, which is as it was afterwards. */
export function clientsOf({ asked: { project }, env }: Pick<KeyedStandIns, "asked" | "env">): Clients {
  const restore = setEnvironment(env);
  try {
    const options = pubsubClientOptions(`projects/${project}`);
    const [publisher, subscriber] = [new v1.PublisherClient(options), new v1.SubscriberClient(options)];
    return {
      ...{ publisher, subscriber, bigquery: bigQueryClient(project).client },
      close: async () => void (await Promise.all([publisher.close(), subscriber.close()])),
    };
  } finally {
    restore();
  }
}
