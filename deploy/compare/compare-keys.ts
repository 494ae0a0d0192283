/** The command that measures: what is to be measured is said, the three deployments are made, and the rounds run in turns. */
import type { Given, World } from "../command-line";
import type { Settings } from "../deployment/settings";
import { type Generate, generate } from "../drill/generator";
import { asking, pause } from "../observe/ask";
import { wordsOf } from "../own-line";
import { packageVersion } from "../settings";
import { nameTyped, positive, reportOptionsOf, safeVariants } from "./asked";
import { cloudBench } from "./cloud-bench";
import { makeAll } from "./deployments";
import { finish } from "./finish";
import { type Submit, submit } from "./jobs";
import type { Load } from "./measured";
import { readComparison, resumed, type Setting } from "./record";
import { runRounds } from "./rounds";
import { lines } from "./said";
import { TITLES, type VariantAsked } from "./variants";
import { LEAST_ROUNDS } from "./verdict";

export interface CompareWorld extends World {
  readonly now?: () => number;
  readonly generate?: Generate;
  readonly submit?: Submit;
}

/** Measures what is not on record yet. 0 where all rounds are. */
export async function compareCommand(given: Given, world: CompareWorld): Promise<number> {
  const { run, wait = pause, now = Date.now } = world;
  const { settings, variants } = await safeVariants(given, world);
  const { load, limit, rounds, shape, detect, folder, table } = optionsOf(given);
  const tell = lines(world.print, null);
  const setting = settingOf(settings, load, shape);
  // A record of another comparison is said before anything is made.
  const left =
    rounds - new Set(resumed(readComparison(folder), setting, now()).measured.map(({ round }) => round)).size;
  tell(overview(settings, variants, setting, rounds, Math.max(0, left)));
  await nameTyped(settings, given, world);
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
  const flags = given["job-flags"] as string | undefined;
  return {
    load: {
      backlog: positive(given, "backlog", 200_000, "whole"),
      rate: positive(given, "rate", 500),
      steady: positive(given, "steady", 300),
      seed: positive(given, "seed", 1, "whole"),
    },
    limit: { drain: positive(given, "drain", 1800) },
    rounds: positive(given, "rounds", 12, "whole"),
    shape: {
      machineType: String(given["machine-type"] ?? "n2-standard-2"),
      workers: positive(given, "workers", 1, "whole"),
      more: flags === undefined ? [] : wordsOf(flags),
    },
    ...reportOptionsOf(given),
  };
}
