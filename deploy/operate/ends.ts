/** What a command line says of where things are: the store of letters, the table, where to publish, the window. */
import { type Given, settingsOfLine, UsageError, type World } from "../command-line";
import { tableKeyOf } from "../files/table-key";
import { deploymentOfSettings } from "../deployment/from-settings";
import { type Settings, SETTINGS } from "../deployment/settings";
import { asking } from "../observe/ask";
import { packageVersion, settingsFrom } from "../settings";
import { publisherFor, subscriberFor } from "./clients";
import { REPLAYS } from "./journal";
import { filePublisher, type Publisher, topicPublisher } from "./publish";
import { fileStore, type Store } from "./store";
import { type Subscriber, subscriptionStore } from "./subscription-store";
import { bigQueryTable, duckDbTable, type Table } from "./table";

export function tableOf(given: Given, world: World): Table | undefined {
  const key = tableKeyOf(given["duckdb-key-file"] as string | undefined, given["duckdb-kms-key"] as string | undefined);
  if (typeof key === "string") throw new UsageError(`--duckdb-key-file, --duckdb-kms-key: ${key}`);
  if (key !== undefined && given.duckdb === undefined)
    throw new UsageError("--duckdb-key-file and --duckdb-kms-key go with --duckdb only");
  if (given.duckdb !== undefined) {
    const name = schemaOf(given, world)
      .split("/")
      .at(-1)!
      .replace(/\.json$/, "");
    return duckDbTable(String(given.duckdb), name, key);
  }
  if (given.file !== undefined || world.env.PUBSUB_EMULATOR_HOST) return undefined;
  const settings = settingsOfDeployment(given, world);
  return bigQueryTable(deploymentOfSettings(settings, packageVersion()), asking(world.run, world.wait));
}

export function publisherOf(given: Given, world: World): Publisher {
  if (given.out !== undefined) return filePublisher(String(given.out));
  const topic = given.topic === undefined ? topicOf(settingsOfDeployment(given, world)) : String(given.topic);
  if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(topic))
    throw new UsageError(`--topic ${topic} is not of the form projects/P/topics/T`);
  return topicPublisher(topic, publisherFor(topic, world.env));
}

export const topicOf = ({ PROJECT_ID, TOPIC }: Settings) => `projects/${PROJECT_ID}/topics/${TOPIC}`;

export async function storeOf(given: Given, world: World): Promise<Store> {
  if (given.file !== undefined) return fileStore(String(given.file));
  const { PROJECT_ID, DEAD_LETTER_SUBSCRIPTION } = settingsOfDeployment(given, world);
  const name = `projects/${PROJECT_ID}/subscriptions/${DEAD_LETTER_SUBSCRIPTION}`;
  const client = subscriberFor(name, world.env);
  return subscriptionStore(name, client as Subscriber, world.wait).catch(async (error) => {
    await client.close();
    throw error;
  });
}

export const settingsOfDeployment = (given: Given, world: World) =>
  settingsFrom(settingsOfLine(given), world.env, world.settingsFile);

export function schemaOf(given: Given, world: World): string {
  if (given.schema !== undefined) return String(given.schema);
  if (given.file !== undefined) return world.env.SCHEMA || SETTINGS.SCHEMA.usual!;
  return settingsOfDeployment(given, world).SCHEMA;
}

export function timeOf(value: unknown, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(String(value)) ? Date.parse(String(value)) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`--${flag} ${value} is no time such as 2026-02-28T12:00:00Z`);
  return ms;
}

export function mostOf(given: Given): number {
  const most = Number(given.most ?? 10_000);
  if (!Number.isSafeInteger(most) || most < 1) throw new UsageError(`--most ${given.most} is no number above 0`);
  return most;
}

export const journalOf = (given: Given) => String(given.journal ?? REPLAYS);

export const list = (value: unknown) => (value ?? []) as readonly string[];

export const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
