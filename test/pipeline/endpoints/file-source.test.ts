import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type InputFormat, openInputFile } from "../../../pipeline/endpoints/file-source";
import type { Message } from "../../../transforms/message";

describe("messages from a file", () => {
  let dir: string;
  let path: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "file-source-"));
    path = join(dir, "in.ndjson");
  });
  after(() => rmSync(dir, { recursive: true }));

  async function read(content: string | Uint8Array, format: InputFormat = "messages", most = 1000): Promise<Message[]> {
    writeFileSync(path, content);
    const source = openInputFile(path, format);
    const messages: Message[] = [];
    for (;;) {
      const result = await source.pull(most, new AbortController().signal);
      if (result.kind !== "delivery") break;
      assert.ok(result.delivery.messages.length <= most);
      messages.push(...result.delivery.messages);
    }
    await source.close();
    return messages;
  }
  const texts = (messages: readonly Message[]) => messages.map(({ data }) => Buffer.from(data).toString("latin1"));

  it("are its lines, byte for byte, whatever the chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })),
        fc.integer({ min: 1, max: 5 }),
        async (list, most) => {
          const lines = list
            .map((line) => Buffer.from(line.filter((byte) => byte !== 10)))
            .filter((line) => line.length > 0);
          const content = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
          assert.deepEqual(
            texts(await read(content, "messages", most)),
            lines.map((line) => line.toString("latin1")),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it("may lack the last line feed, and may have empty lines between", async () => {
    assert.deepEqual(texts(await read("a\n\nb")), ["a", "b"]);
    assert.deepEqual(texts(await read("")), []);
  });

  it("may be longer than any chunk", async () => {
    const long = "x".repeat(3_000_000);
    assert.deepEqual(
      (await read(`${long}\n${long}1\n`)).map(({ data }) => data.length),
      [3_000_000, 3_000_001],
    );
  });

  it("have the same ids when the file is read again, and others when it has changed", async () => {
    const ids = (messages: readonly Message[]) => messages.map(({ messageId }) => messageId);
    const at = new Date("2024-01-01T00:00:00Z");
    const first = ids(await read("a\nb\n"));
    assert.equal(new Set(first).size, 2);
    const again = openInputFile(path, "messages");
    const result = await again.pull(10, new AbortController().signal);
    assert.deepEqual(result.kind === "delivery" && ids(result.delivery.messages), first);
    utimesSync(path, at, at);
    const changed = await openInputFile(path, "messages").pull(10, new AbortController().signal);
    assert.notDeepEqual(changed.kind === "delivery" && ids(changed.delivery.messages), first);
  });

  it("are what a PubsubMessage's JSON says, or the line itself where it is none", async () => {
    const whole = {
      data: btoa("{}"),
      attributes: { a: "1" },
      messageId: "7",
      publishTime: "2024-01-01T00:00:00Z",
      orderingKey: "k",
    };
    const [message, bare, other] = await read(`${JSON.stringify(whole)}\n{"data":"e30="}\n{"name":"Ada"}\n`, "pubsub");
    assert.deepEqual({ ...message, data: Buffer.from(message!.data).toString() }, { ...whole, data: "{}" });
    assert.equal(Buffer.from(bare!.data).toString(), "{}");
    assert.equal(Buffer.from(other!.data).toString(), '{"name":"Ada"}');
  });
});
