#!/usr/bin/env -S npx ts-node
/** The drill's command line. Exit codes: 0 passed, 1 not, 2 a command line that cannot be run. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { OffSwitchError } from "./change/revoke/error";
import {
  commandLine,
  type Given,
  runIfMain,
  settingsOfLine,
  text,
  UsageError,
  withSettings,
  type World,
} from "./command-line";
import { drill } from "./drill/exercise";
import { generate } from "./drill/generator";
import { headline, summaryAsText } from "./drill/print";
import { confirmed, DrillError, refuseProduction } from "./drill/safety";
import type { DrillOptions, DrillWorld } from "./drill/world";
import { writeOutput } from "./files/output";
import { asking, pause } from "./observe/ask";
import { ProjectNotObserved, readSetup } from "./observe/read";
import { main as offSwitch } from "./off-switch";
import { runLine, wordsOf } from "./own-line";
import { gcloud } from "./resources/command";
import { askedFor } from "./settings";

const FOLDER = "build/drill";

/** 0 where nothing was lost or written twice, every consumer was refused, and every one works again; else 1. */
async function drillCommand(given: Given, world: World & Partial<DrillWorld>): Promise<number> {
  const words = settingsOfLine(given);
  const options = optionsOf(given);
  const asked = askedFor(words, world);
  const { settings } = asked;
  const { run, wait = pause, print } = world;
  refuseProduction(settings, {});
  const ask = asking(run, wait);
  const described = await ask(gcloud("projects describe", { format: "json" }, asked.project));
  if ("trouble" in described)
    throw new DrillError("NOT_OBSERVED", `whether ${asked.project} is production: ${described.trouble.said}`);
  refuseProduction(settings, (described.answer as { labels?: Record<string, string> }).labels ?? {});
  const setup = await readSetup(asked, ask);
  print(
    `${headline(undefined)} of deployment ${settings.DEPLOYMENT} in project ${asked.project}: everything under key ${asked.dataKey.key} stops\n\n`,
  );
  const name = given.yes === undefined ? await world.typed?.("Type the deployment's name:") : String(given.yes);
  confirmed(settings.DEPLOYMENT, name);
  mkdirSync(options.folder, { recursive: true });
  const summary = await drill(setup, words, options, { ...{ generate, offSwitch, start: runLine }, ...world });
  print(`\n${summaryAsText(summary)}\n`);
  print("a row has no message id: lost and duplicates are by number here\n");
  const path = join(options.folder, "summary.json");
  writeOutput(path, `${JSON.stringify(summary, null, 2)}\n`);
  print(`${path} has the same\n`);
  return summary.passed ? 0 : 1;
}

function optionsOf(given: Given): DrillOptions {
  const positive = (name: string, usual: number) => {
    const value = given[name] === undefined ? usual : Number(given[name]);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new UsageError(`--${name} ${given[name]} is no number above 0`);
  };
  if (given.job !== undefined) wordsOf(String(given.job));
  return {
    messages: positive("messages", 20_000),
    rate: positive("rate", 50),
    before: positive("before", 120),
    within: positive("within", 3 * 3600),
    drain: positive("drain", 3600),
    ...(given.job !== undefined && { job: String(given.job) }),
    folder: (given.folder as string | undefined) ?? FOLDER,
  };
}

export const main = commandLine(
  "deploy/drill.ts",
  [
    {
      words: "drill [settings..]",
      describe: "practise the off switch on a deployment of its own: generate, run, revoke, restore, count",
      options: (argv) =>
        withSettings(argv)
          .option("yes", text("the deployment's name, in place of typing it"))
          .option("messages", text("in all, half of them after the key is back; 20000 unless said"))
          .option("rate", text("messages a second; 50 unless said"))
          .option("before", text("seconds before the key is taken; 120 unless said"))
          .option("within", text("seconds for each consumer to be refused, and to work again; 10800 unless said"))
          .option("drain", text("seconds for what waits to be drained; 3600 unless said"))
          .option(
            "job",
            text("a command line that starts the job: at first where none runs, and again once the key is back"),
          )
          .option("folder", text(`where record, ids and summary are kept; ${FOLDER} unless said`)),
      run: drillCommand,
    },
  ],
  [ProjectNotObserved, OffSwitchError, DrillError],
);

runIfMain(module, main);
