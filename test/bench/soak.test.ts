/** What `make soak` says of samples that are known: a leak is found, noise is none. Nothing runs for hours here. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Delays } from "./soak/delays";
import { plot } from "./soak/plot";
import { usageOf } from "./soak/process";
import { reportOf, type Run } from "./soak/report";
import { openCsv, type Sample } from "./soak/samples";
import { numberOf, SettingError, wordOf } from "./soak/settings";
import { byMinute, median, quantile, settled, theilSen, verdictOf } from "./soak/statistics";
import { startTable } from "./soak/table";
import { writtenBy } from "./soak/traffic";
import { MissingTool } from "../support/emulators/process";
import { skipFor } from "../support/skip";
import { Random } from "../../generator/random";
import { bigQueryClient } from "../../pipeline/endpoints/bigquery-client";
import { openBigQueryTable } from "../../pipeline/endpoints/bigquery-table";
import { loadTableSchema } from "../../schemas/load";

const MB = 1e6;
const HOURS = 2;

/** Between -1 and 1, the same for the same seed. */
function noise(seed: number): () => number {
  const drawn = new Random(seed);
  return () => drawn.next() / 2 ** 31 - 1;
}

/** Two hours of a sample each ten seconds: memory that saws, and grows by `leak` MB an hour; a bad minute of delays here and there. */
function twoHours(leak: number, seed = 1): Sample[] {
  const shake = noise(seed);
  return Array.from({ length: HOURS * 360 }, (_, i) => {
    const [seconds, bad] = [i * 10, i % 97 < 3];
    const warm = 40 * Math.exp(-seconds / 120);
    const rssBytes = (220 - warm + 8 * shake() + (leak * seconds) / 3600) * MB;
    const delay = { delayP50: (bad ? 900 : 110) + 10 * shake(), delayP99: bad ? 2500 : 300, delayMax: 3000 };
    const counts = { published: seconds * 300, written: seconds * 300 - 30, backlog: bad ? 300 : 30 };
    return {
      ...{ seconds, cpuSeconds: seconds * 0.08, rssBytes, anonymousBytes: rssBytes / 2, threads: 13, descriptors: 21 },
      ...{
        sockets: 4,
        waitedSeconds: seconds / 50,
        heapUsedBytes: 65 * MB,
        heapTotalBytes: 90 * MB,
        externalBytes: 28 * MB,
        cpuMicros: 260,
      },
      ...{ ...delay, ...counts, load: 3 },
    };
  });
}

const RUN: Run = {
  ...{ startedAt: "2026-01-01T00:00:00Z", machine: "2 × a processor", node: "v20", rate: 300, invalid: 0.02 },
  ...{ sink: "stand-in", askedMinutes: 120, limits: { rssMegabytes: 10, delayMs: 50 }, published: 100, unknownRows: 0 },
};
const SUMMARY = { received: 100, rows: 98, deadLetters: { not_json: 2 }, redelivered: 0 } as unknown as Run["summary"];

describe("a slope", () => {
  const line = (count: number, value: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => ({ hours: i / 60, value: value(i) }));

  it("is that of a straight line, exactly", () => {
    const { perHour, low, high } = theilSen(line(50, (i) => 7 + i / 20));
    for (const value of [perHour, low, high]) assert.ok(Math.abs(value - 3) < 1e-9);
  });

  it("is not moved by a quarter of the points that are wild", () => {
    const shake = noise(3);
    const { perHour } = theilSen(line(120, (i) => (i % 4 === 0 ? 5000 * shake() : 100 + i / 60)));
    assert.ok(Math.abs(perHour - 1) < 0.5, String(perHour));
  });

  it("has an interval that holds the true one about 95 times of 100", () => {
    let held = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const shake = noise(seed);
      const { low, high } = theilSen(line(40, (i) => (2 * i) / 60 + shake()));
      if (low <= 2 && 2 <= high) held += 1;
    }
    assert.ok(held >= 180 && held < 200, `${held} of 200`);
  });

  it("is refused of four points", () => {
    assert.throws(() => theilSen(line(4, () => 1)), RangeError);
  });

  it("is judged by the whole interval", () => {
    const slope = { perHour: 5, low: 2, high: 8 };
    assert.deepEqual(
      [10, 8, 5, 1].map((limit) => verdictOf(slope, limit)),
      ["flat", "flat", "not told", "grows"],
    );
  });

  it("is taken over the medians of minutes, without the start", () => {
    const points = twoHours(0).map(({ seconds }) => ({ hours: seconds / 3600, value: seconds }));
    assert.equal(byMinute(points).length, 120);
    assert.equal(byMinute(points)[1]!.value, 85);
    assert.equal(settled(points)[0]!.value, 600);
    assert.equal(settled(points.slice(0, 61))[0]!.value, 120);
  });

  it("stands on middles and shares", () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
    assert.deepEqual([quantile([5, 1, 3], 0.5), quantile([5, 1, 3], 1), quantile([5, 1, 3], 0)], [3, 5, 1]);
    assert.ok(Number.isNaN(quantile([], 0.5)));
  });
});

describe("the report of a soak", () => {
  it("says flat of memory that only saws, and of delays with bad minutes", () => {
    for (const seed of [1, 2, 3]) {
      const { troubles, markdown } = reportOf(twoHours(0, seed), { ...RUN, summary: SUMMARY });
      assert.deepEqual(troubles, []);
      assert.match(markdown, /\*\*Flat\.\*\*/);
    }
  });

  it("finds a planted leak of 20 MB an hour, and says its size", () => {
    const { troubles, findings } = reportOf(twoHours(20), { ...RUN, summary: SUMMARY });
    assert.equal(troubles.length, 1);
    assert.match(troubles[0]!, /^resident memory grows by .* MB\/h .*, and may by 10 MB\/h$/);
    const memory = findings.find(({ what }) => what === "resident memory")!;
    assert.equal(memory.verdict, "grows");
    assert.ok(Math.abs(memory.slope.perHour - 20) < 3, String(memory.slope.perHour));
  });

  it("finds delays that grow", () => {
    const slower = twoHours(0).map((sample) => ({ ...sample, delayP50: sample.delayP50 + sample.seconds / 30 }));
    const { troubles } = reportOf(slower, { ...RUN, summary: SUMMARY });
    assert.deepEqual(
      troubles.map((trouble) => trouble.split(",")[0]),
      ["delay"],
    );
  });

  it("does not pass where messages are missing, came twice, or the pipeline ended", () => {
    const trouble = (run: Partial<Run>) => reportOf(twoHours(0), { ...RUN, summary: SUMMARY, ...run }).troubles;
    assert.match(trouble({ published: 101 })[0]!, /^101 were published, 100 received, 100 became/);
    assert.match(trouble({ unknownRows: 2 })[0]!, /^2 rows came twice/);
    assert.deepEqual(trouble({ trouble: "the pipeline ended before its time" }), [
      "the pipeline ended before its time",
    ]);
  });

  it("says nothing of a run that was too short", () => {
    const { troubles, findings } = reportOf(twoHours(0).slice(0, 20), { ...RUN, summary: SUMMARY });
    assert.deepEqual(findings, []);
    assert.match(troubles[0]!, /too short/);
  });

  it("says how long it ran, and where that is not what was promised", () => {
    assert.match(reportOf(twoHours(0).slice(0, 450), RUN).markdown, /\*\*74\.8 minutes\*\*, not the two hours/);
    assert.doesNotMatch(reportOf(twoHours(0), RUN).markdown, /not the two hours/);
  });

  it("draws every minute, where a delay is not known too", () => {
    const gaps = twoHours(0).map((sample) => ({ ...sample, delayP50: Number.NaN, delayP99: Number.NaN }));
    for (const samples of [gaps, twoHours(0)]) {
      const { svg } = reportOf(samples, RUN);
      assert.equal(svg.match(/<polyline/g)!.length, 7);
      assert.doesNotMatch(svg, /NaN/);
      assert.ok(svg.length < 30_000);
    }
    const bounds = plot(
      "a & b",
      [{ title: "a < b", lines: [{ name: "", colour: "#000", values: [0, 30] }] }],
      [0, 1],
      "minutes",
    );
    assert.match(bounds, /<title>a &amp; b<\/title>/);
    assert.match(bounds, />50</);
    assert.match(bounds, /a &lt; b/);
  });
});

describe("what a soak measures", () => {
  it("is a line of its file as soon as it is known; what is not known is empty", () => {
    const dir = mkdtempSync(join(tmpdir(), "soak-"));
    const file = join(dir, "samples.csv");
    const keep = openCsv(file);
    const sample = { ...twoHours(0)[1]!, delayP50: Number.NaN };
    keep(sample);
    const [names, cells] = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    assert.deepEqual([...names!].sort(), Object.keys(sample).sort());
    for (const [i, name] of names!.entries()) {
      const value = sample[name as keyof Sample];
      assert.equal(cells![i], Number.isNaN(value) ? "" : String(value));
    }
    rmSync(dir, { recursive: true });
  });

  it("is this process' own memory, time, threads and descriptors", function () {
    if (!existsSync("/proc/self/stat")) skipFor(this, new MissingTool("/proc is missing", "make soak needs Linux"));
    const { cpuSeconds, waitedSeconds, rssBytes, anonymousBytes, threads, descriptors, sockets } = usageOf(process.pid);
    assert.ok(waitedSeconds >= 0 && waitedSeconds < 3600);
    assert.ok(cpuSeconds > 0 && rssBytes > 30 * MB && anonymousBytes > 0 && anonymousBytes <= rssBytes);
    assert.ok(threads > 1 && descriptors > 2 && sockets <= descriptors);
    assert.throws(() => usageOf(2 ** 30), { code: "ENOENT" });
  });

  it("is the delay of each id, whoever is told of it first, and keeps no more than is on its way", () => {
    const delays = new Delays();
    delays.onPublished(["a", "b", "c"], 100);
    delays.onRows(["a", "d"], 150);
    delays.onLetters(["b", "b", ""]);
    assert.deepEqual([delays.waiting, delays.unknown, delays.rows, delays.letters], [1, 1, 2, 1]);
    delays.onPublished(["d"], 120);
    assert.deepEqual(delays.take(), [50, 30]);
    assert.deepEqual([delays.take(), delays.waiting, delays.unknown, delays.published], [[], 1, 0, 4]);
    delays.onRows(["a"], 200);
    assert.equal(delays.unknown, 1);
  });

  it("is the last of the pipeline's progress lines", () => {
    const lines =
      "x INFO received 9, rows 8, dead letters 1, 3 messages/s\nx INFO received 90, rows 80, dead letters 4, 3 messages/s\n";
    assert.deepEqual([writtenBy(lines), writtenBy("nothing yet")], [84, 0]);
  });

  it("is what the table took, by insert id, from the pipeline's own writer", async () => {
    const schema = loadTableSchema("schemas/cc_account_info.json");
    const taken: string[] = [];
    const table = await startTable(schema, 1, (ids) => taken.push(...ids));
    const given = process.env.BIGQUERY_EMULATOR_HOST;
    process.env.BIGQUERY_EMULATOR_HOST = table.host;
    try {
      const writer = openBigQueryTable({ project: "soak-project", dataset: "soak", table: "rows" }, schema);
      const row = Object.fromEntries(schema.columns.map(({ name }) => [name, null]));
      const message = { data: Buffer.of(), attributes: {}, messageId: "7", publishTime: "", orderingKey: "" };
      assert.equal((await writer.write([{ message, row }])).kind, "written");
      assert.deepEqual(taken, ["7"]);
      assert.equal(bigQueryClient("soak-project").kind, "bigquery-emulator");
    } finally {
      if (given === undefined) delete process.env.BIGQUERY_EMULATOR_HOST;
      else process.env.BIGQUERY_EMULATOR_HOST = given;
      await table.stop();
    }
  });
});

describe("a setting of a bench", () => {
  it("is the usual one where make gives an empty one, and refused where it is none", () => {
    const env = { RATE: "", MINUTES: "0", SINK: "file", INVALID: "0", LIMIT_MB: "2.5" };
    assert.equal(numberOf("RATE", 300, {}, env), 300);
    assert.equal(numberOf("LIMIT_MB", 10, {}, env), 2.5);
    assert.equal(numberOf("INVALID", 0.02, { from: 0, to: 1 }, env), 0);
    assert.equal(wordOf("ELSE", ["a", "b"], env), "a");
    assert.throws(() => numberOf("MINUTES", 120, {}, env), SettingError);
    assert.throws(() => wordOf("SINK", ["stand-in", "duckdb"], env), SettingError);
  });
});
