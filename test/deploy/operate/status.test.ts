/** A status says what its services say, and of what nobody could look at that nobody could. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../../deploy/operate";
import { statusCommand } from "../../../deploy/operate/status/command";
import type { Status } from "../../../deploy/operate/status/model";
import type { Answer, Run } from "../../../deploy/run";
import { toDeadLetter } from "../../../transforms/dead-letter";
import { Refusal, type RefusalReason } from "../../../transforms/refusal";
import { message } from "./letters";

const KEY = "projects/bank-project/locations/europe-west2/keyRings/str-pl-london-kr/cryptoKeys/str-pl-london-key01";
const job = (id: string, change: object = {}) => ({
  ...{ id, name: "str-pl", location: "europe-west2", currentState: "JOB_STATE_RUNNING" },
  currentStateTime: "2026-11-24T10:00:00.123Z",
  environment: {
    serviceKmsKeyName: KEY,
    workerPools: [{ sdkHarnessContainerImages: [{ containerImage: "registry/ts@sha256:1", environmentId: "js" }] }],
  },
  ...change,
});
const worker = (of: string) => ({
  ...{ name: "w", zone: "https://x/zones/europe-west2-b", machineType: "https://x/machineTypes/n2d-standard-2" },
  labels: { dataflow_job_id: of },
});
const WELL = {
  "dataflow jobs list --status=active": [job("a")],
  "dataflow jobs list --status=terminated": [] as object[],
  "dataflow jobs describe": job("a"),
  "compute instances list": [worker("a"), worker("a"), worker("other")],
  "kms keys list": [{ name: KEY, primary: { name: `${KEY}/cryptoKeyVersions/3`, state: "ENABLED" } }],
  "alpha monitoring policies list": [
    { displayName: "str-pl: backlog", userLabels: { deployment: "str-pl" }, notificationChannels: ["c"] },
    { displayName: "another's", userLabels: { deployment: "other" } },
  ],
};
type Cloud = { readonly [words in keyof typeof WELL]: unknown };

/** An Error is what a command fails with; a function is handed the name after the command's words. */
const answering =
  (cloud: Cloud): Run =>
  async ({ args }): Promise<Answer> => {
    const line = args.join(" ");
    const found = Object.entries(cloud).find(([words]) => line.startsWith(words));
    assert.ok(found, `nobody is to ask: ${line}`);
    const answer = typeof found[1] === "function" ? found[1](args[3]) : found[1];
    if (answer instanceof Error) return { code: 1, stdout: "", stderr: answer.message };
    return { code: 0, stdout: JSON.stringify(answer), stderr: "" };
  };

type Numbers = Readonly<Record<string, readonly number[]>>;
const NUMBERS: Numbers = {
  'subscription_id="str-pl-pubsub-dead-letters"': [2],
  num_undelivered_messages: [3, 7],
  oldest_unacked_message_age: [4],
  ack_message_count: [60, 60, 60, 60, 60],
  uploaded_row_count: [30, 30],
  system_lag: [...Array(99).keys()].map((second) => second + 1),
  data_watermark_age: [5],
};

describe("status", () => {
  let server: Server;
  let numbers: Numbers;
  let httpStatus: number;

  before(async () => {
    // In Cloud Monitoring's place: the newest point last, a minute between two.
    server = createServer((request, answer) => {
      const { searchParams } = new URL(request.url!, "http://localhost");
      const filter = searchParams.get("filter")!;
      const end = Math.floor(Date.parse(searchParams.get("interval.endTime")!) / 60_000) * 60_000;
      const values = Object.entries(numbers).find(([name]) => filter.includes(name))?.[1] ?? [];
      const points = values.map((value, at) => ({
        interval: { endTime: new Date(end - (values.length - 1 - at) * 60_000).toISOString() },
        value: { int64Value: String(value) },
      }));
      answer.statusCode = httpStatus;
      answer.end(JSON.stringify(points.length === 0 ? {} : { timeSeries: [{ points }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    numbers = NUMBERS;
    httpStatus = 200;
  });

  const worldOf = (cloud: Cloud, wait?: () => Promise<unknown>) => {
    const printed: string[] = [];
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const world = {
      env: {
        PROJECT_ID: "bank-project",
        CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: base,
        CLOUDSDK_AUTH_ACCESS_TOKEN: "token",
      },
      run: answering(cloud),
      print: (text: string) => void printed.push(text),
      complain: (text: string) => void printed.push(text),
      settingsFile: "none.env",
      wait: wait ?? (async () => {}),
    };
    return { world, printed };
  };
  async function statusOf(change: Partial<Cloud> = {}): Promise<{ code: number; status: Status }> {
    const { world, printed } = worldOf({ ...WELL, ...change });
    const code = await main(["status", "--json", "--no-reasons"], world);
    return { code, status: JSON.parse(printed.join("")) as Status };
  }

  it("tells all of a job that runs, by each service's own numbers", async () => {
    const { code, status } = await statusOf();
    assert.deepEqual(status.troubles, []);
    assert.equal(code, 0);
    assert.ok("active" in status.jobs);
    const [one] = status.jobs.active;
    assert.deepEqual(one!.workers, { zones: ["europe-west2-b"], machines: ["n2d-standard-2"], count: 2 });
    assert.deepEqual([one!.region, one!.since, one!.key], ["europe-west2", "2026-11-24T10:00:00.123Z", KEY]);
    assert.deepEqual(one!.images, ["registry/ts@sha256:1"]);
    assert.deepEqual(one!.lag, { p50: 50, p99: 99, minutes: 99, metric: "dataflow.googleapis.com/job/system_lag" });
    assert.deepEqual(status.keys[0]!.primary, { version: "3", state: "ENABLED" });
    const values = [status.backlog, status.deadLetters, status.acknowledgedPerSecond, status.rowsPerSecond];
    assert.deepEqual(
      values.map((one) => "value" in one && one.value),
      [7, 2, 1, 0.2],
    );
    assert.deepEqual("policies" in status.alerts && status.alerts.policies, [
      { name: "str-pl: backlog", enabled: true, sentTo: 1 },
    ]);
  });

  it("says that no job is active, and how the last one ended", async () => {
    const ended = [
      { id: "old", state: "Cancelled", stateTime: "2026-11-01 10:00:00" },
      { id: "last", state: "Failed", stateTime: "2026-11-24 03:00:00" },
    ];
    const { code, status } = await statusOf({
      "dataflow jobs list --status=active": [],
      "dataflow jobs list --status=terminated": ended,
    });
    assert.equal(code, 1);
    assert.deepEqual(status.troubles, ["no job is active"]);
    assert.deepEqual("last" in status.jobs && status.jobs.last, {
      ...{ id: "last", state: "Failed", since: "2026-11-24 03:00:00" },
    });
  });

  it("shows each of several jobs, and that they share the messages", async () => {
    const { code, status } = await statusOf({
      "dataflow jobs list --status=active": [job("a"), job("b")],
      "dataflow jobs describe": (id: string) => job(id, id === "b" ? { currentState: "JOB_STATE_DRAINING" } : {}),
    });
    assert.equal(code, 1);
    assert.equal("active" in status.jobs && status.jobs.active.length, 2);
    assert.match(status.troubles[0]!, /^2 jobs are active/);
    assert.match(status.troubles[1]!, /\(b\) is in JOB_STATE_DRAINING$/);
  });

  it("takes what it may not see for not observed, and never for none", async () => {
    httpStatus = 403;
    const denied = new Error("ERROR: PERMISSION_DENIED: Permission denied on resource");
    const all = Object.fromEntries(Object.keys(WELL).map((words) => [words, denied])) as unknown as Cloud;
    const { world, printed } = worldOf(all);
    assert.equal(await main(["status", "--no-reasons"], world), 1);
    const text = printed.join("");
    for (const name of ["job", "backlog", "oldest message", "acknowledged", "rows", "dead letters", "alerts"]) {
      assert.match(text, new RegExp(`^${name} +not observed: `, "m"));
    }
    assert.match(
      text,
      /^ {2}backlog, oldest message, acknowledged, rows, dead letters not observed: .*monitoring\.viewer/m,
    );
    assert.match(text, /^ {2}jobs not observed: .*Permission denied/m);
    assert.doesNotMatch(text, /none is active|\b0 (?:messages|rows|s)\b/);
  });

  it("has no number where Monitoring has no point yet, and that is no trouble", async () => {
    numbers = {};
    const { code, status } = await statusOf();
    assert.equal(code, 0);
    assert.match(JSON.stringify(status.backlog), /no point of pubsub.*num_undelivered_messages in the last 10 minutes/);
    assert.match(JSON.stringify(status.rowsPerSecond), /uploaded_row_count in the last 7 hours/);
  });

  it("names a key that is disabled, an alert that is off, and a message that waits", async () => {
    numbers = { ...NUMBERS, oldest_unacked_message_age: [601] };
    const { code, status } = await statusOf({
      "kms keys list": [{ name: KEY, primary: { name: `${KEY}/cryptoKeyVersions/3`, state: "DISABLED" } }],
      "alpha monitoring policies list": [
        { displayName: "str-pl: backlog", enabled: false, userLabels: { deployment: "str-pl" } },
      ],
    });
    assert.equal(code, 1);
    assert.deepEqual(status.troubles, [
      `key ${KEY}: its primary version 3 is DISABLED`,
      "a message has waited for 601 seconds",
      "alert str-pl: backlog is off",
    ]);
  });

  it("groups dead letters by reason without a value of theirs, as many as it may look at", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "status-")), "dead-letters.ndjson");
    const line = (id: string, reason: RefusalReason) => {
      const made = toDeadLetter(message(id, '{"name":"Ada"}'), new Refusal(reason, "birth"), "parseRow", "t");
      return `${JSON.stringify({ ...made, data: Buffer.from(made.data).toString("base64") })}\n`;
    };
    writeFileSync(path, line("1", "wrong_type") + line("2", "out_of_range") + line("3", "wrong_type"));
    try {
      const { world, printed } = worldOf(WELL);
      assert.equal(await statusCommand({ file: path, most: "2" }, world), 0);
      const text = printed.join("");
      assert.match(text, /by reason +2 looked at .*and more wait/);
      assert.match(text, /1 +wrong_type +birth/);
      assert.match(text, /1 +out_of_range +birth/);
      assert.doesNotMatch(text, /Ada/);
    } finally {
      rmSync(dirname(path), { recursive: true });
    }
  });

  it("is refused for a watch of no seconds", async () => {
    const { world, printed } = worldOf(WELL);
    assert.equal(await main(["status", "--watch", "0"], world), 2);
    assert.match(printed.join(""), /no number of seconds/);
  });

  for (const inPlace of [true, false]) {
    it(`watches ${inPlace ? "in place on a terminal" : "in plain lines elsewhere"}`, async () => {
      let waits = 0;
      const stop = new Error("stopped by its test");
      const { world, printed } = worldOf(WELL, async () => {
        waits += 1;
        if (waits === 2) throw stop;
      });
      await assert.rejects(statusCommand({ watch: "5", reasons: false }, world, inPlace), stop);
      assert.equal(printed.length, 2);
      const escapes = printed.map((text) => text.startsWith("\u001b[") || text.includes("\u001b"));
      assert.deepEqual(escapes, [inPlace, inPlace]);
      assert.match(printed[1]!, /str-pl in bank-project/);
    });
  }
});
