import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { run, start } from "../support/commands";
import { withPubsub } from "../support/with-pubsub";

const MAIN = "generator/main.ts";
const lines = (file: string) => fs.readFileSync(file, "utf8").trimEnd().split("\n");

describe("generator: publishing to Pub/Sub", function () {
  const pubsub = withPubsub(this);
  let directory: string;
  before(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "generator-"));
  });
  after(() => fs.rmSync(directory, { recursive: true }));

  const topicOf = (name: string) => {
    const [, project, , topic] = name.split("/");
    return `-p ${project} -t ${topic}`;
  };

  /** Everything that waits in a subscription: data by message id. */
  async function drain(subscription: string, count: number): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    while (found.size < count) {
      const [{ receivedMessages }] = await pubsub.subscriber.pull({ subscription, maxMessages: 1000 });
      for (const { message } of receivedMessages!) found.set(message!.messageId!, message!.data as Buffer);
      const ackIds = receivedMessages!.map(({ ackId }) => ackId!);
      if (ackIds.length > 0) await pubsub.subscriber.acknowledge({ subscription, ackIds });
    }
    return found;
  }

  it("takes the article's command, and every id that it tells is a message with the bytes that a file would have", async () => {
    const { topic, subscription, env } = await pubsub.subscription();
    const [ids, file, summary] = ["ids", "file", "summary"].map((name) => path.join(directory, name));
    await run(MAIN, `-d pubsub ${topicOf(topic)} -n 2500 --seed 3 --ids ${ids} --summary ${summary}`.split(" "), env);
    await run(MAIN, `-d file -o ${file} -n 2500 --seed 3`.split(" "));
    const found = await drain(subscription, 2500);
    const published = lines(ids!).map((id) => found.get(id)?.toString("utf8"));
    assert.deepEqual(published, lines(file!));
    const { destination, confirmed, unconfirmed, retried } = JSON.parse(fs.readFileSync(summary!, "utf8"));
    assert.deepEqual(
      { destination, confirmed, unconfirmed, retried },
      {
        destination: "pubsub-emulator",
        confirmed: 2500,
        unconfirmed: 0,
        retried: 0,
      },
    );
  });

  it("publishes empty messages too where they shall be broken", async () => {
    const { topic, subscription, env } = await pubsub.subscription();
    await run(MAIN, `-d pubsub ${topicOf(topic)} -n 300 --seed 3 --invalid 1`.split(" "), env);
    const found = await drain(subscription, 300);
    assert([...found.values()].some((data) => data.length === 0));
  });

  it("says what to do where the topic is missing, exit 1", async () => {
    const { env } = await pubsub.subscription();
    const { ended, output } = start(MAIN, "-d pubsub -p test-project -t no-such-topic -n 10 --seed 1".split(" "), env);
    assert.equal(await ended, 1);
    assert.match(output.stderr, /projects\/test-project\/topics\/no-such-topic does not exist/);
    assert.match(output.stderr, /10 NOT confirmed/);
  });

  it("stops at a signal, with every message confirmed that it sent", async () => {
    const { topic, subscription, env } = await pubsub.subscription();
    const ids = path.join(directory, "ids-of-a-stopped-run");
    const running = start(
      MAIN,
      `-d pubsub ${topicOf(topic)} -n 1000000 --seed 3 --rate 500 --ids ${ids}`.split(" "),
      env,
    );
    const started = () => fs.existsSync(ids) && fs.statSync(ids).size > 0;
    while (!started()) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
    const confirmed = lines(ids);
    assert.match(running.output.stderr, new RegExp(`: ${confirmed.length} of 1000000 messages confirmed`));
    assert.equal((await drain(subscription, confirmed.length)).size, confirmed.length);
  });
});
