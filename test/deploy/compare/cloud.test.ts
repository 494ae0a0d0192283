/** The command line of a comparison, and its bench on the cloud, where gcloud, bq, the generator and the submission answer as they are told to. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../deploy/compare";
import type { CompareWorld } from "../../../deploy/compare/compare-keys";
import { cloudBench } from "../../../deploy/compare/cloud-bench";
import { billingTable } from "../../../deploy/compare/cost";
import { CompareError, refuseUnsafe } from "../../../deploy/compare/safety";
import { type Variant, VARIANTS, variantOf } from "../../../deploy/compare/variants";
import { UsageError } from "../../../deploy/command-line";
import { type SettingName, settingsOf } from "../../../deploy/deployment/settings";
import type { Command } from "../../../deploy/resources/command";
import type { Run } from "../../../deploy/run";
import { packageVersion } from "../../../deploy/settings";
import { loadTableSchema } from "../../../schemas/load";

const GIVEN = { PROJECT_ID: "bank-project", DEPLOYMENT: "keys", ZONE: "europe-west2-b" };
const WORDS = Object.entries(GIVEN).map(([name, value]) => `${name}=${value}`);
const of = (given: Partial<Record<SettingName, string>>) => settingsOf({ ...GIVEN, ...given });
const stops = (code: string) => (error: unknown) => error instanceof CompareError && error.code === code;

describe("a comparison is refused", () => {
  const cases: readonly (readonly [string, Partial<Record<SettingName, string>>, Record<string, string>])[] = [
    ["NO_NAME", { DEPLOYMENT: "" }, {}],
    ["PRODUCTION", { DEPLOYMENT: "keys-prod" }, {}],
    ["PRODUCTION", { PROJECT_ID: "bank-prd-1" }, {}],
    ["PRODUCTION", {}, { environment: "Production" }],
    ["NO_ZONE", { ZONE: "" }, {}],
    ["SETTING", { PROFILE: "article" }, {}],
    ["SETTING", { DEPLOYMENT: "keys_of_mine" }, {}],
    ["SETTING", { DEPLOYMENT: "a-name-that-is-far-too-long" }, {}],
  ];
  for (const [code, given, labels] of cases)
    it(`as ${code}: ${JSON.stringify({ ...given, ...labels })}`, () => {
      assert.throws(() => refuseUnsafe(of(given), labels), stops(code));
    });

  it("and else is not, with names of buckets that fit", () => {
    const longest = of({ PROJECT_ID: "a".repeat(30), DEPLOYMENT: "b".repeat(23) });
    refuseUnsafe(longest, { team: "payments" });
    for (const variant of VARIANTS) variantOf(longest, variant, loadTableSchema(longest.SCHEMA), "0.1.0");
  });
});

describe("the command line of a comparison", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compare-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function said(argv: readonly string[], run: Run, more: Partial<CompareWorld> = {}) {
    let out = "";
    const say = (text: string) => {
      out += text;
    };
    const world = { env: {}, settingsFile: "none", run, print: say, complain: say, wait: async () => {} };
    return { code: await main(argv, { ...world, journal: join(folder, "journal.jsonl"), ...more }), out };
  }
  const nobody: Run = async ({ args }) => assert.fail(`nobody is asked: ${args.join(" ")}`);
  const labelled =
    (labels: object): Run =>
    async ({ args }) => {
      assert.equal(args.slice(0, 2).join(" "), "projects describe", "nothing else is asked before it is confirmed");
      return { code: 0, stdout: JSON.stringify({ projectNumber: "1", labels }), stderr: "" };
    };

  it("asks nobody where a name says production, and changes nothing where a label does", async () => {
    const { code, out } = await said(["compare-keys", ...WORDS, "DEPLOYMENT=live", "--yes", "live"], nobody);
    assert.equal(code, 1);
    assert.match(out, /DEPLOYMENT is live/);
    const label = await said(["compare-keys", ...WORDS, "--yes", "keys"], labelled({ stage: "prod" }));
    assert.match(label.out, /the project's label stage is prod/);
    assert.equal(label.code, 1);
  });

  it("says what it would do, and changes nothing where the name is not typed", async () => {
    const argv = ["compare-keys", ...WORDS, "--rounds", "4", "--folder", folder];
    const { code, out } = await said(argv, labelled({}));
    assert.equal(code, 1);
    assert.match(out, /12 jobs on 1 × n2-standard-2 in europe-west2-b/);
    assert.match(out, /4 rounds are too few for any conclusion: 6 at least/);
    assert.match(out, /make compare-keys-teardown DEPLOYMENT=keys/);
    assert.match(out, /nobody can be asked here: --yes keys/);
    assert.equal((await said([...argv, "--yes", "other"], labelled({}))).code, 1);
  });

  it("refuses what it cannot run by", async () => {
    for (const wrong of [
      ["--rounds", "0"],
      ["--rounds", "1.5"],
      ["--rate", "x"],
      ["--billing-table", "a.b"],
      ["--job-flags", "$(x)"],
      ["--nothing", "1"],
    ])
      assert.equal((await said(["compare-keys", ...WORDS, ...wrong], labelled({}))).code, 2, wrong.join(" "));
    assert.throws(() => billingTable("p.d.t; drop"), UsageError);
    assert.equal((await said(["teardown", ...WORDS, "--destroy-keys", "other"], labelled({}))).code, 2);
    const none = await said(["report", "--folder", folder], nobody);
    assert.match(none.out, /no rounds are on record/);
  });

  it("measures nothing again that is on record, and tells how all is taken away, whatever comes", async () => {
    const delays = { p50: 1, p95: 2, p99: 3 };
    const counted = { published: 10, rows: 10, duplicates: 0 };
    const times = { job: "j", startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T01:00:00.000Z" };
    const measured = VARIANTS.map((variant) => ({
      ...{ round: 1, variant, ...times, backlog: { ...counted, messagesPerSecond: 9 }, steady: { ...counted, delays } },
    }));
    const at = { deployment: "keys", project: "bank-project", zone: "europe-west2-b", machineType: "n2-standard-2" };
    const setting = {
      ...{ backlog: 200_000, rate: 500, steady: 300, seed: 1, ...at, workers: 1, jobFlags: "" },
      ...{ version: packageVersion(), standIn: null },
    };
    const record = { format: 1, setting, startedAt: times.startedAt, measured, torn: [] };
    writeFileSync(join(folder, "rounds.json"), JSON.stringify(record));
    const argv = ["compare-keys", ...WORDS, "--folder", folder, "--yes", "keys"];
    const whole = await said([...argv, "--rounds", "1"], labelled({}));
    assert.equal(whole.code, 0, whole.out);
    assert.match(whole.out, /1 rounds in project bank-project, 0 of them left/);
    assert.match(whole.out, /1 rounds are too few for any conclusion/);
    const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as { standIn: null; rounds: number };
    assert.deepEqual([summary.standIn, summary.rounds], [null, 1]);

    // One more is asked for, and the cloud refuses: what was measured stays, and what to do is said.
    const refusing: Run = async ({ args }) =>
      args.slice(0, 2).join(" ") === "projects describe"
        ? { code: 0, stdout: JSON.stringify({ projectNumber: "1" }), stderr: "" }
        : { code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED: you may not" };
    const stopped = await said([...argv, "--rounds", "2"], refusing);
    assert.equal(stopped.code, 1, stopped.out);
    assert.match(stopped.out, /the same command goes on from there\n.*make compare-keys-teardown DEPLOYMENT=keys/);
    assert.equal(JSON.parse(readFileSync(join(folder, "rounds.json"), "utf8")).measured.length, VARIANTS.length);
    const other = await said([...argv, "--rounds", "2", "--rate", "7"], labelled({}));
    assert.match(other.out, /the rounds on record have rate 500, and 7 is asked for/);
  });

  it("reports the rounds on record once more, with their cost", async () => {
    const delays = { p50: 1, p95: 2, p99: 3 };
    const counted = { published: 500_000, rows: 500_000, duplicates: 0 };
    const measured = VARIANTS.map((variant) => ({
      ...{ round: 1, variant, job: "j", startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T01:00:00.000Z" },
      ...{ backlog: { ...counted, messagesPerSecond: 9 }, steady: { ...counted, delays } },
    }));
    const load = { backlog: 1, rate: 1, steady: 1, seed: 1 };
    const at = { deployment: "keys", project: "bank-project", zone: "z", machineType: "m", workers: 1 };
    const setting = { ...load, ...at, jobFlags: "", version: "0.1.0", standIn: null };
    const record = { format: 1, setting, startedAt: "2026-01-01T00:00:00.000Z", measured, torn: [] };
    writeFileSync(join(folder, "rounds.json"), JSON.stringify(record));
    const asked: Command[] = [];
    const line = (deployment: string, service: string, cost: string) => ({
      ...{ deployment, service, cost, currency: "GBP", newest: "2026-01-01T02:00:00Z" },
    });
    const billing: Run = async (command) => {
      asked.push(command);
      const lines = [
        line("keys-nocmek", "Dataflow", "1.5"),
        line("keys-hsm", "Dataflow", "1.5"),
        line("keys-hsm", "KMS", "1"),
      ];
      return { code: 0, stdout: JSON.stringify(lines), stderr: "" };
    };
    const table = ["--billing-table", "billing-project.export.gcp_billing_export_v1_0A"];
    const { code, out } = await said(["report", "--folder", folder, ...table], billing);
    assert.equal(code, 0);
    assert.match(out, /cost in GBP: google 1\.50 \(1\.50 a million messages\), software no line yet, hsm 2\.50/);
    assert.match(
      asked[0]!.args.at(-1)!,
      /label\.key = 'deployment' and label\.value in \('keys-nocmek', 'keys-software', 'keys-hsm'\)/,
    );
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), /KMS/);
    const refused = await said(["report", "--folder", folder, ...table], async () => ({
      ...{ code: 1, stdout: "", stderr: "Access Denied: Table: you may not" },
    }));
    assert.match(refused.out, /cost: not observed in billing-project/);
    assert.match((await said(["report", "--folder", folder], nobody)).out, /cost: not asked/);
  });
});

describe("a round on the cloud", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compare-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** `jobs`: labels of the active ones. */
  function worldOf(
    answers: { jobs?: readonly string[]; state?: () => string; rows?: object; seek?: number; submit?: number } = {},
  ) {
    const done: string[] = [];
    const run: Run = async ({ tool, args }) => {
      const words = args.join(" ");
      done.push(`${tool} ${words}`);
      const answer = (value: unknown) => ({ code: 0, stdout: JSON.stringify(value), stderr: "" });
      if (words.startsWith("dataflow jobs list"))
        return answer(
          (answers.jobs ?? []).map((label, at) => ({ id: `${at}-${label}`, name: "n", location: "europe-west2" })),
        );
      if (words.startsWith("dataflow jobs describe")) {
        const id = args[3]!;
        const name = id.replace(/^\d-/, "");
        const settings = of({});
        const environment = { tempStoragePrefix: `storage.googleapis.com/${settings.PROJECT_ID}-${name}/temp` };
        const state = answers.state?.() ?? "JOB_STATE_CANCELLED";
        return answer({
          id,
          name: "n",
          location: "europe-west2",
          labels: { deployment: name },
          environment,
          currentState: state,
        });
      }
      if (words.startsWith("pubsub subscriptions seek"))
        return { ...answer({}), code: answers.seek ?? 0, stderr: "no" };
      return answer([answers.rows ?? { n: "7" }]);
    };
    const submitted: (readonly string[])[] = [];
    let now = Date.parse("2026-01-01T00:00:00Z");
    const world = {
      ...{ run, now: () => now },
      wait: async (ms: number) => {
        now += ms;
      },
      generate: async ({
        topic,
        seed,
        invalid,
        rate,
        messages,
      }: {
        topic: string;
        seed: number;
        invalid?: number;
        rate?: number;
        messages: number;
      }) => {
        done.push(`generate ${topic} seed ${seed} invalid ${invalid} rate ${rate}`);
        return { ids: messages, unconfirmed: 0 };
      },
      submit: async (flags: readonly string[]) => {
        submitted.push(flags);
        const path = flags.find((flag) => flag.startsWith("--job_folder="))!.slice("--job_folder=".length);
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, "job.json"), JSON.stringify({ jobId: "2026-job" }));
        return { code: answers.submit ?? 0, said: "not submitted: a rule is broken" };
      },
    };
    const variants = VARIANTS.map((one) => variantOf(of({}), one, loadTableSchema(of({}).SCHEMA), "0.1.0"));
    const shape = { machineType: "n2-standard-4", workers: 2, more: ["--pubsub_read=native"] };
    const bench = cloudBench({ variants, shape, version: "0.1.0", folder }, world);
    return { bench, done, submitted };
  }

  it("ends what an interrupted run left of this variant, and nobody else's job", async () => {
    const { bench, done } = worldOf({ jobs: ["keys-hsm", "keys-software", "str-pl"] });
    await bench.clear("hsm");
    const cancelled = done.filter((line) => line.includes("jobs cancel"));
    assert.deepEqual(cancelled, [
      "gcloud dataflow jobs cancel 0-keys-hsm --region=europe-west2 --project=bank-project",
    ]);
    assert.ok(
      done.at(-1)!.startsWith("gcloud pubsub subscriptions seek keys-hsm --project=bank-project --time=2026-01-01T"),
    );
    await assert.rejects(worldOf({ seek: 1 }).bench.clear("hsm"), stops("STOPPED"));
    const never = worldOf({ jobs: ["keys-hsm"], state: () => "JOB_STATE_CANCELLING" });
    await assert.rejects(never.bench.clear("hsm"), stops("STOPPED"));
  });

  it("publishes to the variant's own topic, submits its job alike, and asks its own table", async () => {
    const { bench, done, submitted } = worldOf({
      rows: {
        ids: "9",
        copies: "10",
        untimed: "0",
        p50: "0.5",
        p95: "1.5",
        p99: "2",
        micros: "2000000",
        between_edges: "8",
        n: "9",
      },
    });
    for (const variant of VARIANTS) {
      assert.equal(await bench.publish(variant, { messages: 5, seed: 3, phase: "backlog", round: 2 }), 5);
      const job = await bench.start(variant, 2);
      assert.equal(job.id, "2026-job");
      await job.stop();
      const window = { from: 1, to: 2 };
      assert.equal(await bench.rows(variant, window), 9);
      assert.deepEqual(await bench.timings(variant, window), {
        ...{ rows: 9, duplicates: 1, untimed: 0, messagesPerSecond: 4, delays: { p50: 0.5, p95: 1.5, p99: 2 } },
      });
    }
    const topics = done.filter((line) => line.startsWith("generate"));
    assert.deepEqual(
      topics,
      ["nocmek", "software", "hsm"].map((name) => `generate keys-${name} seed 3 invalid 0 rate undefined`),
    );
    const keys = submitted.map((flags) => flags.find((flag) => flag.startsWith("--dataflow_kms_key=")) ?? "none");
    assert.deepEqual(
      keys.map((key) => key.replace(/.*\//, "")),
      ["none", "keys-software", "keys-hsm"],
    );
    for (const flags of submitted)
      for (const flag of [
        "--machine_type=n2-standard-4",
        "--num_workers=2",
        "--max_num_workers=2",
        "--autoscaling_algorithm=NONE",
        "--worker_zone=europe-west2-b",
        "--write_metadata",
        "--pubsub_read=native",
      ])
        assert.ok(flags.includes(flag), flag);
    const queries = done.filter((line) => line.startsWith("bq "));
    for (const [at, variant] of (VARIANTS as readonly Variant[]).entries())
      assert.ok(queries[2 * at]!.includes(`keys_${variant === "google" ? "nocmek" : variant}.cc_account_info`));
  });

  it("stops where no job is made, or the generator is refused", async () => {
    const { bench } = worldOf({ submit: 2 });
    await assert.rejects(bench.start("hsm", 1), (error: Error) => /no job was made: not submitted/.test(error.message));
  });
});
