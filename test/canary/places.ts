/** What a canary needs for itself: it touches nothing that the pipeline's own messages pass through. */
import { v1 } from "@google-cloud/pubsub";
import type { Deployment } from "../../deploy/deployment";
import { workersRegion } from "../../deploy/deployment";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { pubsubClientOptions } from "../../pipeline/endpoints/pubsub-client";
import { toTableFields } from "../../schemas/bigquery";
import { type TableSchema, withMetadata } from "../../schemas/schema";

const DAY_MS = 86_400_000;

/** Topics, subscriptions and a table, in the deployment's place and under its key, with the grants that its workers need. */
export class CanaryPlaces {
  readonly topic: string;
  readonly subscription: string;
  readonly deadLetterTopic: string;
  readonly deadLetters: string;
  readonly table: Deployment["table"];
  readonly #publisher;
  readonly #subscriber;
  readonly #bigQuery;
  /** Undoes what was made, the last first. */
  readonly #made: (() => Promise<unknown>)[] = [];

  /** `id`: letters and digits. */
  constructor(
    private readonly deployment: Deployment,
    id: string,
  ) {
    const { project, table } = deployment;
    const named = (kind: string, name: string) => `projects/${project}/${kind}/str-pl-canary-${id}${name}`;
    this.topic = named("topics", "");
    this.subscription = named("subscriptions", "");
    this.deadLetterTopic = named("topics", "-dead-letters");
    this.deadLetters = named("subscriptions", "-dead-letters");
    this.table = { ...table, table: `canary_${id}` };
    this.#publisher = new v1.PublisherClient(pubsubClientOptions(this.topic));
    this.#subscriber = new v1.SubscriberClient(pubsubClientOptions(this.topic));
    this.#bigQuery = bigQueryClient(table.project).client;
  }

  async make(schema: TableSchema): Promise<void> {
    for (const [topic, subscription] of [
      [this.topic, this.subscription],
      [this.deadLetterTopic, this.deadLetters],
    ] as const) {
      const { dataflowKmsKey: kmsKeyName } = this.deployment;
      const messageStoragePolicy = { allowedPersistenceRegions: [workersRegion(this.deployment)] };
      await this.#publisher.createTopic({ name: topic, messageStoragePolicy, ...(kmsKeyName && { kmsKeyName }) });
      this.#made.unshift(() => this.#publisher.deleteTopic({ topic }));
      await this.#subscriber.createSubscription({ name: subscription, topic, ackDeadlineSeconds: 60 });
      this.#made.unshift(() => this.#subscriber.deleteSubscription({ subscription }));
    }
    await this.#grant(this.#subscriber, this.subscription, ["roles/pubsub.subscriber", "roles/pubsub.viewer"]);
    await this.#grant(this.#publisher, this.deadLetterTopic, ["roles/pubsub.publisher"]);
    await this.#makeTable(schema);
  }

  async #makeTable(schema: TableSchema): Promise<void> {
    const table = this.#bigQuery.dataset(this.table.dataset).table(this.table.table);
    const { dataflowKmsKey: kmsKeyName, serviceAccount } = this.deployment;
    await table.create({
      schema: { fields: toTableFields(withMetadata(schema).columns) as never },
      // Where nobody is left to delete it.
      expirationTime: String(Date.now() + DAY_MS),
      ...(kmsKeyName && { encryptionConfiguration: { kmsKeyName } }),
    });
    this.#made.unshift(() => table.delete());
    if (serviceAccount === undefined || process.env.BIGQUERY_EMULATOR_HOST) return;
    const bindings = [{ role: "roles/bigquery.dataEditor", members: [`serviceAccount:${serviceAccount}`] }];
    await table.setIamPolicy({ bindings });
  }

  /** The emulator of Pub/Sub knows no grants. */
  async #grant(client: v1.PublisherClient | v1.SubscriberClient, resource: string, roles: readonly string[]) {
    const { serviceAccount } = this.deployment;
    if (serviceAccount === undefined || process.env.PUBSUB_EMULATOR_HOST) return;
    const bindings = roles.map((role) => ({ role, members: [`serviceAccount:${serviceAccount}`] }));
    await client.setIamPolicy({ resource, policy: { bindings } } as never);
  }

  /** Answers the message's id. */
  async publish(data: Uint8Array): Promise<string> {
    const [{ messageIds }] = await this.#publisher.publish({
      topic: this.topic,
      messages: [{ data, attributes: { canary: "yes" } }],
    });
    return messageIds![0]!;
  }

  /** How many rows the message has. */
  async rows(messageId: string): Promise<number> {
    const { project, dataset, table } = this.table;
    const query = `SELECT COUNT(*) AS rows_found FROM \`${project}.${dataset}.${table}\` WHERE message_id = @id`;
    const [[found]] = await this.#bigQuery.query({ query, params: { id: messageId } });
    return Number(found.rows_found);
  }

  /** Why the message is a dead letter; undefined where it is none. */
  async deadLetter(): Promise<string | undefined> {
    const request = { subscription: this.deadLetters, maxMessages: 1, returnImmediately: true };
    const [{ receivedMessages }] = await this.#subscriber.pull(request);
    return receivedMessages?.[0]?.message?.attributes?.error_reason ?? undefined;
  }

  /** Answers what could not be removed. */
  async remove(): Promise<number> {
    let left = 0;
    for (const undo of this.#made.splice(0)) await undo().catch(() => (left += 1));
    await Promise.all([this.#publisher.close(), this.#subscriber.close()]);
    return left;
  }
}
