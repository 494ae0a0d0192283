#!/usr/bin/env -S npx ts-node
/** The deployment's command line. Exit codes: 0 done, 2 a command line that cannot be run. */
import yargs from "yargs";
import { RULES } from "./rules";

/** A command line that cannot be run. */
class UsageError extends Error {}

type Print = (text: string) => void;

const parser = (argv: readonly string[]) =>
  yargs(argv as string[])
    .scriptName("deploy/main.ts")
    .usage("$0 COMMAND [options]")
    .parserConfiguration({ "camel-case-expansion": false, "duplicate-arguments-array": false, "parse-numbers": false })
    .command("rules", "list the rules: id, reason, source, mend", (rules) =>
      rules.option("json", { boolean: true, default: false, describe: "as JSON" }),
    )
    .demandCommand(1, 1, "give a command: rules", "one command at a time")
    .strict()
    .strictCommands()
    .version(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
    });

/** Runs one command line; what it lists is printed by `print`. Answers the exit code. */
export function main(argv: readonly string[], print: Print = (text) => process.stdout.write(text)): number {
  if (argv.includes("--help")) {
    parser([]).showHelp("log");
    return 0;
  }
  try {
    const { json } = parser(argv).parseSync();
    print(json ? rulesAsJson() : rulesAsText());
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
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

if (require.main === module) process.exitCode = main(process.argv.slice(2));
