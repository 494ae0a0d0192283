#!/usr/bin/env -S npx ts-node
/**
 * "Is encryption slow?": the same load under Google's own key, a software and an HSM key. Exit codes: 0 measured, or taken away; 1 an error;
 * 2 a command line that cannot be run.
 */
import { ApplyError } from "./change/apply";
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
  yesNo,
} from "./command-line";
import { cloudBench } from "./compare/cloud-bench";
import { billingTable } from "./compare/cost";
import { goingAsText, goingOf, makeAll, takeAll } from "./compare/deployments";
import { finish } from "./compare/finish";
import { type Submit, submit } from "./compare/jobs";
import type { Load } from "./compare/measured";
import { readComparison, resumed, type Setting } from "./compare/record";
import { runRounds } from "./compare/rounds";
import { lines } from "./compare/said";
import { CompareError, confirmed, refuseUnsafe } from "./compare/safety";
import { TITLES, type VariantAsked, VARIANTS, variantOf } from "./compare/variants";
import { LEAST_ROUNDS } from "./compare/verdict";
import { listOf, type Settings } from "./deployment/settings";
import { type Generate, generate } from "./drill/generator";
import { asking, pause } from "./observe/ask";
import { ProjectNotObserved } from "./observe/read";
import { wordsOf } from "./own-line";
import { gcloud } from "./resources/command";
import { askedFor, packageVersion } from "./settings";

const FOLDER = "build/compare";

export interface CompareWorld extends World {
  readonly now?: () => number;
  readonly generate?: Generate;
  readonly submit?: Submit;
}

/** Measures what is not on record yet. 0 where all rounds are. */
async function compareCommand(given: Given, world: CompareWorld): Promise<number> {
  const { run, wait = pause, now = Date.now } = world;
  const { settings, variants } = await safeVariants(given, world);
  const { load, limit, rounds, shape, detect, folder, table } = optionsOf(given);
  const tell = lines(world.print, null);
  const setting = settingOf(settings, load, shape);
  // A record of another comparison is said before anything is made.
  const left =
    rounds - new Set(resumed(readComparison(folder), setting, now()).measured.map(({ round }) => round)).size;
  tell(overview(settings, variants, setting, rounds, Math.max(0, left)));
  confirmed(settings.DEPLOYMENT, await nameFrom(given, world));
  const bench = cloudBench(
    { variants, shape, version: packageVersion(), folder },
    { ...{ run, wait, now, generate, submit }, ...world },
  );
  try {
    if (left > 0) await makeAll(variants, world, tell);
    const comparison = await runRounds(bench, setting, { ...load, ...limit }, { folder, rounds, tell });
    await finish(comparison, { folder, detect, ...table, ask: asking(run, wait), tell });
    return 0;
  } finally {
    tell(`what was measured is on record: the same command goes on from there\n${afterwards(settings)}`);
  }
}

/** The files once more, of the rounds on record: with the cost, once the export has it. */
async function reportCommand(given: Given, { run, wait = pause, print }: World): Promise<number> {
  const { folder, detect, table } = optionsOf(given);
  const found = readComparison(folder);
  if (found === undefined)
    throw new CompareError("NO_RECORD", `no rounds are on record in ${folder}: compare-keys measures some`);
  const comparison = resumed(found, found.setting, Date.now());
  const tell = lines(print, found.setting.standIn);
  if (found.setting.standIn !== null && table.billingTable !== undefined)
    throw new CompareError("SETTING", "these rounds ran on stand-ins, which cost nothing: leave --billing-table out");
  await finish(comparison, { folder, detect, ...table, ask: asking(run, wait), tell });
  return 0;
}

/** 0 where nothing of the three is left but what is said, 1 an error. */
async function teardownCommand(given: Given, world: CompareWorld): Promise<number> {
  const { settings, variants } = await safeVariants(given, world);
  const keys = listOf((given["destroy-keys"] as string | undefined) ?? "");
  const own = variants.map(({ asked }) => asked.dataKey.key);
  const stray = keys.find((name) => !own.includes(name));
  if (stray !== undefined) throw new UsageError(`--destroy-keys ${stray} is no key of the three: ${own.join(", ")}`);
  const going = await goingOf(variants, keys, world);
  const tell = lines(world.print, null);
  tell(goingAsText(going));
  if (given["dry-run"]) return 0;
  confirmed(settings.DEPLOYMENT, await nameFrom(given, world));
  const all = await takeAll(going, world, tell);
  tell(
    `the three are gone, but for what stays${keys.length === 0 ? ": their keys do, and cost until their versions are destroyed (--destroy-keys)" : ""}`,
  );
  return all ? 0 : 1;
}

async function safeVariants(
  given: Given,
  world: World,
): Promise<{ settings: Settings; variants: readonly VariantAsked[] }> {
  const { settings, schema, project } = askedFor(settingsOfLine(given), world);
  refuseUnsafe(settings, {});
  const described = await asking(world.run, world.wait)(gcloud("projects describe", { format: "json" }, project));
  if ("trouble" in described)
    throw new CompareError("NOT_OBSERVED", `whether ${project} is production: ${described.trouble.said}`);
  refuseUnsafe(settings, (described.answer as { labels?: Record<string, string> }).labels ?? {});
  return { settings, variants: VARIANTS.map((one) => variantOf(settings, one, schema, packageVersion())) };
}

const nameFrom = async ({ yes }: Given, { typed }: World) =>
  yes === undefined ? await typed?.("Type the deployment's name:") : String(yes);

type Shape = ReturnType<typeof optionsOf>["shape"];

function settingOf(
  { DEPLOYMENT, PROJECT_ID, ZONE }: Settings,
  load: Load,
  { machineType, workers, more }: Shape,
): Setting {
  const at = { deployment: DEPLOYMENT, project: PROJECT_ID, zone: ZONE };
  return { ...load, ...at, machineType, workers, jobFlags: more.join(" "), version: packageVersion(), standIn: null };
}

function overview(
  settings: Settings,
  variants: readonly VariantAsked[],
  setting: Setting,
  rounds: number,
  left: number,
): string {
  const { backlog, rate, steady, machineType, workers, zone } = setting;
  return [
    `IS ENCRYPTION SLOW? ${rounds} rounds in project ${settings.PROJECT_ID}, ${left} of them left`,
    ...variants.map(({ variant, asked }) => `  ${TITLES[variant].padEnd(18)}deployment ${asked.settings.DEPLOYMENT}`),
    `  ${left * variants.length} jobs on ${workers} × ${machineType} in ${zone}, one after the other; for each ${backlog} messages wait, then ${rate}/s come for ${steady} s`,
    "  generated people only: the first of the three has no key of its own, on purpose",
    ...(rounds < LEAST_ROUNDS ? [`  ${rounds} rounds are too few for any conclusion: ${LEAST_ROUNDS} at least`] : []),
    afterwards(settings),
  ].join("\n");
}

const afterwards = ({ DEPLOYMENT }: Settings) =>
  `the three deployments stay, and cost, a job that was interrupted too: make compare-keys-teardown DEPLOYMENT=${DEPLOYMENT} YES=${DEPLOYMENT} … takes them away`;

function optionsOf(given: Given) {
  const positive = (name: string, usual: number, whole = false) => {
    const value = given[name] === undefined ? usual : Number(given[name]);
    if (value > 0 && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value;
    throw new UsageError(`--${name} ${given[name]} is no ${whole ? "whole " : ""}number above 0`);
  };
  const flags = given["job-flags"] as string | undefined;
  const table = given["billing-table"] as string | undefined;
  return {
    load: {
      backlog: positive("backlog", 200_000, true),
      rate: positive("rate", 500),
      steady: positive("steady", 300),
      seed: positive("seed", 1, true),
    },
    limit: { drain: positive("drain", 1800) },
    rounds: positive("rounds", 12, true),
    shape: {
      machineType: String(given["machine-type"] ?? "n2-standard-2"),
      workers: positive("workers", 1, true),
      more: flags === undefined ? [] : wordsOf(flags),
    },
    detect: positive("detect", 5),
    folder: (given.folder as string | undefined) ?? FOLDER,
    table: table === undefined ? {} : { billingTable: billingTable(table) },
  };
}

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
