// Sums the counts of all test runs: `node sum-counts.js FILE FAILED`. FAILED is 1 where a check outside of mocha failed.
const { readFileSync } = require("node:fs");

const [file, failedElsewhere] = process.argv.slice(2);
const runs = readFileSync(file, "utf8").trim().split("\n").map(JSON.parse);
const sum = (name) => runs.reduce((total, run) => total + run[name], 0);

for (const reason of new Set(runs.flatMap((run) => run.reasons))) console.log(`SKIPPED: ${reason}`);
if (failedElsewhere !== "0") console.log("Something failed: see above.");
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = failedElsewhere !== "0" || sum("failed") > 0 ? 1 : 0;
