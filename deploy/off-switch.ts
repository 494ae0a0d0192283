#!/usr/bin/env -S npx ts-node
/** The off switch: takes the keys away, gives them back, changes them. Exit codes: 0 done and proven, 1 not, 2 a command line that cannot be run. */
import { dirname } from "node:path";
import { JOURNAL, journal } from "./change/journal";
import { restore, toGive } from "./change/restore/restore";
import { restoredAsText, toGiveAsText } from "./change/restore/told";
import { OffSwitchError } from "./change/revoke/error";
import { HOWS, type How, recordPath, WAYS, type Way } from "./change/revoke/record";
import { takeAtOnce } from "./change/revoke/at-once";
import { type Asking, chosen, prepare } from "./change/revoke/prepare";
import { type Acting, revoke } from "./change/revoke/revoke";
import { intentAsText, outcomeAsText } from "./change/revoke/told";
import { anew } from "./change/rotate/anew";
import { makePrimary, primaryStep } from "./change/rotate/primary";
import { readBegun, rotationPath } from "./change/rotate/record";
import { seeRotation } from "./change/rotate/rotate";
import { intentAsText as rotationIntentAsText } from "./change/rotate/told";
import { whoAmI } from "./cli";
import {
  commandLine,
  type Given,
  runIfMain,
  secondsOf,
  settingsOfLine,
  text,
  withSettings,
  UsageError,
  type World,
  yesNo,
} from "./command-line";
import type { KeyAsked } from "./deployment/from-settings";
import { CONSUMERS } from "./observe/access/probe";
import { type Answers, type Ask, asking, forget, pause } from "./observe/ask";
import { listVersions } from "./observe/audit/keys";
import { ProjectNotObserved, readSetup } from "./observe/read";
import { runLine, wordsOf } from "./own-line";
import type { Asked } from "./resources/setup";
import { askedFor } from "./settings";

interface OffSwitchWorld extends World {
  /** In milliseconds; the machine's clock unless said. */
  readonly now?: () => number;
  /** Runs a command line of the user's own, and answers its exit code. */
  readonly start?: (line: string) => Promise<number>;
}

/** In exceptional cases a version that is disabled works for hours, three in the page's edition of 2024 [Cloud KMS resource consistency]. */
const WITHIN_SECONDS: Readonly<Record<Way, number>> = { versions: 3 * 3600, grant: 3600 };
/** Publishing is there again within 12 hours, delivery within 2 [Configure message encryption, Pub/Sub]. */
const RESTORED_WITHIN_SECONDS = 12 * 3600;
const JOB_WITHIN_SECONDS = 1800;

interface Begun {
  readonly asked: Asked;
  readonly answers: Answers;
  readonly ask: Ask;
  readonly record: string;
  /** Where the records and the journal are. */
  readonly folder: string;
  readonly acting: (by: string) => Acting;
}

function begin(given: Given, world: OffSwitchWorld): Begun {
  const asked = askedFor(settingsOfLine(given), world);
  const { run, wait = pause, print, now = Date.now, journal: path = JOURNAL } = world;
  const answers: Answers = new Map();
  const ask = asking(run, wait, answers);
  return {
    ...{ asked, answers, ask },
    record: recordPath(asked, dirname(path)),
    folder: dirname(path),
    acting: (by) => ({
      ...{ run, ask, wait, now, by },
      journal: journal(path, by),
      progress: (text) => print(`${text}\n`),
    }),
  };
}

/** 0 where everything that was watched is refused; else 1. */
async function revokeCommand(given: Given, world: OffSwitchWorld): Promise<number> {
  const begun = begin(given, world);
  const { asked, ask, record, acting } = begun;
  const way = given.by as Way;
  const wanted: Asking = {
    ...{ way, how: given.how as How, record, skip: given.skip as readonly string[] },
    within: secondsOf(given, "within") ?? WITHIN_SECONDS[way],
    jobWithin: secondsOf(given, "job-within") ?? JOB_WITHIN_SECONDS,
    ...(given.only !== undefined && { only: String(given.only) }),
  };
  const isDry = given["dry-run"] === true;
  const isAtOnce = given["at-once"] === true && !isDry;
  if (isAtOnce) await revokeAtOnce(given, wanted, begun, world);
  const intent = await prepare(await readSetup(asked, ask), wanted, ask);
  world.print(intentAsText(intent));
  if (isDry) return 0;
  if (!isAtOnce) await confirm("Which key is taken away?", intent.keys, given, world);
  const outcome = await revoke(intent, acting(await whoAmI(world)));
  const { said, proven } = outcomeAsText(intent, outcome);
  world.print(said);
  return proven ? 0 : 1;
}

/** The rest is as of a revocation that goes on. */
async function revokeAtOnce(given: Given, wanted: Asking, begun: Begun, world: OffSwitchWorld): Promise<void> {
  if (wanted.way !== "versions" || wanted.how !== "now")
    throw new UsageError("--at-once takes the versions now: leave out --by and --how, or --at-once");
  const { asked, answers, ask, acting } = begun;
  const keys = chosen(asked, wanted.only);
  await confirm("Which key is taken away, at once?", keys, given, world);
  await takeAtOnce(asked, wanted, ask, async () => acting(await whoAmI(world)));
  await forget(answers, keys.map(listVersions));
}

/** 0 where everything works again; else 1. Where a job is started: what that ended with. */
async function restoreCommand(given: Given, world: OffSwitchWorld): Promise<number> {
  const line = given["start-job"] as string | undefined;
  if (line !== undefined) wordsOf(line);
  const { asked, ask, record, acting } = begin(given, world);
  const setup = await readSetup(asked, ask);
  const giving = await toGive(record, acting(""));
  world.print(toGiveAsText(setup, giving, record));
  if (given["dry-run"] === true) return 0;
  const keys = [...new Map(giving.record.taken.map(({ key }) => [key.name, key])).values()];
  await confirm("Which key is given back?", keys, given, world);
  const within = secondsOf(given, "within") ?? RESTORED_WITHIN_SECONDS;
  const skip = given.skip as readonly string[];
  const restored = await restore(setup, record, giving, within, skip, acting(await whoAmI(world)));
  const { said, works } = restoredAsText(setup, restored);
  world.print(said);
  if (!works) return 1;
  return line === undefined ? 0 : await (world.start ?? runLine)(line);
}

/** 0 where everything that can be is under the primary version, and was seen to be; else 1. */
async function rotateCommand(given: Given, world: OffSwitchWorld): Promise<number> {
  const { asked, ask, folder, acting } = begin(given, world);
  const setup = await readSetup(asked, ask);
  const record = rotationPath(setup, folder);
  const keys = chosen(setup, given.only as string | undefined);
  const looking = acting("");
  const before = await Promise.all(keys.map((key) => seeRotation(setup, key, looking)));
  const begun = readBegun(record);
  const steps = given["keep-primary"] === true ? [] : before.map((one) => primaryStep(setup, one, begun));
  world.print(rotationIntentAsText(before, steps, record));
  if (given["dry-run"] === true) return 0;
  await confirm("Which key is rotated?", keys, given, world);
  const doing = acting(await whoAmI(world));
  for (const step of steps) await makePrimary(record, step, doing);
  const asking = { record, disableOld: given["disable-old"] === true, force: given.force === true };
  const done: boolean[] = [];
  for (const one of before) done.push(await anew(setup, one, asking, doing));
  return done.every((one) => one) ? 0 : 1;
}

/** Their names, typed or given: whoever has another deployment's settings has another key's name. Throws OffSwitchError. */
async function confirm(question: string, keys: readonly KeyAsked[], { yes }: Given, world: World): Promise<void> {
  const wanted = keys.map(({ key }) => key);
  if (yes === undefined && world.typed === undefined) {
    throw new OffSwitchError("NOT_CONFIRMED", `nobody can be asked here: --yes ${wanted.join(",")}`);
  }
  const typed = yes === undefined ? await world.typed!(`${question} Type its name (${wanted.length}):`) : String(yes);
  const names = typed.split(/[ ,]+/).filter((name) => name !== "");
  if ([...names].sort().join() === [...new Set(wanted)].sort().join()) return;
  const mend = `its name is ${wanted.join(",")}`;
  throw new OffSwitchError("NOT_CONFIRMED", `${typed || "nothing"} was typed: ${mend}; nothing is changed`);
}

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
