/** The equation closes where nothing is missing, and says what is where it does not. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { main } from "../../../deploy/operate";
import { conserveByCount } from "../../../deploy/operate/cloud-counts";
import { equationAsText, equationById, type Ids } from "../../../deploy/operate/conserve";
import { monitoringOf, type Point } from "../../../deploy/operate/monitoring";
import { bigQueryTable } from "../../../deploy/operate/table";
import { OperateError } from "../../../deploy/operate/trouble";
import { settingsOf } from "../../../deploy/deployment/settings";
import type { Ask } from "../../../deploy/observe/ask";

const SOURCES = { published: "ids", rows: "table", deadLetters: "file", waiting: "subscription" };
const set = (...ids: string[]) => new Set(ids);
const settings = settingsOf({ PROJECT_ID: "test-project" });
const MINUTE = 60_000;

describe("the equation by id", () => {
  const ids: Ids = {
    published: set("1", "2", "3", "4"),
    rows: set("1", "9"),
    deadLetters: set("2"),
    replayed: set("3"),
    waiting: set("4"),
  };
  const closes = (change: Partial<Ids>, duplicates?: number) =>
    equationById({ ...ids, ...change }, SOURCES, duplicates).closes;

  it("closes where each id is in one place", () => {
    assert.equal(closes({}), true);
    assert.equal(closes({ rows: set("1", "3") }), true, "the row of a replay's own first message");
  });

  it("does not close where one is nowhere, in two places, or written twice", () => {
    const lost = equationById({ ...ids, waiting: set() }, SOURCES, 0);
    assert.equal(lost.difference, 1);
    assert.match(equationAsText(lost), /DOES NOT CLOSE[\s\S]*1 in no sink: 4/);
    assert.equal(closes({ rows: set("1", "2") }), false);
    assert.equal(closes({}, 1), false);
  });

  it("takes what waits by count where it has no ids, and says so", () => {
    const made = equationById({ ...ids, waiting: 1 }, SOURCES, 0);
    assert.equal(made.closes, true);
    assert.match(equationAsText(made), /known by count/);
    assert.equal(closes({ waiting: 2 }), false);
  });
});

describe("the equation by count", () => {
  const window = { since: 100 * MINUTE, until: 160 * MINUTE };
  /** By what the filter names. */
  const numbers =
    (found: Record<string, readonly Point[]>) =>
    async (filter: string): Promise<readonly Point[]> =>
      Object.entries(found).find(([name]) => filter.includes(`"${name}"`))?.[1] ?? [];
  const rows =
    (n: string | undefined): Ask =>
    async (command) => {
      assert.match(command.args.at(-1)!, /for system_time as of/);
      return n === undefined ? { trouble: { kind: "forbidden", said: "no" } } : { answer: [{ n }] };
    };
  const points = {
    [settings.TOPIC]: [
      { end: window.since, value: 1000 },
      { end: window.since + MINUTE, value: 60 },
      { end: window.until, value: 40 },
      { end: window.until + MINUTE, value: 1000 },
    ],
    [settings.DEAD_LETTER_TOPIC]: [{ end: window.since + MINUTE, value: 3 }],
    [settings.SUBSCRIPTION]: [
      { end: window.since - MINUTE, value: 5 },
      { end: window.since, value: 0 },
      { end: window.until, value: 7 },
    ],
  };

  it("closes over the window alone, from Pub/Sub's and BigQuery's numbers", async () => {
    const made = await conserveByCount(settings, window, numbers(points), rows("90"), 0);
    assert.deepEqual(
      [made.left, made.right].map((terms) => terms.map(({ count }) => count)),
      [
        [100, 0],
        [90, 3, 7],
      ],
    );
    assert.equal(made.closes, true);
    assert.equal((await conserveByCount(settings, window, numbers(points), rows("89"), 0)).closes, false);
    assert.equal((await conserveByCount(settings, window, numbers(points), rows("89"), 1)).closes, true);
  });

  it("does not close where something was not observed", async () => {
    assert.equal((await conserveByCount(settings, window, numbers(points), rows(undefined), 0)).difference, undefined);
    const made = await conserveByCount(settings, window, numbers({}), rows("0"), 0);
    assert.equal(made.closes, false);
    assert.match(equationAsText(made), /waiting at the end +not observed/);
  });

  it("is refused for a window that Monitoring cannot know yet", async () => {
    let complained = "";
    const world = {
      env: { PROJECT_ID: "test-project" },
      run: async () => assert.fail("nothing is asked"),
      print: () => {},
      complain: (text: string) => {
        complained += text;
      },
      settingsFile: "none.env",
    };
    assert.equal(await main(["conserve", "--until", "2999-01-01T00:00:00Z"], world), 2);
    assert.match(complained, /4 minutes/);
  });
});

describe("Cloud Monitoring", () => {
  it("is asked page by page, and a refusal is no number", async () => {
    const asked: URL[] = [];
    let status = 200;
    const server = createServer((request, answer) => {
      const url = new URL(request.url!, "http://localhost");
      asked.push(url);
      assert.equal(request.headers.authorization, "Bearer token");
      const point = { interval: { endTime: "2024-02-29T12:00:00Z" }, value: { int64Value: "7" } };
      answer.statusCode = status;
      answer.end(
        JSON.stringify({
          timeSeries: [{ points: [point] }],
          ...(url.searchParams.has("pageToken") ? {} : { nextPageToken: "next" }),
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const env = { CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: base, CLOUDSDK_AUTH_ACCESS_TOKEN: "token" };
      const monitoring = monitoringOf("p", env);
      const end = Date.UTC(2024, 1, 29, 12);
      assert.deepEqual(await monitoring("f", end - MINUTE, end), [
        { end, value: 7 },
        { end, value: 7 },
      ]);
      assert.equal(asked[0]!.pathname, "/v3/projects/p/timeSeries");
      assert.equal(asked[0]!.searchParams.get("interval.startTime"), "2024-02-29T11:59:00.000Z");
      status = 403;
      await assert.rejects(
        monitoring("f", 0, 1),
        (error) => error instanceof OperateError && error.code === "NOT_OBSERVED",
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe("BigQuery's rows by message id", () => {
  const deployment = { table: { project: "p", dataset: "d", table: "t" } };

  it("are found by their own id and by that of a replay's source", async () => {
    const commands: (readonly string[])[] = [];
    const table = bigQueryTable(deployment, async ({ args }) => {
      commands.push(args);
      if (args.includes("show")) {
        return {
          answer: {
            schema: {
              fields: [
                { name: "message_id", type: "STRING" },
                { name: "attributes", type: "JSON" },
              ],
            },
          },
        };
      }
      return { answer: [{ id: "1" }] };
    });
    assert.deepEqual(await table.holds(["1", "2", "no id; --x"]), set("1"));
    assert.ok(commands[1]!.includes('--parameter=ids:ARRAY<STRING>:["1","2"]'));
    assert.match(commands[1]!.at(-1)!, /source_message_id/);
  });

  it("are not known where the table has no such column, or does not answer", async () => {
    const none = bigQueryTable(deployment, async () => ({ answer: { schema: { fields: [] } } }));
    assert.equal(await none.holds(["1"]), undefined);
    const closed = bigQueryTable(deployment, async () => ({ trouble: { kind: "forbidden", said: "403" } }));
    await assert.rejects(
      closed.holds(["1"]),
      (error) => error instanceof OperateError && error.code === "TABLE_NOT_ASKED",
    );
  });
});
