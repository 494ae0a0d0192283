/** What all runs share: one Pub/Sub and one BigQuery emulator, and Google's own clients of them, past the gates. */
import { v1 } from "@google-cloud/pubsub";
import type { BigQuery } from "@google-cloud/bigquery";
import { bigQueryClient } from "../../../pipeline/endpoints/bigquery-client";
import { pubsubClientOptions } from "../../../pipeline/endpoints/pubsub-client";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../../support/emulators/bigquery";
import { startPubsubEmulator } from "../../support/emulators/pubsub";
import { setEnvironment } from "../../support/environment";

export const PROJECT = BIGQUERY_PROJECT;
export const DATASET = "torture";

export interface StandIns {
  readonly pubsub: string;
  readonly bigquery: { readonly host: string; readonly grpcHost: string; readonly client: BigQuery };
  readonly publisher: v1.PublisherClient;
  readonly subscriber: v1.SubscriberClient;
  stop(): Promise<void>;
}

/** Throws MissingTool. Until they stop their hosts are in this process' environment; the pipeline is given its gates. */
export async function startStandIns(): Promise<StandIns> {
  const pubsub = await startPubsubEmulator();
  const emulator = await startBigQueryEmulator().catch(async (error) => {
    await pubsub.stop();
    throw error;
  });
  const restore = setEnvironment({ PUBSUB_EMULATOR_HOST: pubsub.host, BIGQUERY_EMULATOR_HOST: emulator.host });
  const options = pubsubClientOptions(`projects/${PROJECT}`);
  const [publisher, subscriber] = [new v1.PublisherClient(options), new v1.SubscriberClient(options)];
  const { host, grpcHost } = emulator;
  const bigquery = { host, grpcHost, client: bigQueryClient(PROJECT).client };
  await bigquery.client.createDataset(DATASET);
  return {
    ...{ pubsub: pubsub.host, bigquery, publisher, subscriber },
    async stop() {
      await Promise.all([publisher.close(), subscriber.close()]);
      await Promise.all([pubsub.stop(), emulator.stop()]);
      restore();
    },
  };
}
