/** The three deployments of a comparison on this machine: in the fake cloud, with their keys, and in the emulators behind the key gate. */
import { v1 } from "@google-cloud/pubsub";
import { type Variant, VARIANTS, variantOf } from "../../deploy/compare/variants";
import { type Settings, settingsOf } from "../../deploy/deployment/settings";
import type { Asked } from "../../deploy/resources/setup";
import { packageVersion } from "../../deploy/settings";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";
import { loadTableSchema } from "../../schemas/load";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../support/emulators/bigquery";
import { startPubsubEmulator } from "../support/emulators/pubsub";
import { agentsOf, APIS, bindingFor, call, makeAgents } from "../support/fake-cloud/client";
import { type FakeCloud, startFakeCloud } from "../support/fake-cloud/cloud";
import { startKeyGate } from "../support/key-gate/key-gate";
import { type Recorder, startRecorder } from "./recorder";

/** The message's own columns, which a variant's table has behind its schema's. */
const OWN_COLUMNS = [
  { name: "message_id", type: "STRING" },
  { name: "publish_time", type: "TIMESTAMP" },
  { name: "attributes", type: "JSON" },
];

export interface CompareStandIns {
  readonly settings: Settings;
  readonly asked: Readonly<Record<Variant, Asked>>;
  readonly recorder: Recorder;
  /** Of the emulators behind the gate. */
  readonly pubsub: string;
  /** For the pipeline. */
  readonly env: Readonly<Record<string, string>>;
  readonly bigquery: ReturnType<typeof bigQueryClient>["client"];
  stop(): Promise<void>;
}

/** `holdMs`: by variant, how long each insert waits. Throws MissingTool. */
export async function startCompareStandIns(holdMs: Partial<Record<Variant, number>>): Promise<CompareStandIns> {
  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    stops.push(() => one.stop());
    return one;
  };
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const cloud = started(await startFakeCloud({ project: BIGQUERY_PROJECT, enabled: APIS }));
    const settings = settingsOf({ PROJECT_ID: cloud.project, DEPLOYMENT: "keys", ZONE: "europe-west2-b" });
    const schema = loadTableSchema(settings.SCHEMA);
    const asked = Object.fromEntries(
      VARIANTS.map((one) => [one, variantOf(settings, one, schema, packageVersion()).asked]),
    ) as Record<Variant, Asked>;
    await makeAgents(cloud);
    for (const variant of VARIANTS) await makeInCloud(cloud, variant, asked[variant]);
    const starting = [startPubsubEmulator().then(started), startBigQueryEmulator().then(started)] as const;
    await Promise.allSettled(starting);
    const [behind, rows] = [await starting[0], await starting[1]];
    const client = clientOf(rows.host);
    await makeInEmulators(Object.values(asked), behind.host, client);
    const gate = started(await startKeyGate({ cloud, pubsub: behind.host, bigquery: rows.host }));
    const held = Object.entries(holdMs).map(([one, ms]) => [asked[one as Variant].settings.DATASET, ms]);
    const recorder = started(await startRecorder(gate.bigquery, Object.fromEntries(held)));
    const env = { PUBSUB_EMULATOR_HOST: gate.pubsub, BIGQUERY_EMULATOR_HOST: recorder.host };
    return { settings, asked, recorder, pubsub: gate.pubsub, env, bigquery: client, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** By HTTP, which is quick; by gcloud and bq they are made in test/deploy/compare/fake-cloud.test.ts. */
async function makeInCloud(cloud: FakeCloud, variant: Variant, { settings, dataKey, region }: Asked): Promise<void> {
  const make = async (method: string, path: string, body: object, passes: readonly number[] = []) => {
    const answer = await call(cloud, method, path, body);
    if (answer.status >= 300 && !passes.includes(answer.status))
      throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  const { project } = cloud;
  const isKeyed = variant !== "google";
  if (isKeyed) {
    const ring = `/cloudkms/v1/projects/${project}/locations/${region}/keyRings`;
    await make("POST", `${ring}?keyRingId=${dataKey.ring}`, {}, [409]);
    await make("POST", `${ring}/${dataKey.ring}/cryptoKeys?cryptoKeyId=${dataKey.key}`, {
      purpose: "ENCRYPT_DECRYPT",
      versionTemplate: {
        algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
        protectionLevel: settings.KEY_PROTECTION.toUpperCase(),
      },
    });
    const { pubsub, bigquery } = agentsOf(cloud);
    await make("POST", `/cloudkms/v1/${dataKey.name}:setIamPolicy`, { policy: bindingFor(pubsub, bigquery) });
  }
  for (const [topic, subscription] of pairsOf(settings)) {
    await make("PUT", `/pubsub/v1/projects/${project}/topics/${topic}`, {
      ...(isKeyed && { kmsKeyName: dataKey.name }),
    });
    await make("PUT", `/pubsub/v1/projects/${project}/subscriptions/${subscription}`, {
      topic: `projects/${project}/topics/${topic}`,
    });
  }
  await make("POST", `/bigquery/v2/projects/${project}/datasets`, {
    datasetReference: { datasetId: settings.DATASET },
    location: region,
    ...(isKeyed && { defaultEncryptionConfiguration: { kmsKeyName: dataKey.name } }),
  });
  await make("POST", `/bigquery/v2/projects/${project}/datasets/${settings.DATASET}/tables`, {
    tableReference: { tableId: settings.TABLE },
    schema: { fields: [] },
  });
}

const pairsOf = ({ TOPIC, SUBSCRIPTION, DEAD_LETTER_TOPIC, DEAD_LETTER_SUBSCRIPTION }: Settings) =>
  [
    [TOPIC, SUBSCRIPTION],
    [DEAD_LETTER_TOPIC, DEAD_LETTER_SUBSCRIPTION],
  ] as const;

/** Past gate and recorder: nothing is in them yet. */
function clientOf(host: string): CompareStandIns["bigquery"] {
  const given = process.env.BIGQUERY_EMULATOR_HOST;
  process.env.BIGQUERY_EMULATOR_HOST = host;
  try {
    return bigQueryClient(BIGQUERY_PROJECT).client;
  } finally {
    if (given === undefined) delete process.env.BIGQUERY_EMULATOR_HOST;
    else process.env.BIGQUERY_EMULATOR_HOST = given;
  }
}

async function makeInEmulators(
  all: readonly Asked[],
  pubsub: string,
  bigquery: CompareStandIns["bigquery"],
): Promise<void> {
  const given = process.env.PUBSUB_EMULATOR_HOST;
  process.env.PUBSUB_EMULATOR_HOST = pubsub;
  const options = pubsubClientOptions(`projects/${BIGQUERY_PROJECT}`);
  const [publisher, subscriber] = [new v1.PublisherClient(options), new v1.SubscriberClient(options)];
  if (given === undefined) delete process.env.PUBSUB_EMULATOR_HOST;
  else process.env.PUBSUB_EMULATOR_HOST = given;
  try {
    for (const { settings, project, schema } of all) {
      for (const [topic, subscription] of pairsOf(settings)) {
        const name = `projects/${project}/topics/${topic}`;
        await publisher.createTopic({ name });
        await subscriber.createSubscription({
          ...{ name: `projects/${project}/subscriptions/${subscription}`, topic: name, ackDeadlineSeconds: 10 },
        });
      }
      const fields = [...schema.columns.map(({ name, type, mode }) => ({ name, type, mode })), ...OWN_COLUMNS];
      await bigquery.createDataset(settings.DATASET);
      await bigquery.dataset(settings.DATASET).createTable(settings.TABLE, { schema: { fields } });
    }
  } finally {
    await Promise.all([publisher.close(), subscriber.close()]);
  }
}
