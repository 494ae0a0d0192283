/** The gate before the real emulators, by Google's own clients and the pipeline's endpoints. */
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { bankRow } from "../../pipeline/endpoints/samples";
import { isFirstNode } from "../first-node";
import { openBigQueryTable } from "../../../pipeline/endpoints/bigquery-table";
import { openDeadLetterTopic } from "../../../pipeline/endpoints/dead-letter-topic";
import { openSubscription } from "../../../pipeline/endpoints/pubsub-source";
import { orSkip } from "../skip";
import { waitUntil } from "../commands";
import { agentsOf, grant } from "../fake-cloud/client";
import { Refused } from "../fake-cloud/refused";
import { askedOf } from "./bigquery-gate";
import { type Clients, clientsOf } from "./clients";
import { setEnvironment } from "../environment";
import { Hearing, type Verdict } from "./hearing";
import { firstText } from "./pubsub-gate";
import { type KeyedStandIns, startKeyedStandIns, WATCH_SUBSCRIPTION } from "./stand-ins";

describe("what a service has heard of a key", () => {
  it("is what was so a while ago", () => {
    let [now, truth]: [number, Verdict] = [0, undefined];
    const hearing = new Hearing(() => truth, { delayMs: 100, now: () => now });
    const at = (ms: number) => {
      now = ms;
      return hearing.of("t")?.status;
    };
    const gone = new Refused("FAILED_PRECONDITION", "gone");
    assert.equal(at(0), undefined);
    truth = gone;
    assert.deepEqual([at(10), at(109), at(110)], [undefined, undefined, "FAILED_PRECONDITION"]);
    truth = undefined;
    assert.deepEqual([at(200), at(299), at(300)], ["FAILED_PRECONDITION", "FAILED_PRECONDITION", undefined]);
    truth = gone;
    at(400);
    truth = undefined;
    at(450);
    assert.equal(at(600), undefined, "what has passed by is not heard of");
  });
});

describe("what is read of a request", () => {
  it("is the name of its topic or subscription", () => {
    const name = `projects/p/topics/${"t".repeat(200)}`;
    const long = Buffer.concat([Buffer.from([0x0a, 0x80 | (name.length & 0x7f), name.length >> 7]), Buffer.from(name)]);
    assert.equal(firstText(Buffer.concat([long, Buffer.from([0x12, 1, 0])])), name);
    assert.equal(firstText(Buffer.from([0x12, 1, 0x41])), "");
    assert.equal(firstText(Buffer.alloc(0)), "");
  });

  it("is the table that BigQuery is asked for what is in it", () => {
    const [of, base] = [(url: string, body = "") => askedOf("POST", url, Buffer.from(body)), "/bigquery/v2/projects/p"];
    assert.deepEqual(of(`${base}/datasets/d/tables/t/insertAll`), { consumer: "insert", tables: ["p:d.t"] });
    assert.deepEqual(askedOf("GET", `${base}/datasets/d/tables/t/data?maxResults=1`, Buffer.alloc(0)), {
      consumer: "query",
      tables: ["p:d.t"],
    });
    const sql = JSON.stringify({ query: "SELECT 1 FROM `other.d.t` JOIN d.u USING (a)" });
    assert.deepEqual(of(`${base}/queries`, sql), { consumer: "query", tables: ["other:d.t", "p:d.u"] });
    assert.equal(askedOf("GET", `${base}/datasets/d/tables/t`, Buffer.alloc(0)), undefined);
    assert.equal(of(`${base}/datasets/d/tables`), undefined);
  });
});

if (isFirstNode) {
  describe("the key gate, before the emulators", function () {
    this.timeout(300_000);
    let standIns: KeyedStandIns;
    let clients: Clients;
    let restore: (() => void) | undefined;
    before(async function () {
      standIns = await orSkip(this, () => startKeyedStandIns());
      clients = clientsOf(standIns);
      restore = setEnvironment(standIns.env);
    });
    after(async () => {
      restore?.();
      await clients?.close();
      await standIns?.stop();
    });

    const version = () => `${standIns.asked.dataKey.name}/cryptoKeyVersions/1`;
    const set = (state: "ENABLED" | "DISABLED") => standIns.cloud.state.kms.keyVersions.change(version(), { state });
    const named = (kind: "topics" | "subscriptions", id: string) => `projects/${standIns.asked.project}/${kind}/${id}`;
    const publish = () =>
      clients.publisher.publish(
        { topic: named("topics", standIns.asked.settings.TOPIC), messages: [{ data: Buffer.from("x") }] },
        { retry: null },
      );
    const tableOf = ({ project, settings }: KeyedStandIns["asked"]) =>
      openBigQueryTable({ project, dataset: settings.DATASET, table: settings.TABLE }, standIns.asked.schema);
    const query = () => {
      const { DATASET, TABLE } = standIns.asked.settings;
      return clients.bigquery.query(`SELECT COUNT(*) AS n FROM ${DATASET}.${TABLE}`);
    };
    const codeOf = (result: { kind: string; trouble?: { code: string } }) => result.trouble?.code ?? result.kind;

    it("lets everything through while the key may be used", async () => {
      set("ENABLED");
      const [published] = await publish();
      assert.equal(published.messageIds?.length, 1);
      const source = await openSubscription(named("subscriptions", standIns.asked.settings.SUBSCRIPTION));
      const pulled = await source.pull(10, new AbortController().signal);
      assert.ok(pulled.kind === "delivery");
      assert.equal(await source.acknowledge([pulled.delivery]), 0);
      await source.close();
      assert.equal(codeOf(await tableOf(standIns.asked).write([bankRow("1")])), "written");
      assert.equal((await query())[0][0].n, 1);
    });

    it("refuses each in its service's words, which the pipeline holds as set-up errors, and goes on once the key is back", async () => {
      const source = await openSubscription(named("subscriptions", standIns.asked.settings.SUBSCRIPTION));
      const letters = await openDeadLetterTopic(named("topics", standIns.asked.settings.DEAD_LETTER_TOPIC));
      const letter = { data: Buffer.from("x"), attributes: { source_message_id: "1" }, orderingKey: "" };
      const waits = source.pull(10, new AbortController().signal);
      await waitUntil(() => standIns.gate.accesses.at(-1)?.consumer === "pull", 10);
      set("DISABLED");
      assert.equal(codeOf(await waits), "PUBSUB_FAILED_PRECONDITION", "a pull that waits is ended");
      assert.equal(codeOf(await source.pull(10, new AbortController().signal)), "PUBSUB_FAILED_PRECONDITION");
      assert.equal(codeOf(await letters.write([letter])), "PUBSUB_FAILED_PRECONDITION");
      await assert.rejects(publish(), { code: status.FAILED_PRECONDITION, details: /current state is: DISABLED/ });
      const table = tableOf(standIns.asked);
      assert.equal(codeOf(await table.write([bankRow("2")])), "BIGQUERY_KEY_UNUSABLE");
      await assert.rejects(query(), { code: 400, message: /Cloud KMS/ });

      set("ENABLED");
      assert.equal(codeOf(await table.write([bankRow("2")])), "written");
      await publish();
      const pulled = await source.pull(10, new AbortController().signal);
      assert.equal(pulled.kind, "delivery");
      if (pulled.kind === "delivery") await source.acknowledge([pulled.delivery]);
      await source.close();
      await letters.close();
    });

    it("takes no acknowledgement without the key: what is written comes again, and the pipeline hands it to nobody", async () => {
      const source = await openSubscription(named("subscriptions", standIns.asked.settings.SUBSCRIPTION));
      const pull = () => source.pull(10, new AbortController().signal);
      await publish();
      const pulled = await pull();
      assert.ok(pulled.kind === "delivery");
      set("DISABLED");
      assert.equal(await source.acknowledge([pulled.delivery]), 1);
      set("ENABLED");
      await source.release([pulled.delivery]);
      assert.equal((await pull()).kind, "nothing");
      await publish();
      const next = await pull();
      assert.ok(next.kind === "delivery" && next.delivery.messages.length === 1);
      assert.notEqual(next.delivery.messages[0]!.messageId, pulled.delivery.messages[0]!.messageId);
      await source.acknowledge([next.delivery]);
      await source.close();
    });

    it("ends an open streaming pull", async () => {
      set("ENABLED");
      const stream = clients.subscriber.streamingPull();
      const ended = new Promise<{ code?: number }>((resolve) => stream.on("error", resolve));
      stream.on("data", () => {});
      const subscription = named("subscriptions", WATCH_SUBSCRIPTION);
      const before = standIns.gate.accesses.length;
      stream.write({ subscription, streamAckDeadlineSeconds: 10 });
      await waitUntil(() => standIns.gate.accesses.length > before, 10);
      set("DISABLED");
      assert.equal((await ended).code, status.FAILED_PRECONDITION);
      set("ENABLED");
    });

    it("refuses whom the grant was taken from, and nobody else", async () => {
      const { cloud, asked } = standIns;
      const { pubsub, bigquery } = agentsOf(cloud);
      await grant(cloud, asked.dataKey.name, pubsub);
      await assert.rejects(query(), { code: 403 });
      assert.equal(codeOf(await tableOf(asked).write([bankRow("3")])), "BIGQUERY_KEY_UNUSABLE");
      await publish();
      await grant(cloud, asked.dataKey.name, bigquery);
      await query();
      await assert.rejects(publish(), { code: status.FAILED_PRECONDITION });
      await grant(cloud, asked.dataKey.name, pubsub, bigquery);
      await publish();
    });
  });
}
