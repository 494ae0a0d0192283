#!/usr/bin/env -S npx ts-node
/** The off switch: takes the keys away, gives them back, changes them. Exit codes: 0 done and proven, 1 not, 2 a command line that cannot be run. */
import { OffSwitchError } from "./change/revoke/error";
import { HOWS, WAYS } from "./change/revoke/record";
import { commandLine, runIfMain, text, withSettings, yesNo } from "./command-line";
import { CONSUMERS } from "./observe/access/probe";
import { ProjectNotObserved } from "./observe/read";
import { RESTORED_WITHIN_SECONDS, restoreCommand } from "./off-switch/restore";
import { JOB_WITHIN_SECONDS, revokeCommand } from "./off-switch/revoke";
import { rotateCommand } from "./off-switch/rotate";

const YES = text("the key's name, in place of typing it; of two keys both, with a comma between");
const SKIP = {
  array: true,
  nargs: 1,
  choices: CONSUMERS,
  default: [] as string[],
  describe: "a consumer that is not watched",
} as const;

export const main = commandLine(
  "deploy/off-switch.ts",
  [
    {
      words: "revoke [settings..]",
      describe: "take the keys away, and watch each consumer until it is refused",
      options: (argv) =>
        withSettings(argv)
          .option("yes", YES)
          .option("by", { choices: WAYS, default: "versions", describe: "what is taken" } as const)
          .option("how", { choices: HOWS, default: "now", describe: "what becomes of a running job before" } as const)
          .option("only", text("one key of the deployment's, by its name"))
          .option("within", text("seconds after which what still works is named"))
          .option("job-within", text(`seconds for a job to drain; ${JOB_WITHIN_SECONDS} unless said`))
          .option("skip", SKIP)
          .option(
            "at-once",
            yesNo("take the versions first, and look around afterwards: what worked before is not known"),
          )
          .option("dry-run", yesNo("say what would stop and which commands run, and change nothing")),
      run: revokeCommand,
    },
    {
      words: "restore [settings..]",
      describe: "give back what revoke took, wait until each consumer works, count what waits",
      options: (argv) =>
        withSettings(argv)
          .option("yes", YES)
          .option("within", text(`seconds; ${RESTORED_WITHIN_SECONDS} unless said`))
          .option("skip", SKIP)
          .option("start-job", text("a command line that is run once everything works"))
          .option("dry-run", yesNo("say what would be given back, and change nothing")),
      run: restoreCommand,
    },
    {
      words: "rotate [settings..]",
      describe: "a new primary version; encrypt anew what can be; say what is still under which version",
      options: (argv) =>
        withSettings(argv)
          .option("yes", YES)
          .option("only", text("one key of the deployment's, by its name"))
          .option("keep-primary", yesNo("make no new version: go on with what is left to encrypt anew"))
          .option("disable-old", yesNo("disable older versions that no table, file or running job is known to need"))
          .option("force", yesNo("with --disable-old: those that are in use, too"))
          .option("dry-run", yesNo("say what is under which version, and change nothing")),
      run: rotateCommand,
    },
  ],
  [ProjectNotObserved, OffSwitchError],
);

runIfMain(module, main);
