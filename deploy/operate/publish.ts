/** Where replayed messages go: the topic that the pipeline reads, or a file for a pipeline that reads none. */
import { existsSync } from "node:fs";
import type { v1 } from "@google-cloud/pubsub";
import { replaceOutput } from "../files/output";
import { ONCE } from "./clients";
import type { Again } from "./restore";
import { isCertainlyRefused, OperateError, pubsubError } from "./trouble";

/** `unclear`: nobody knows whether they arrived. */
export type Publication =
  | { readonly kind: "published"; readonly messageIds: readonly string[] }
  | { readonly kind: "failed" | "unclear"; readonly error: OperateError };

export interface Publisher {
  readonly name: string;
  /** How many it takes at once. */
  readonly most: number;
  /** All of them, or none. `ids` are the refused messages'. */
  publish(messages: readonly Again[], ids: readonly string[]): Promise<Publication>;
  close(): Promise<void>;
}

/** What this needs of Google's client. */
export interface TopicClient {
  publish(
    request: object,
    options: object,
  ): Promise<readonly [{ readonly messageIds?: readonly string[] | null }, ...unknown[]]>;
  close(): Promise<void>;
}

/** One call each: published again by the client itself, a message would be there twice. */
export function topicPublisher(topic: string, client: TopicClient | v1.PublisherClient): Publisher {
  const { publish } = client as TopicClient;
  return {
    name: topic,
    most: 100,
    async publish(messages) {
      const request = messages.map(({ data, attributes, orderingKey }) => ({ data, attributes, orderingKey }));
      try {
        const [{ messageIds }] = await publish.call(client, { topic, messages: request }, ONCE);
        if (messageIds?.length === messages.length) return { kind: "published", messageIds };
        throw new Error("no ids came back");
      } catch (error) {
        return { kind: isCertainlyRefused(error) ? "failed" : "unclear", error: pubsubError(topic, error) };
      }
    },
    close: () => client.close(),
  };
}

/**
 * A new file for `pipeline/main.ts --input FILE --input_format pubsub`. The message ids in it follow from the refused messages': a
 * table that keeps ids takes each once, however often it is read. It is there whole or not at all.
 */
export function filePublisher(path: string): Publisher {
  if (existsSync(path)) throw new OperateError("OUT_EXISTS", `${path} is there already: name a new file`);
  return {
    name: path,
    most: Number.POSITIVE_INFINITY,
    async publish(messages, ids) {
      const messageIds = ids.map((id) => `${id}/replay`);
      const lines = messages.map(({ data, attributes, orderingKey }, at) => {
        const envelope = { messageId: messageIds[at], data: Buffer.from(data).toString("base64"), attributes };
        return `${JSON.stringify({ ...envelope, ...(orderingKey !== "" && { orderingKey }) })}\n`;
      });
      try {
        replaceOutput(path, lines.join(""));
        return { kind: "published", messageIds };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return { kind: "failed", error: new OperateError("NOT_READABLE", `${path} cannot be written (${code})`) };
      }
    },
    close: async () => {},
  };
}
