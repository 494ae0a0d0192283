/**
 * Everything that a pipeline under a key needs, on this machine: the fake cloud with a deployment's key, topics, table and grants, for the real
 * gcloud; the Pub/Sub and the BigQuery emulator with the same names, for the real pipeline; and the gate between them.
 */
import { type SettingName, type Settings, settingsOf } from "../../../deploy/deployment/settings";
import { type Asked, askedOf } from "../../../deploy/resources/setup";
import { loadTableSchema } from "../../../schemas/load";
import type { TableSchema } from "../../../schemas/schema";
import { packageVersion } from "../../../deploy/settings";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../emulators/bigquery";
import { startPubsubEmulator } from "../emulators/pubsub";
import { agentsOf, APIS, bindingFor, call, makeAgents } from "../fake-cloud/client";
import { type FakeCloud, startFakeCloud } from "../fake-cloud/cloud";
import { clientsOf } from "./clients";
import { type KeyGate, type KeyGateOptions, startKeyGate } from "./key-gate";

export interface KeyedStandIns {
  readonly cloud: FakeCloud;
  readonly gate: KeyGate;
  readonly asked: Asked;
  /** The deployment's, in the words of its command lines. */
  readonly words: readonly string[];
  /** For commands: the emulators, by their gate. */
  readonly env: Readonly<Record<string, string>>;
  /** For gcloud and bq: the fake cloud. */
  readonly cloudEnv: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A subscription of the drill's own on the topic: what is pulled from it is taken from nobody. */
export const WATCH_SUBSCRIPTION = "drill-watch";
/** Short: what a pull that was ended has leased comes again after it. */
const ACK_DEADLINE_SECONDS = 10;

/** `given`: settings of the deployment. Throws MissingTool. */
export async function startKeyedStandIns(
  given: Readonly<Partial<Record<SettingName, string>>> = {},
  delaysMs: KeyGateOptions["delaysMs"] = {},
): Promise<KeyedStandIns> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    stops.push(() => one.stop());
    return one;
  };
  try {
    const cloud = started(await startFakeCloud({ project: BIGQUERY_PROJECT, enabled: APIS }));
    const set = { PROJECT_ID: cloud.project, ...given };
    const settings = settingsOf(set);
    const asked = askedOf(settings, loadTableSchema(settings.SCHEMA), packageVersion());
    await makeInCloud(cloud, asked);
    const [pubsub, bigquery] = await both(startPubsubEmulator().then(started), startBigQueryEmulator().then(started));
    await makeInEmulators(asked, pubsub.host, bigquery.host);
    const behind = { pubsub: pubsub.host, bigquery: bigquery.host };
    const gate = started(await startKeyGate({ cloud, ...behind, delaysMs }));
    return {
      ...{ cloud, gate, asked, stop, cloudEnv: cloud.env },
      words: Object.entries(set).map(([name, value]) => `${name}=${value}`),
      env: { PUBSUB_EMULATOR_HOST: gate.pubsub, BIGQUERY_EMULATOR_HOST: gate.bigquery },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for both, also where one fails: else nobody would know what to stop. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

/** By HTTP, which is quick. */
async function makeInCloud(cloud: FakeCloud, { settings, dataKey, region, schema }: Asked): Promise<void> {
  const make = async (method: string, path: string, body: object) => {
    const answer = await call(cloud, method, path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  };
  const { project } = cloud;
  const ring = `/cloudkms/v1/projects/${project}/locations/${region}/keyRings`;
  await make("POST", `${ring}?keyRingId=${dataKey.ring}`, {});
  await make("POST", `${ring}/${dataKey.ring}/cryptoKeys?cryptoKeyId=${dataKey.key}`, { purpose: "ENCRYPT_DECRYPT" });
  await makeAgents(cloud);
  const { pubsub, bigquery } = agentsOf(cloud);
  await make("POST", `/cloudkms/v1/${dataKey.name}:setIamPolicy`, { policy: bindingFor(pubsub, bigquery) });
  for (const topic of [settings.TOPIC, settings.DEAD_LETTER_TOPIC])
    await make("PUT", `/pubsub/v1/projects/${project}/topics/${topic}`, { kmsKeyName: dataKey.name });
  for (const [subscription, topic] of subscriptionsOf(settings))
    await make("PUT", `/pubsub/v1/projects/${project}/subscriptions/${subscription}`, {
      topic: `projects/${project}/topics/${topic}`,
    });
  const datasets = `/bigquery/v2/projects/${project}/datasets`;
  const encryption = { defaultEncryptionConfiguration: { kmsKeyName: dataKey.name } };
  await make("POST", datasets, {
    datasetReference: { datasetId: settings.DATASET },
    location: region,
    ...encryption,
  });
  const fields = fieldsOf(schema);
  await make("POST", `${datasets}/${settings.DATASET}/tables`, {
    tableReference: { tableId: settings.TABLE },
    schema: { fields },
  });
}

const subscriptionsOf = ({ TOPIC, SUBSCRIPTION, DEAD_LETTER_TOPIC, DEAD_LETTER_SUBSCRIPTION }: Settings) =>
  [
    [SUBSCRIPTION, TOPIC],
    [WATCH_SUBSCRIPTION, TOPIC],
    [DEAD_LETTER_SUBSCRIPTION, DEAD_LETTER_TOPIC],
  ] as const;

const fieldsOf = ({ columns }: TableSchema): object[] => columns.map(({ name, type, mode }) => ({ name, type, mode }));

/** Past the gate: nothing is in them yet. */
async function makeInEmulators(asked: Asked, pubsub: string, bigquery: string): Promise<void> {
  const env = { PUBSUB_EMULATOR_HOST: pubsub, BIGQUERY_EMULATOR_HOST: bigquery };
  const { publisher, subscriber, bigquery: client, close } = clientsOf({ asked, env });
  const { settings, project, schema } = asked;
  try {
    for (const topic of [settings.TOPIC, settings.DEAD_LETTER_TOPIC])
      await publisher.createTopic({ name: `projects/${project}/topics/${topic}` });
    for (const [subscription, topic] of subscriptionsOf(settings))
      await subscriber.createSubscription({
        name: `projects/${project}/subscriptions/${subscription}`,
        topic: `projects/${project}/topics/${topic}`,
        ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
      });
    await client.createDataset(settings.DATASET);
    await client.dataset(settings.DATASET).createTable(settings.TABLE, { schema: { fields: fieldsOf(schema) } });
  } finally {
    await close();
  }
}
