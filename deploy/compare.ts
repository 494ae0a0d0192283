#!/usr/bin/env -S npx ts-node
/**
 * "Is encryption slow?": the same load under Google's own key, a software and an HSM key. Exit codes: 0 measured, or taken away; 1 an error;
 * 2 a command line that cannot be run.
 */
import { ApplyError } from "./change/apply";
import { OffSwitchError } from "./change/revoke/error";
import { commandLine, runIfMain, text, withSettings, yesNo } from "./command-line";
import { FOLDER } from "./compare/asked";
import { compareCommand } from "./compare/compare-keys";
import { reportCommand } from "./compare/report";
import { CompareError } from "./compare/safety";
import { teardownCommand } from "./compare/teardown";
import { LEAST_ROUNDS } from "./compare/verdict";
import { ProjectNotObserved } from "./observe/read";

export const main = commandLine(
  "deploy/compare.ts",
  [
    {
      words: "compare-keys [settings..]",
      describe: "the same load under Google's own key, a software and an HSM key, in turns; goes on where it stopped",
      options: (argv) =>
        withSettings(argv)
          .option("yes", text("the deployment's name, in place of typing it"))
          .option("rounds", text(`12 unless said; under ${LEAST_ROUNDS} nothing is concluded`))
          .option("backlog", text("messages that wait before each job; 200000 unless said"))
          .option("rate", text("messages a second while it runs; 500 unless said"))
          .option("steady", text("seconds of that rate; 300 unless said"))
          .option("drain", text("seconds for what waits to be drained; 1800 unless said"))
          .option("machine-type", text("of every job's workers; n2-standard-2 unless said"))
          .option("workers", text("of every job; 1 unless said"))
          .option("job-flags", text("of pipeline/main.ts's own, for every job"))
          .option("seed", text("of the messages and the order; 1 unless said"))
          .option("detect", text("the difference that is to be found, in percent; 5 unless said"))
          .option("billing-table", text("Cloud Billing's export, project.dataset.table: what it cost"))
          .option("folder", text(`where rounds and reports are kept; ${FOLDER} unless said`)),
      run: compareCommand,
    },
    {
      words: "report",
      describe: "the files once more, of the rounds on record; with the cost, once the export has it",
      options: (argv) =>
        argv
          .option("detect", text("the difference that is to be found, in percent; 5 unless said"))
          .option("billing-table", text("Cloud Billing's export, project.dataset.table"))
          .option("folder", text(`where the rounds are; ${FOLDER} unless said`)),
      run: reportCommand,
    },
    {
      words: "teardown [settings..]",
      describe: "take the three deployments away, with what they hold; asks once",
      options: (argv) =>
        withSettings(argv)
          .option("yes", text("the deployment's name, in place of typing it"))
          .option("dry-run", yesNo("say what would go, and change nothing"))
          .option("destroy-keys", text("schedule the versions of these keys of theirs for destruction")),
      run: teardownCommand,
    },
  ],
  [ProjectNotObserved, ApplyError, CompareError, OffSwitchError],
);

runIfMain(module, main);
