/**
 * Mocha's spec reporter, and at the end which tests were skipped, and why. The counts are added as one line of JSON to the file that TEST_COUNTS
 * names, so that several runs can be summed up.
 */
import { appendFileSync } from "node:fs";
import { type MochaOptions, reporters, type Runner } from "mocha";
import { skipReasons } from "./skip";

class Reporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const titles: string[] = [];
    runner.on("pending", (test) => titles.push(test.fullTitle()));
    runner.once("end", () => {
      const reasons = titles.length > 0 && skipReasons.size === 0 ? ["without a reason"] : [...skipReasons];
      for (const title of titles) process.stdout.write(`  skipped: ${title}\n`);
      for (const reason of reasons) process.stdout.write(`  SKIPPED: ${reason}\n`);
      const { passes: passed = 0, failures: failed = 0 } = this.stats;
      const counts = { passed, failed, skipped: titles.length, reasons, titles };
      if (process.env.TEST_COUNTS) appendFileSync(process.env.TEST_COUNTS, `${JSON.stringify(counts)}\n`);
    });
  }
}

module.exports = Reporter;
