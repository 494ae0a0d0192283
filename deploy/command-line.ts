/** What the command lines of deploy/ have in common: how they are parsed, what they have to do with the world, and how they end. */
import { createInterface } from "node:readline/promises";
import yargs, { type Argv } from "yargs";
import { endAtUncaught } from "./defects";
import { OutputError } from "./files/output";
import { SchemaError } from "../schemas/schema";
import { DeploymentError } from "./deployment";
import { type Run, runner, ToolMissing } from "./run";

/** What a command has to do with the world. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly run: Run;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Asks whoever sits at the terminal; undefined where nobody does. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** What is typed there in answer. */
  readonly typed?: (question: string) => Promise<string>;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly journal?: string;
  /** `.env` unless said. */
  readonly settingsFile?: string;
}

/** What is given to a command: its flags and positionals by name. */
export type Given = Readonly<Record<string, unknown>>;

export interface Command {
  /** As yargs has it: `plan [settings..]`. */
  readonly words: string;
  readonly describe: string;
  readonly options?: (argv: Argv) => Argv;
  /** Answers the exit code. */
  readonly run: (given: Given, world: World) => Promise<number>;
}

/** A command line that cannot be run. */
export class UsageError extends Error {}

export type Main = (argv: readonly string[], world?: World) => Promise<number>;
type ErrorClass = abstract new (...args: never[]) => Error;

/** Errors whose message is for whoever runs this, in every command. */
const SAID: readonly ErrorClass[] = [UsageError, DeploymentError, SchemaError, ToolMissing, OutputError];

/**
 * Runs one command line, and answers its exit code: the command's own; 1 where it failed with an error of `said`, whose message is
 * complained of; 2 where the command line cannot be run. Every other error is thrown.
 */
export function commandLine(script: string, commands: readonly Command[], said: readonly ErrorClass[]): Main {
  const names = commands.map(({ words }) => words.split(" ")[0]!);
  const parser = (argv: readonly string[]) =>
    commands
      .reduce(
        (all, { words, describe, options }) => all.command(words, describe, (one) => options?.(one) ?? one),
        yargs(argv as string[])
          .scriptName(script)
          .usage("$0 COMMAND [options]")
          .parserConfiguration({ "camel-case-expansion": false, "parse-numbers": false }) as Argv,
      )
      .demandCommand(1, 1, `give a command: ${names.join(", ")}`, "one command at a time")
      .strict()
      .strictCommands()
      .version(false)
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UsageError(message.replaceAll(/\s*\n\s*/g, " "));
      });
  return async (argv, world = thisMachine()) => {
    if (argv.includes("--help")) {
      parser(argv.filter((word) => names.includes(word)).slice(0, 1)).showHelp("log");
      return 0;
    }
    try {
      const given = parser(argv).parseSync() as unknown as Given & { readonly _: readonly string[] };
      return await commands[names.indexOf(given._[0]!)]!.run(given, world);
    } catch (error) {
      if (!(error instanceof Error) || ![...SAID, ...said].some((kind) => error instanceof kind)) throw error;
      world.complain(`${error.message}\n`);
      return error instanceof UsageError ? 2 : 1;
    }
  };
}

/** Adds `[settings..]`, which every command that looks at a deployment takes. */
export const withSettings = (argv: Argv): Argv =>
  argv.positional("settings", {
    array: true,
    string: true,
    default: [] as string[],
    describe: "NAME=value, as in .env, which it overrides",
  });

export const settingsOfLine = ({ settings }: Given): readonly string[] => (settings ?? []) as readonly string[];

/** An option that is said or not. */
export const yesNo = (describe: string) => ({ boolean: true, default: false, describe }) as const;

/** An option with a value, which stays text. */
export const text = (describe: string) => ({ string: true, describe }) as const;

/** What an option gives in seconds; undefined where it is not given. Throws UsageError. */
export function secondsOf(given: Given, name: string): number | undefined {
  if (given[name] === undefined) return undefined;
  const seconds = Number(given[name]);
  if (seconds > 0) return seconds;
  throw new UsageError(`--${name} ${given[name]} is no number of seconds`);
}

/** A process' whole life, where `file` is what was started. */
export function runIfMain(file: NodeModule, main: Main): void {
  if (require.main !== file) return;
  // What it writes names people, projects and what was done: it is for who runs it alone.
  process.umask(0o077);
  // Some of them hold messages.
  endAtUncaught();
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
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
