#!/usr/bin/env -S npx ts-node
/** The deployment's command line. Exit codes: 0 done, 1 an error, 2 something to do (plan) or to decide (adopt), or a command line that cannot be run. */
import { ApplyError } from "./change/apply";
import { ADOPTED, adoptCommand } from "./adopt";
import { COMMANDS, type Options } from "./cli";
import {
  type Command,
  commandLine,
  type Given,
  runIfMain,
  settingsOfLine,
  text,
  withSettings,
  yesNo,
} from "./command-line";
import { jobFlags } from "./deployment/job-flags";
import { ProjectNotObserved } from "./observe/read";
import { RULES } from "./rules";
import { packageVersion, settingsFrom } from "./settings";

const JSON_OPTION = yesNo("as JSON");
const YES_OPTION = yesNo("do not ask");
const ORG_POLICIES_OPTION = yesNo("the organisation's policies, too, where the caller may set them");

const rules: Command = {
  words: "rules",
  describe: "list the rules: id, reason, source, mend",
  options: (argv) => argv.option("json", JSON_OPTION),
  run: async ({ json }, { print }) => {
    print(json ? rulesAsJson() : rulesAsText());
    return 0;
  },
};

const flagsOfJob: Command = {
  words: "job-flags [settings..]",
  describe: "the flags of a job of this deployment, for pipeline/main.ts",
  options: withSettings,
  run: async (given, { env, settingsFile, print }) => {
    print(`${jobFlags(settingsFrom(settingsOfLine(given), env, settingsFile), packageVersion()).join("\n")}\n`);
    return 0;
  },
};

const adopt: Command = {
  words: "adopt [settings..]",
  describe: "read a project that was set up by hand into a deployment file; changes nothing",
  options: (argv) => withSettings(argv).option("file", { ...text("the file that is written"), default: ADOPTED }),
  run: (given, world) => adoptCommand(settingsOfLine(given), String(given.file), world),
};

/** One that looks at a deployment. */
function command(name: keyof typeof COMMANDS, describe: string, options: Command["options"] = (argv) => argv): Command {
  return {
    words: `${name} [settings..]`,
    describe,
    options: (argv) => options(withSettings(argv).option("org-policies", ORG_POLICIES_OPTION)),
    run: (given, world) => COMMANDS[name](optionsOf(given), world),
  };
}

function optionsOf(given: Given): Options {
  const destroyKeys = given["destroy-keys"];
  return {
    settings: settingsOfLine(given),
    json: Boolean(given.json),
    yes: Boolean(given.yes),
    orgPolicies: Boolean(given["org-policies"]),
    deleteData: Boolean(given["delete-data"]),
    ...(typeof destroyKeys === "string" && { destroyKeys }),
  };
}

export const main = commandLine(
  "deploy/main.ts",
  [
    rules,
    command("plan", "what is there, what differs, and the commands that apply would run", (argv) =>
      argv.option("json", JSON_OPTION),
    ),
    command("apply", "make it so; asks once", (argv) => argv.option("yes", YES_OPTION)),
    command("verify", "every rule and every declared value against what the cloud says", (argv) =>
      argv.option("json", JSON_OPTION),
    ),
    command("teardown", "take away what carries this deployment's label; asks once", (argv) =>
      argv
        .option("yes", YES_OPTION)
        .option("delete-data", yesNo("messages, rows, files and logs, too"))
        .option("destroy-keys", {
          string: true,
          describe: "schedule the versions of this key for destruction; asks for its name where none is given",
        }),
    ),
    command("terraform", "write the same deployment for Terraform's google provider"),
    adopt,
    flagsOfJob,
  ],
  [ProjectNotObserved, ApplyError],
);

function rulesAsText(): string {
  return RULES.map(({ id, reason, source, mend }) => `${id}  ${reason}\n  source: ${source}\n  mend: ${mend}\n`).join(
    "\n",
  );
}

function rulesAsJson(): string {
  const rules = RULES.map(({ id, reason, source, mend }) => ({ id, reason, source, mend }));
  return `${JSON.stringify(rules, null, 2)}\n`;
}

runIfMain(module, main);
