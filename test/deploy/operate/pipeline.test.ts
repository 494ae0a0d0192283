/** The whole day on Google's Pub/Sub emulator with the pipeline itself: messages, dead letters, a mend, a replay, rows. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { main as operate } from "../../../deploy/operate";
import { main as pipeline } from "../../../pipeline/main";
import type { Summary } from "../../../pipeline/summary";
import { withPubsub } from "../../support/with-pubsub";

const CARD = "4539578763621486123";
const BAD = [
  ['{"surname":"Ada"}', "unknown_column"],
  ['{"surname":"Eve"}', "unknown_column"],
  [`{"credit_card":"${CARD} "}`, "wrong_type"],
  ['{"name":', "invalid_json"],
] as const;

/** The emulator has what was published at once. */
const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 20));

describe("dead letters day by day", function () {
  const pubsub = withPubsub(this);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "operate-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string) => join(dir, name);

  async function run(source: readonly string[], deadLetters: readonly string[]): Promise<Summary> {
    const ends = ["--duckdb", file("rows.duckdb"), ...deadLetters, "--summary", file("summary.json")];
    const args = ["--runner", "Direct", ...source, ...ends, "--idle_timeout", "10", "--log_level", "error"];
    assert.equal(await pipeline(args, () => {}), 0);
    return JSON.parse(readFileSync(file("summary.json"), "utf8"));
  }

  /** Runs the command line; answers its exit code and what it said. */
  async function command(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<readonly [number, string]> {
    let said = "";
    const say = (text: string) => {
      said += text;
    };
    const run = () => assert.fail("gcloud and bq have nothing to do here");
    const world = { env, run, print: say, complain: say, settingsFile: file("none.env"), wait };
    return [await operate([...args, "--journal", file("replays.jsonl")], world), said];
  }

  async function query(sql: string): Promise<unknown[][]> {
    const instance = await DuckDBInstance.create(file("rows.duckdb"));
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    return rows as unknown[][];
  }

  it("are listed, shown, mended, replayed once, and counted: nothing lost, nothing twice", async () => {
    const main = await pubsub.subscription({ ackDeadlineSeconds: 10 });
    const dead = await pubsub.subscription({ ackDeadlineSeconds: 10 });
    const env = {
      ...main.env,
      PROJECT_ID: "test-project",
      TOPIC: main.topic.split("/").at(-1)!,
      DEAD_LETTER_SUBSCRIPTION: dead.subscription.split("/").at(-1)!,
    };
    const texts = ['{"name":"Grace"}', ...BAD.map(([text]) => text)];
    const messages = texts.map((text) => ({ data: Buffer.from(text), attributes: { kind: "test" } }));
    const [{ messageIds }] = await pubsub.publisher.publish({ topic: main.topic, messages });
    writeFileSync(file("ids.txt"), `${messageIds!.join("\n")}\n`);
    // By number: the emulator gives messages to a pull that was called off by an idle end, and they come again only later.
    const pipelineOf = (most: number) =>
      run(
        ["--pubsub_subscription", main.subscription, "--max_messages", String(most)],
        ["--dead_letter_topic", dead.topic],
      );
    await pipelineOf(5);

    const [listed, list] = await command(env, "dead-letters", "--json");
    assert.equal(listed, 0);
    const found = JSON.parse(list);
    assert.deepEqual([found.deadLetters, found.more, found.groups[0].count], [4, false, 2]);
    const [, some] = await command(env, "dead-letters", "--most", "3");
    assert.match(some, /more wait/);
    const [, one] = await command(env, "dead-letters", "--show", messageIds![1]!);
    assert.match(one, /surname +"xxx"/);
    assert.equal((await command(env, "dead-letters", "--show", messageIds![1]!, "--clear"))[0], 1, "nobody was asked");

    const duckdb = ["--duckdb", file("rows.duckdb")];
    const conserve = ["conserve", "--published-ids", file("ids.txt"), ...duckdb, "--waiting", main.subscription];
    assert.equal((await command(env, ...conserve))[0], 0);

    writeFileSync(
      file("fix.json"),
      '[{"op":"rename","column":"surname","to":"name"},{"op":"trim","column":"credit_card"}]',
    );
    const replay = ["replay", "--fix-file", file("fix.json"), ...duckdb];
    const [dry, plan] = await command(env, ...replay);
    assert.equal(dry, 1, "one cannot be mended");
    assert.match(plan, /3 to publish, 1 refused[\s\S]*still invalid_json[\s\S]*nothing is done/);
    const [, again] = await command(env, ...replay, "--yes");
    assert.match(again, /3 published, 3 dead letters acknowledged/);
    assert.equal((await command(env, "replay", "--id", messageIds![1]!, "--yes"))[1].includes("0 selected"), true);

    const summary = await pipelineOf(3);
    assert.deepEqual([summary.rows, summary.duplicates], [3, 0]);
    const rows = await query("SELECT name, credit_card::VARCHAR FROM cc_account_info ORDER BY ALL");
    assert.deepEqual(rows, [
      ["Ada", null],
      ["Eve", null],
      ["Grace", null],
      [null, CARD],
    ]);
    const [closed, equation] = await command(env, ...conserve, "--json");
    assert.equal(closed, 0, equation);
    assert.deepEqual(
      JSON.parse(equation).right.map(({ count }: { count: number }) => count),
      [1, 1, 3, 0],
    );
    writeFileSync(file("ids.txt"), `${messageIds!.join("\n")}\n404404404\n`);
    assert.equal((await command(env, ...conserve))[0], 1, "an id that is nowhere");
  });

  it("come back with another copy, or without their acknowledgement, and are not published again", async () => {
    const main = await pubsub.subscription();
    const dead = await pubsub.subscription();
    const env = {
      ...main.env,
      PROJECT_ID: "test-project",
      TOPIC: main.topic.split("/").at(-1)!,
      DEAD_LETTER_SUBSCRIPTION: dead.subscription.split("/").at(-1)!,
    };
    const attributes = {
      error_reason: "wrong_type",
      error_stage: "parseRow",
      error_column: "",
      source_message_id: "77",
    };
    const letter = { data: Buffer.from('{"name":"Ada"}'), attributes };
    await pubsub.publisher.publish({ topic: dead.topic, messages: [letter, letter] });
    assert.match((await command(env, "replay", "--yes"))[1], /1 published, 2 dead letters acknowledged/);
    await pubsub.publisher.publish({ topic: dead.topic, messages: [letter] });
    const [code, said] = await command(env, "replay", "--yes");
    assert.equal(code, 1);
    assert.match(said, /replayed_already[\s\S]*0 published, 1 dead letters acknowledged/);
    const [{ receivedMessages }] = await pubsub.subscriber.pull({
      subscription: main.subscription,
      maxMessages: 10,
      returnImmediately: true,
    });
    assert.equal(receivedMessages!.length, 1);
  });

  it("whose replay ended nobody knows how wait for what the operator found out", async () => {
    writeFileSync(file("in.ndjson"), '{"surname":"Ada"}\n{"surname":"Eve"}\n');
    await run(["--input", file("in.ndjson")], ["--dead_letters", file("dead.ndjson")]);
    const [id, other] = readFileSync(file("dead.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).attributes.source_message_id as string);
    const { topic, env } = await pubsub.subscription();
    const from = ["replay", "--file", file("dead.ndjson"), "--unknown-columns", "drop"];
    // An emulator that is gone answers as one whose answer was lost.
    const gone = { PUBSUB_EMULATOR_HOST: "127.0.0.1:1" };
    const [code, said] = await command(gone, ...from, "--topic", topic, "--id", id!, "--yes");
    assert.deepEqual([code, /arrived is unclear/.test(said)], [1, true], said);
    assert.match((await command(env, ...from, "--topic", topic, "--yes"))[1], /refused: unclear[\s\S]*1 published/);
    assert.equal((await command(env, "replay", "--unclear-was", "lost", "--id", other!))[0], 1, "that one is clear");
    assert.equal((await command(env, "replay", "--unclear-was", "lost", "--id", id!))[0], 0);
    assert.match((await command(env, ...from, "--topic", topic, "--yes"))[1], /1 selected[\s\S]*1 published/);
  });

  it("are not asked for by a command line that cannot be run", async () => {
    const from = ["replay", "--file", file("none.ndjson")];
    assert.equal((await command({}, ...from, "--topic", "str-pl"))[0], 2);
    assert.equal((await command({}, ...from, "--topic", "projects/p/topics/t", "--since", "yesterday"))[0], 2);
    assert.equal((await command({}, "dead-letters", "--file", file("none.ndjson"), "--most", "0"))[0], 2);
    assert.equal((await command({}, "replay", "--unclear-was", "lost"))[0], 2);
    assert.equal((await command({}, "dead-letters"))[0], 1, "no project");
    const [code, said] = await command({}, "dead-letters", "--file", file("none.ndjson"));
    assert.deepEqual([code, /cannot be read/.test(said)], [1, true]);
    writeFileSync(file("other.ndjson"), '{"name":"Ada"}\n["Ada"]\n');
    const [wrong, why] = await command({}, "dead-letters", "--file", file("other.ndjson"));
    assert.deepEqual([wrong, why.includes("line 1"), why.includes("Ada")], [1, true, false]);
  });

  it("of a file stay in it, and go to a file where there is no topic", async () => {
    writeFileSync(file("in.ndjson"), `${['{"name":"Grace"}', ...BAD.map(([text]) => text)].join("\n")}\n`);
    const deadLetters = ["--dead_letters", file("dead.ndjson")];
    await run(["--input", file("in.ndjson")], deadLetters);
    const before = readFileSync(file("dead.ndjson"), "utf8");
    const from = ["--file", file("dead.ndjson")];
    const replay = [
      "replay",
      ...from,
      "--reason",
      "unknown_column",
      "--unknown-columns",
      "drop",
      "--duckdb",
      file("rows.duckdb"),
    ];
    assert.match(
      (await command({}, ...replay, "--out", file("again.ndjson"), "--yes"))[1],
      /2 published, 2 dead letters/,
    );
    assert.equal(readFileSync(file("dead.ndjson"), "utf8"), before);
    assert.match((await command({}, "dead-letters", ...from))[1], /2 dead letters, 2 replayed/);
    assert.match((await command({}, ...replay, "--out", file("third.ndjson"), "--yes"))[1], /0 selected/);
    const source = ["--input", file("again.ndjson"), "--input_format", "pubsub", "--unknown_columns", "drop"];
    assert.equal((await run(source, deadLetters)).rows, 2);
    assert.equal(
      (await run(source, deadLetters)).rows,
      0,
      "the ids follow from the messages: read again, they add nothing",
    );
    const [code, said] = await command({}, ...replay, "--out", file("again.ndjson"), "--yes");
    assert.deepEqual([code, /is there already/.test(said)], [1, true]);
    assert.equal((await command({}, "replay", ...from, "--content", file("in.ndjson"), "--out", file("x")))[0], 2);
  });
});
