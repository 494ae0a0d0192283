/** The deployment's commands: each reads its settings, and says how it ended by its exit code. */
import { apply, type Doing, refuseObstacles } from "./change/apply";
import { keyCommands } from "./change/destroy-keys";
import { JOURNAL, journal } from "./change/journal";
import { refuseWhileRunning } from "./change/running-jobs";
import { tearDown, teardownAsText, teardownOf } from "./change/teardown";
import type { World } from "./command-line";
import { DeploymentError } from "./deployment";
import { listOf } from "./deployment/settings";
import { type Answers, asking, pause } from "./observe/ask";
import { commandsOf, exitCodeOf, heldBeforehand, type Plan, plan } from "./observe/plan";
import { headline, planAsJson, planAsText } from "./observe/print-plan";
import { readSetup } from "./observe/read";
import { terraformOf } from "./observe/terraform";
import { isGood, linesAsText, verify } from "./observe/verify";
import { resourcesOf } from "./resources";
import { gcloud } from "./resources/command";
import type { Asked } from "./resources/setup";
import { describeBroken } from "./rules";
import { writeFiles } from "./run";
import { askedFor } from "./settings";

export interface Options {
  /** NAME=value */
  readonly settings: readonly string[];
  readonly json: boolean;
  readonly yes: boolean;
  readonly orgPolicies: boolean;
  readonly deleteData: boolean;
  /** The keys' names, parted by commas; empty where they are to be typed in. */
  readonly destroyKeys?: string;
}

export const COMMANDS = {
  plan: planCommand,
  apply: applyCommand,
  verify: verifyCommand,
  teardown: teardownCommand,
  terraform: terraformCommand,
} as const;

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
  if (!options.yes && !(await confirmed(made.visits.flatMap(commandsOf).length, world))) return 1;
  const by = await whoAmI(world);
  await apply(asked, made, doingIn(world, answers, by));
  world.print("everything is as declared\n");
  return 0;
}

/** 0 where all hold, else 1. */
async function verifyCommand(options: Options, world: World): Promise<number> {
  const asked = askedFor(options.settings, world, options.orgPolicies);
  const made = await plan(asked, asking(world.run, world.wait));
  const lines = verify(made);
  world.print(
    options.json ? `${JSON.stringify(lines, null, 2)}\n` : `${headline(made.setup)}\n\n${linesAsText(lines)}`,
  );
  return lines.every(isGood) ? 0 : 1;
}

/** 0 where nothing of this deployment's is left but what it says, 1 an error. */
async function teardownCommand(options: Options, world: World): Promise<number> {
  const asked = askedFor(options.settings, world, options.orgPolicies);
  const ask = asking(world.run, world.wait);
  const made = await plan(asked, ask);
  const taken = teardownOf(made, options.deleteData);
  const keys = await keyCommands(made, listOf(await keysNamed(options, world)), ask);
  world.print(teardownAsText(made, taken, keys));
  const unseen = taken.notObserved.length > 0 ? 1 : 0;
  const count = taken.steps.flatMap(({ commands }) => commands).length + keys.length;
  if (count === 0) return unseen;
  await refuseWhileRunning(made.setup, ask);
  if (!options.yes && !(await confirmed(count, world))) return 1;
  await tearDown(taken, keys, doingIn(world, new Map(), await whoAmI(world)));
  world.print("what was this deployment's is gone, but for what stays\n");
  return unseen;
}

const TERRAFORM = "build/terraform/main.tf.json";

/** Writes a file, and nothing else. 0 written, 1 an error. */
async function terraformCommand(options: Options, world: World): Promise<number> {
  const asked = held(options, world);
  if (asked === undefined) return 1;
  const setup = await readSetup(asked, asking(world.run, world.wait));
  const { text, leftOut } = terraformOf(setup, resourcesOf(setup));
  writeFiles({ files: { [TERRAFORM]: text } });
  const left = leftOut.map(({ title, why }) => `left out      ${title}: ${why}\n`);
  world.print(`${TERRAFORM} is written, and was never held against the provider: plan first\n${left.join("")}`);
  return 0;
}

/** Typed in, where a terminal is there and no name is given. */
async function keysNamed({ destroyKeys }: Options, { typed }: World): Promise<string> {
  if (destroyKeys !== "") return destroyKeys ?? "";
  if (typed === undefined) throw new DeploymentError("missing", "key", "nobody can be asked here: --destroy-keys KEY");
  return typed("Versions of which key are to be destroyed? Type its name:");
}

function doingIn({ run, print, wait = pause, journal: path = JOURNAL }: World, answers: Answers, by: string): Doing {
  return { run, answers, journal: journal(path, by), progress: (text) => print(`${text}\n`), wait };
}

/** What names and locations break is said before anything is called. */
function held(options: Options, world: World): Asked | undefined {
  const asked = askedFor(options.settings, world, options.orgPolicies);
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

async function confirmed(count: number, { confirm, complain }: World): Promise<boolean> {
  if (confirm === undefined) {
    complain("nobody can be asked here: say --yes, or YES=1 to make\n");
    return false;
  }
  if (await confirm(`Run these ${count} commands?`)) return true;
  complain("nothing is changed\n");
  return false;
}

/** Who is signed in, by gcloud's word, and who runs it here. */
export async function whoAmI({ run, env }: World): Promise<string> {
  const { code, stdout } = await run(gcloud("config get-value core/account", {}));
  const account = code === 0 ? stdout.trim() : "";
  return `${account || "an account that gcloud does not name"} (${env.USER || "nobody"} here)`;
}
