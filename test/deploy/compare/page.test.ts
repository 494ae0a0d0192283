/** The page, the plot and the lines of a comparison. */
import assert from "node:assert/strict";
import type { Measured } from "../../../deploy/compare/measured";
import { pageOf } from "../../../deploy/compare/page";
import { plotFile } from "../../../deploy/compare/plot";
import type { Setting } from "../../../deploy/compare/record";
import { lines, STAND_IN_MARK, summaryAsMarkdown, summaryAsText } from "../../../deploy/compare/said";
import { type Summary, summaryOf } from "../../../deploy/compare/summary";
import { VARIANTS } from "../../../deploy/compare/variants";

function summary(standIn: string | null, rounds = 8, deployment = "keys"): Summary {
  const measured = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    VARIANTS.map((variant, at): Measured => {
      const delays = { p50: 1 + at * 0.5 + round / 100, p95: 2, p99: 3 + round / 10 };
      const counted = { published: 10, rows: 10, duplicates: 0 };
      const times = { startedAt: "2026-01-01T00:00:00.000Z", endedAt: "2026-01-01T01:00:00.000Z", job: "j" };
      return {
        ...{ round, variant, ...times, steady: { ...counted, delays } },
        backlog: { ...counted, messagesPerSecond: 1000 + round * (at + 1) },
      };
    }),
  );
  const at = { deployment, project: "bank-project", zone: "europe-west2-b", machineType: "n2-standard-2", workers: 1 };
  const setting: Setting = {
    ...{ backlog: 1, rate: 1, steady: 1, seed: 1 },
    ...at,
    jobFlags: "",
    version: "0.1.0",
    standIn,
  };
  const comparison = { format: 1, setting, startedAt: "2026-01-01T00:00:00.000Z", measured, torn: [] } as const;
  return summaryOf(comparison, { detect: 5, cost: { asked: false } });
}

describe("the report of a comparison", () => {
  it("says in every line, and every part, that stand-ins made it", () => {
    let out = "";
    const tell = lines((text) => {
      out += text;
    }, "stand-ins");
    tell(`\n${summaryAsText(summary("stand-ins"))}\n`);
    const all = out.split("\n").slice(0, -1);
    assert.ok(all.length > 15 && all.every((line) => line.startsWith(`[${STAND_IN_MARK}]`)), out);
    const page = pageOf(summary("stand-ins"));
    // Title, banner, plot and its words, both tables, the footer.
    assert.ok(page.split(new RegExp(STAND_IN_MARK, "i")).length > 7);
    assert.match(plotFile(summary("stand-ins")), new RegExp(`<text[^>]*>${STAND_IN_MARK}`));
    assert.match(summaryAsMarkdown(summary("stand-ins")), new RegExp(`\\*\\*${STAND_IN_MARK}`));
  });

  it("says nothing of stand-ins on Google Cloud", () => {
    let out = "";
    lines((text) => {
      out += text;
    }, null)(summaryAsText(summary(null)));
    for (const text of [out, pageOf(summary(null)), plotFile(summary(null)), summaryAsMarkdown(summary(null))])
      assert.doesNotMatch(text, /stand-in[s,]/i);
  });

  it("loads nothing, runs nothing, and takes no text for markup", () => {
    const page = pageOf(summary("<script>alert(1)</script>", 8, "<b>x</b>"));
    assert.doesNotMatch(page, /<script|<b>|<link|<img|@import|url\(/);
    assert.match(page, /default-src &#39;none&#39;/);
    for (const text of [page, plotFile(summary(null))])
      assert.deepEqual(
        [...text.matchAll(/https?:\/\/[^"<]+/g)]
          .map(([url]) => url)
          .filter((url) => url !== "http://www.w3.org/2000/svg"),
        [],
      );
  });

  it("draws an interval and a dot for each round, and an arrow where one goes beyond", () => {
    const { differences, verdicts, ...rest } = summary(null);
    const svg = plotFile({ differences, verdicts, ...rest });
    assert.equal(
      svg.split("<circle").length - 1,
      differences.reduce((sum, { percent }) => sum + percent.length, 0),
    );
    assert.equal(svg.split('class="bar"').length - 1, verdicts.length);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    const wide = verdicts.map((one) => ({ ...one, slower: { low: -99, mean: 10, high: 1e9 } }));
    const far = plotFile({ differences, verdicts: wide, ...rest });
    assert.match(far, /l12 8 -12 8z/);
    assert.match(far, /over 1000 %/);
    assert.doesNotMatch(
      pageOf(summary(null, 0)) + plotFile(summary(null, 0)) + pageOf(summary(null, 1)),
      /NaN|Infinity/,
    );
  });
});
