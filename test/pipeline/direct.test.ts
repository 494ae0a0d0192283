/** The pipeline's command on a real Pub/Sub: what an operator meets. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Summary } from "../../pipeline/summary";
import { run, start, waitUntil } from "../support/commands";
import { withPubsub } from "../support/with-pubsub";

const SECRET = "Zq7Secret";

describe("the pipeline on Pub/Sub", function () {
  const pubsub = withPubsub(this);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "direct-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);
  const summary = (): Summary => JSON.parse(readFileSync(file("summary"), "utf8"));
  const ends = (...deadLetters: string[]) => [
    ...["--runner", "Direct", "--duckdb", file("rows.duckdb"), "--summary", file("summary")],
    ...(deadLetters.length > 0 ? deadLetters : ["--dead_letters", file("dead")]),
  ];

  async function publish(topic: string, ...texts: string[]): Promise<string[]> {
    const messages = texts.map((text) => ({ data: Buffer.from(text), attributes: { kind: "test" } }));
    const [{ messageIds }] = await pubsub.publisher.publish({ topic, messages });
    return messageIds!;
  }

  it("sends dead letters to a topic, from where they can come back", async () => {
    const { topic, subscription, env } = await pubsub.subscription({ ackDeadlineSeconds: 10 });
    const dead = await pubsub.subscription();
    const [, badId] = await publish(topic, '{"name":"Ada"}', '{"nickname":"Ada"}');
    const deadLetters = ends("--dead_letter_topic", dead.topic);
    await run("pipeline/main.ts", ["--pubsub_subscription", subscription, "--idle_timeout", "3", ...deadLetters], env);
    assert.equal(summary().rows, 1);
    assert.deepEqual(summary().deadLetters, { unknown_column: 1 });
    assert.equal(summary().source, "pubsub-emulator");

    const [{ receivedMessages }] = await pubsub.subscriber.pull({ subscription: dead.subscription, maxMessages: 10 });
    const [{ message }] = receivedMessages as [{ message: { data: Buffer; attributes: Record<string, string> } }];
    assert.equal(message.data.toString(), '{"nickname":"Ada"}');
    assert.equal(message.attributes.error_column, "nickname");
    assert.equal(message.attributes.source_message_id, badId);
    assert.equal(message.attributes.original_kind, "test");

    await pubsub.publisher.publish({ topic, messages: [{ data: message.data, attributes: message.attributes }] });
    // The emulator may hand the message to the first run's last pull, which nobody waits for any more: it comes again after 10 s.
    const drop = ["--unknown_columns", "drop", "--max_messages", "1"];
    await run("pipeline/main.ts", ["--pubsub_subscription", subscription, ...drop, ...ends()], env);
    assert.equal(summary().rows, 1);
  });

  it("holds where the subscription is not there, says once what would mend it, and goes on when it is", async () => {
    const { topic, env } = await pubsub.subscription();
    const subscription = `${topic.replace("topics", "subscriptions")}-late`;
    const running = start(
      "pipeline/main.ts",
      ["--pubsub_subscription", subscription, "--max_messages", "1", ...ends()],
      env,
    );
    await waitUntil(() => running.output.stderr.includes("PUBSUB_NOT_FOUND"), 60);
    await pubsub.subscriber.createSubscription({ name: subscription, topic });
    await publish(topic, '{"name":"Ada"}');
    assert.equal(await running.ended, 0);
    assert.equal(summary().rows, 1);
    assert.equal(running.output.stderr.match(/ERROR/g)?.length, 1);
  });

  it("when it is told to end, writes and acknowledges what it has, and leaves the rest where it is", async () => {
    const { topic, subscription, env } = await pubsub.subscription({ ackDeadlineSeconds: 10 });
    const published: string[] = [];
    for (let i = 0; i < 20; i++) {
      published.push(...(await publish(topic, ...Array.from({ length: 1000 }, (_, k) => `{"name":"n${i}-${k}"}`))));
    }
    const running = start("pipeline/main.ts", ["--pubsub_subscription", subscription, ...ends()], env);
    await waitUntil(() => running.output.stderr.includes("INFO from"), 60);
    await new Promise((resolve) => setTimeout(resolve, 200));
    running.child.kill("SIGTERM");
    assert.equal(await running.ended, 0);
    const first = summary();
    assert.equal(first.ended, "stopped");
    assert.equal(first.received, first.rows + first.unacknowledged);

    await run("pipeline/main.ts", ["--pubsub_subscription", subscription, "--idle_timeout", "12", ...ends()], env);
    assert.equal(first.rows + summary().rows, published.length);
    assert.equal(summary().redelivered, 0);
  });

  it("reads a topic by a subscription of its own, and takes it away again", async () => {
    const { topic, env } = await pubsub.subscription();
    const mine = async () => {
      const [names] = await pubsub.subscriber.listSubscriptions({ project: "projects/test-project" });
      return names.filter((one) => one.topic === topic).map((one) => one.name);
    };
    const [before] = [await mine()];
    const running = start("pipeline/main.ts", ["--pubsub_topic", topic, "--max_messages", "2", ...ends()], env);
    for (let made = 0; made <= before.length; ) made = (await mine()).length;
    await publish(topic, '{"name":"Ada"}', '{"name":"Eve"}');
    assert.equal(await running.ended, 0);
    assert.equal(summary().rows, 2);
    assert.deepEqual(await mine(), before);
  });

  it("shows no value of a message, whatever is wrong with it", async () => {
    const { topic, subscription, env } = await pubsub.subscription();
    const texts = [
      `{"name":"${SECRET}","credit_card":"${SECRET}"}`,
      `{"name":"${SECRET}","address":{"${SECRET}":1}}`,
      `{"date_record_created":"${SECRET}"}`,
      `${SECRET}`,
      `{"name":"${SECRET}","name":"${SECRET}"}`,
      `["${SECRET}"]`,
      `{"name":"${SECRET}"}`,
    ];
    await publish(topic, ...texts);
    const args = ["--pubsub_subscription", subscription, "--idle_timeout", "3", "--log_level", "debug", ...ends()];
    const { output } = await run("pipeline/main.ts", args, env);
    assert.equal(summary().rows, 1);
    assert.equal(summary().received, texts.length);
    for (const text of [output.stdout, output.stderr, readFileSync(file("summary"), "utf8")]) {
      assert.ok(!text.includes(SECRET));
    }
    const letters = readFileSync(file("dead"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const { attributes } of letters) {
      assert.ok(!JSON.stringify({ ...attributes, original_kind: "" }).includes(SECRET));
    }
  });

  it("ends when all is done, though a connection that nobody answers on keeps the process", async () => {
    writeFileSync(file("in"), '{"name":"Ada"}\n');
    writeFileSync(
      file("silent.js"),
      'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => require("node:net").connect(server.address().port));',
    );
    const args = ["--input", file("in"), ...ends()];
    const silent = { NODE_OPTIONS: `--require ${JSON.stringify(file("silent.js"))}` };
    assert.equal(await start("pipeline/main.ts", args, silent).ended, 0);
    assert.equal(summary().rows, 1);
  });
});
