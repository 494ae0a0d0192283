#!/usr/bin/env -S npx ts-node
/** The deployment's command line. Exit codes: 0 done, 1 an error, 2 something to do (plan) or a command line that cannot be run. */
import { createInterface } from "node:readline/promises";
import yargs from "yargs";
import { COMMANDS, type Options, type World } from "./cli";
import { ApplyError } from "./change/apply";
import { DeploymentError } from "./deployment";
import { ProjectNotObserved } from "./observe/read";
import { RULES } from "./rules";
import { runner, ToolMissing } from "./run";
import { SchemaError } from "../schemas/schema";

/** A command line that cannot be run. */
class UsageError extends Error {}

const JSON_OPTION = { boolean: true, default: false, describe: "as JSON" } as const;
const ORG_POLICIES_OPTION = {
  boolean: true,
  default: false,
  describe: "the organisation's policies, too, where the caller may set them",
} as const;
const SETTINGS_ARGUMENT = {
  array: true,
  string: true,
  default: [] as string[],
  describe: "NAME=value, as in .env, which it overrides",
} as const;

const parser = (argv: readonly string[]) =>
  yargs(argv as string[])
    .scriptName("deploy/main.ts")
    .usage("$0 COMMAND [options]")
    .parserConfiguration({ "camel-case-expansion": false, "parse-numbers": false })
    .command("rules", "list the rules: id, reason, source, mend", (rules) => rules.option("json", JSON_OPTION))
    .command("plan [settings..]", "what is there, what differs, and the commands that apply would run", (plan) =>
      plan
        .positional("settings", SETTINGS_ARGUMENT)
        .option("json", JSON_OPTION)
        .option("org-policies", ORG_POLICIES_OPTION),
    )
    .command("apply [settings..]", "make it so; asks once", (apply) =>
      apply
        .positional("settings", SETTINGS_ARGUMENT)
        .option("org-policies", ORG_POLICIES_OPTION)
        .option("yes", { boolean: true, default: false, describe: "do not ask" }),
    )
    .command("verify [settings..]", "every rule and every declared value against what the cloud says", (verify) =>
      verify
        .positional("settings", SETTINGS_ARGUMENT)
        .option("json", JSON_OPTION)
        .option("org-policies", ORG_POLICIES_OPTION),
    )
    .command("teardown [settings..]", "take away what carries this deployment's label; asks once", (teardown) =>
      teardown
        .positional("settings", SETTINGS_ARGUMENT)
        .option("org-policies", ORG_POLICIES_OPTION)
        .option("yes", { boolean: true, default: false, describe: "do not ask" })
        .option("delete-data", { boolean: true, default: false, describe: "messages, rows, files and logs, too" })
        .option("destroy-keys", {
          string: true,
          describe: "schedule the versions of this key for destruction; asks for its name where none is given",
        }),
    )
    .command("terraform [settings..]", "write the same deployment for Terraform's google provider", (terraform) =>
      terraform.positional("settings", SETTINGS_ARGUMENT).option("org-policies", ORG_POLICIES_OPTION),
    )
    .demandCommand(1, 1, "give a command: rules, plan, apply, verify, teardown or terraform", "one command at a time")
    .strict()
    .strictCommands()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
    });

interface Parsed {
  readonly _: readonly string[];
  readonly settings?: readonly string[];
  readonly [flag: string]: unknown;
}

/** Runs one command line. Answers the exit code. */
export async function main(argv: readonly string[], world: World = thisMachine()): Promise<number> {
  if (argv.includes("--help")) {
    parser([]).showHelp("log");
    return 0;
  }
  try {
    const parsed = parser(argv).parseSync() as Parsed;
    const { _: words, settings, json } = parsed;
    const command = words[0]!;
    if (command === "rules") {
      world.print(json ? rulesAsJson() : rulesAsText());
      return 0;
    }
    return await COMMANDS[command as keyof typeof COMMANDS]({ settings: settings ?? [], ...flagsOf(parsed) }, world);
  } catch (error) {
    if (!isSaid(error)) throw error;
    world.complain(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function flagsOf(parsed: Parsed): Omit<Options, "settings"> {
  const destroyKeys = parsed["destroy-keys"];
  return {
    json: Boolean(parsed.json),
    yes: Boolean(parsed.yes),
    orgPolicies: Boolean(parsed["org-policies"]),
    deleteData: Boolean(parsed["delete-data"]),
    ...(typeof destroyKeys === "string" && { destroyKeys }),
  };
}

/** Errors whose message is for whoever runs this. */
function isSaid(error: unknown): error is Error {
  const kinds = [UsageError, DeploymentError, SchemaError, ProjectNotObserved, ApplyError, ToolMissing];
  return kinds.some((kind) => error instanceof kind);
}

function thisMachine(): World {
  return {
    env: process.env,
    run: runner(),
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    ...(process.stdin.isTTY && { confirm, typed }),
  };
}

const confirm = async (question: string) => (await typed(`${question} Type yes:`)) === "yes";

async function typed(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} `)).trim();
  } finally {
    terminal.close();
  }
}

function rulesAsText(): string {
  return RULES.map(({ id, reason, source, mend }) => `${id}  ${reason}\n  source: ${source}\n  mend: ${mend}\n`).join(
    "\n",
  );
}

function rulesAsJson(): string {
  const rules = RULES.map(({ id, reason, source, mend }) => ({ id, reason, source, mend }));
  return `${JSON.stringify(rules, null, 2)}\n`;
}

if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
