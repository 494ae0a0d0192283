/** The deployment's commands: each reads its settings, and says how it ended by its exit code. */
import { loadTableSchema } from "../schemas/load";
import { apply, refuseObstacles } from "./change/apply";
import { JOURNAL, journal } from "./change/journal";
import { type Answers, asking, pause } from "./observe/ask";
import { commandsOf, exitCodeOf, heldBeforehand, type Plan, plan } from "./observe/plan";
import { headline, planAsJson, planAsText } from "./observe/print-plan";
import { isGood, linesAsText, verify } from "./observe/verify";
import { gcloud } from "./resources/command";
import { type Asked, askedOf } from "./resources/setup";
import { describeBroken } from "./rules";
import { type Run, writeFiles } from "./run";
import { packageVersion, settingsFrom } from "./settings";

/** What a command has to do with the world. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly run: Run;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Asks whoever sits at the terminal; undefined where nobody does. */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly journal?: string;
  /** `.env` unless said. */
  readonly settingsFile?: string;
}

export interface Options {
  /** NAME=value */
  readonly settings: readonly string[];
  readonly json: boolean;
  readonly yes: boolean;
  readonly orgPolicies: boolean;
}

export const COMMANDS = { plan: planCommand, apply: applyCommand, verify: verifyCommand } as const;

/** 0 nothing to do, 2 something to do, 1 an error. */
async function planCommand(options: Options, world: World): Promise<number> {
  const asked = held(options, world);
  if (asked === undefined) return 1;
  const made = await plan(asked, asking(world.run, world.wait));
  writeFilesOf(made);
  world.print(options.json ? planAsJson(made) : planAsText(made));
  return exitCodeOf(made);
}

/** 0 done, or nothing to do; 1 an error. */
async function applyCommand(options: Options, world: World): Promise<number> {
  const asked = held(options, world);
  if (asked === undefined) return 1;
  const answers: Answers = new Map();
  const made = await plan(asked, asking(world.run, world.wait, answers));
  writeFilesOf(made);
  world.print(planAsText(made));
  if (exitCodeOf(made) === 0) return 0;
  refuseObstacles(made);
  if (!options.yes && !(await confirmed(made, world))) return 1;
  const by = await whoAmI(world);
  await apply(asked, made, {
    run: world.run,
    answers,
    journal: journal(world.journal ?? JOURNAL, by),
    progress: (text) => world.print(`${text}\n`),
    wait: world.wait ?? pause,
  });
  world.print("everything is as declared\n");
  return 0;
}

/** 0 where all hold, else 1. */
async function verifyCommand(options: Options, world: World): Promise<number> {
  const asked = askedFor(options, world);
  const made = await plan(asked, asking(world.run, world.wait));
  const lines = verify(made);
  world.print(
    options.json ? `${JSON.stringify(lines, null, 2)}\n` : `${headline(made.setup)}\n\n${linesAsText(lines)}`,
  );
  return lines.every(isGood) ? 0 : 1;
}

function askedFor({ settings: words, orgPolicies }: Options, world: World): Asked {
  const settings = settingsFrom(words, world.env, world.settingsFile);
  return askedOf(settings, loadTableSchema(settings.SCHEMA), packageVersion(), orgPolicies);
}

/** What names and locations break is said before anything is called. */
function held(options: Options, world: World): Asked | undefined {
  const asked = askedFor(options, world);
  const { broken } = heldBeforehand(asked);
  if (broken.length === 0) return asked;
  world.complain(describeBroken(broken).replaceAll("--accept ", "ACCEPT="));
  return undefined;
}

/** So that what is printed can be pasted. */
function writeFilesOf({ visits, offered }: Plan): void {
  for (const command of [...visits.flatMap(commandsOf), ...offered.flatMap(({ create }) => create)])
    writeFiles(command);
}

async function confirmed({ visits }: Plan, { confirm, complain }: World): Promise<boolean> {
  const count = visits.flatMap(commandsOf).length;
  if (confirm === undefined) {
    complain("nobody can be asked here: say --yes, or make apply YES=1\n");
    return false;
  }
  if (await confirm(`Run these ${count} commands?`)) return true;
  complain("nothing is changed\n");
  return false;
}

/** Who is signed in, by gcloud's word, and who runs it here. */
async function whoAmI({ run, env }: World): Promise<string> {
  const { code, stdout } = await run(gcloud("config get-value core/account", {}));
  const account = code === 0 ? stdout.trim() : "";
  return `${account || "an account that gcloud does not name"} (${env.USER || "nobody"} here)`;
}
