/** Messages from a file, one a line: the same graph, bounded. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { realpathSync } from "node:fs";
import type { MessageSource } from "./endpoint";
import type { Message } from "../../transforms/message";

/** `messages`: a line is a message's content. `pubsub`: a line is the JSON of a `google.pubsub.v1.PubsubMessage`, as dead letter files have. */
export type InputFormat = "messages" | "pubsub";

/** A pull ends behind the line with which it has so much, however long the lines are. */
const PULL_BYTES = 4 * 1024 * 1024;

/** Throws the file system's error where the file cannot be read. */
export function openInputFile(path: string, format: InputFormat): MessageSource {
  const file = statSync(path, { bigint: true });
  // The same file read again gives the same ids: a key tells what is there already. A changed file is another one.
  const id = createHash("sha256")
    .update(`${realpathSync(path)} ${file.size} ${file.mtimeNs}`)
    .digest("hex")
    .slice(0, 16);
  const publishTime = new Date(Number(file.mtimeMs)).toISOString();
  const lines = readLines(path);
  let line = 0;

  function message(bytes: Buffer): Message {
    const plain = { data: bytes, attributes: {}, messageId: `${id}:${line}`, publishTime, orderingKey: "" };
    return format === "pubsub" ? { ...plain, ...envelope(bytes) } : plain;
  }

  return {
    kind: "file",
    name: path,
    leaseSeconds: 0,
    pullsAhead: true,
    async pull(most) {
      const messages: Message[] = [];
      for (let bytes = 0; messages.length < most && bytes < PULL_BYTES; ) {
        const next = await lines.next();
        if (next.done) break;
        line += 1;
        bytes += next.value.length;
        if (next.value.length > 0) messages.push(message(next.value));
      }
      return messages.length > 0 ? { kind: "delivery", delivery: { messages } } : { kind: "end" };
    },
    extend: async () => {},
    acknowledge: async () => 0,
    release: async () => {},
    close: async () => void (await lines.return(undefined)),
  };
}

/** What the line says of the message. A line that is no PubsubMessage is a message as it stands. */
function envelope(line: Buffer): Partial<Message> {
  let json: unknown;
  try {
    json = JSON.parse(line.toString());
  } catch {
    return {};
  }
  if (typeof json !== "object" || json === null || !("data" in json || "attributes" in json)) return {};
  const { data = "", attributes = {}, messageId, publishTime, orderingKey } = json as Record<string, unknown>;
  if (typeof data !== "string" || !isTexts(attributes)) return {};
  return {
    data: Buffer.from(data, "base64"),
    attributes,
    ...(typeof messageId === "string" && { messageId }),
    ...(typeof publishTime === "string" && { publishTime }),
    ...(typeof orderingKey === "string" && { orderingKey }),
  };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}

/** The lines of a file as bytes, without their line feeds; a last line without one counts. */
async function* readLines(path: string): AsyncGenerator<Buffer, undefined> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const line = chunk.subarray(from, at);
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
  return undefined;
}
