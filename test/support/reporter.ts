/**
 * Mocha's spec reporter, and at the end why tests were skipped. The counts are added as one line of JSON to the file that TEST_COUNTS
 * names, so that several runs can be summed up.
 */
import { appendFileSync } from "node:fs";
import { type MochaOptions, reporters, type Runner } from "mocha";
import { skipReasons } from "./skip";

class Reporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes = 0, failures = 0, pending = 0 } = this.stats;
      for (const reason of skipReasons) process.stdout.write(`  SKIPPED: ${reason}\n`);
      if (pending > 0 && skipReasons.size === 0) process.stdout.write("  SKIPPED without a reason\n");
      const counts = { passed: passes, failed: failures, skipped: pending, reasons: [...skipReasons] };
      if (process.env.TEST_COUNTS) appendFileSync(process.env.TEST_COUNTS, `${JSON.stringify(counts)}\n`);
    });
  }
}

module.exports = Reporter;
