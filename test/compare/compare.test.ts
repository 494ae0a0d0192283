/** The comparison on this machine, smaller: the real pipeline on stand-ins, and BigQuery's query for times on its emulator. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timingsOf } from "../../deploy/compare/bench";
import { readComparison } from "../../deploy/compare/record";
import { STAND_IN_MARK } from "../../deploy/compare/said";
import { timingsOfRow, timingsSql } from "../../deploy/compare/timings-query";
import { VARIANTS } from "../../deploy/compare/variants";
import { isFirstNode } from "../support/first-node";
import { orSkip } from "../support/skip";
import { compareLocally } from "./compare";
import type { CompareStandIns } from "./stand-ins";

if (isFirstNode) {
  describe("the comparison of keys on this machine", function () {
    this.timeout(600_000);
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "compare-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("measures each variant, loses nothing, concludes nothing, and says in every line what it ran on", async function () {
      let said = "";
      const print = (text: string) => {
        said += text;
      };
      const sizes = { backlog: 2500, rate: 100, steady: 1, seed: 1, rounds: 1, detect: 5 };
      const more = { folder, holdMs: { hsm: 100 }, resume: false, print };
      const summary = await orSkip(this, () => compareLocally({ ...sizes, ...more }, asksTheEmulator));
      assert.ok(
        said
          .split("\n")
          .slice(0, -1)
          .every((line) => line.startsWith(`[${STAND_IN_MARK}]`)),
        said,
      );
      assert.deepEqual([summary.rounds, summary.lost, summary.duplicates], [1, 0, 0], said);
      assert.equal(summary.published, VARIANTS.length * (2500 + 100));
      assert.match(summary.standIn!, /each insert of hsm held for 100 ms/);
      assert.ok(summary.verdicts.every(({ outcome }) => outcome === "too few rounds"));
      for (const { steady, backlog } of readComparison(folder)!.measured)
        assert.ok(steady.delays.p50 > 0 && steady.delays.p50 <= steady.delays.p99 && backlog.messagesPerSecond > 0);
      assert.deepEqual(
        JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")),
        JSON.parse(JSON.stringify(summary)),
      );
    });
  });
}

/** BigQuery's query answers what is counted here, of the same rows: some twice, one without a time, one outside of the window. */
async function asksTheEmulator({ bigquery }: CompareStandIns): Promise<void> {
  const at = Date.parse("2026-01-01T00:00:00Z");
  const fields = [
    ["message_id", "STRING"],
    ["publish_time", "TIMESTAMP"],
    ["written_at", "TIMESTAMP"],
  ].map(([name, type]) => ({ name, type }));
  await bigquery.createDataset("times");
  await bigquery.dataset("times").createTable("rows", { schema: { fields } });
  const rows = Array.from({ length: 60 }, (_, index) => ({
    ...{ id: `${index % 50}`, published: at + (index % 50) * 10 },
    written: index === 7 ? undefined : at + 1000 + ((index * 37) % 61) * 20,
  }));
  const outside = { id: "late", published: at + 60_000, written: at + 61_000 };
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  await bigquery
    .dataset("times")
    .table("rows")
    .insert(
      [...rows, outside].map(({ id, published, written }) => ({
        message_id: id,
        publish_time: iso(published),
        written_at: iso(written),
      })),
    );
  const [answer] = await bigquery.query(timingsSql("`times.rows`", { from: at, to: at + 1000 }));
  const { messagesPerSecond, delays, ...counts } = timingsOfRow(answer[0]);
  const wanted = timingsOf(rows);
  assert.deepEqual(counts, { rows: wanted.rows, duplicates: wanted.duplicates, untimed: wanted.untimed });
  assert.ok(Math.abs(messagesPerSecond! - wanted.messagesPerSecond!) < 1e-6);
  for (const name of ["p50", "p95", "p99"] as const) assert.ok(Math.abs(delays![name] - wanted.delays![name]) < 1e-9);
}
