/** Makes the deployments of a comparison by the walk that makes every other, and takes them away by the same. */
import { whoAmI } from "../cli";
import { apply, type Doing, refuseObstacles } from "../change/apply";
import { keyCommands } from "../change/destroy-keys";
import { JOURNAL, journal } from "../change/journal";
import { tearDown, teardownAsText, type Teardown, teardownOf } from "../change/teardown";
import type { World } from "../command-line";
import { type Answers, asking, pause } from "../observe/ask";
import { commandsOf, heldBeforehand, type Plan, plan } from "../observe/plan";
import { troubleOf } from "../observe/trouble";
import { type Command } from "../resources/command";
import { describeBroken } from "../rules";
import { cancelJob, jobsOf } from "./jobs";
import { CompareError } from "./safety";
import { timeColumns } from "./timings-query";
import { TITLES, type VariantAsked } from "./variants";

const doingIn = (
  { run, wait = pause, journal: path = JOURNAL }: World,
  by: string,
  tell: Doing["progress"],
): Doing => ({
  ...{ run, answers: new Map() as Answers, journal: journal(path, by), progress: tell, wait },
});

/** One after the other: they share a key ring. Throws ApplyError, CompareError. */
export async function makeAll(
  variants: readonly VariantAsked[],
  world: World,
  tell: (what: string) => void,
): Promise<void> {
  const { run, wait = pause } = world;
  const by = await whoAmI(world);
  for (const { variant, asked, declare } of variants) {
    const { broken } = heldBeforehand(asked);
    if (broken.length > 0) throw new CompareError("SETTING", describeBroken(broken).trim());
    const doing = doingIn(world, by, (text) => tell(`${TITLES[variant]}: ${text}`));
    const made = await plan(asked, asking(run, wait, doing.answers), declare);
    refuseObstacles(made);
    const count = made.visits.flatMap(commandsOf).length;
    tell(
      `${TITLES[variant]}: deployment ${asked.settings.DEPLOYMENT} ${count === 0 ? "is as declared" : `takes ${count} commands`}`,
    );
    if (count > 0) await apply(asked, made, doing, declare);
    const added = await run(timeColumns(asked));
    if (added.code !== 0)
      throw new CompareError(
        "STOPPED",
        `${asked.settings.DATASET} takes no columns for times: ${troubleOf(added).said}`,
      );
  }
}

export interface Going {
  readonly one: VariantAsked;
  readonly made: Plan;
  readonly taken: Teardown;
  readonly keys: readonly Command[];
  readonly jobs: readonly string[];
}

/** What teardown would take away; changes nothing. `destroyKeys`: names. Throws CompareError. */
export async function goingOf(
  variants: readonly VariantAsked[],
  destroyKeys: readonly string[],
  { run, wait = pause }: World,
): Promise<readonly Going[]> {
  const all: Going[] = [];
  for (const one of variants) {
    const ask = asking(run, wait);
    const made = await plan(one.asked, ask, one.declare);
    const own = destroyKeys.filter((name) => name === one.asked.dataKey.key);
    const keys = await keyCommands(made, own, ask);
    all.push({ one, made, taken: teardownOf(made, true), keys, jobs: await jobsOf(one.asked, ask) });
  }
  return all;
}

export const goingAsText = (going: readonly Going[]): string =>
  going
    .map(({ made, taken, keys, jobs, one }) =>
      [
        teardownAsText(made, taken, keys).trimEnd(),
        ...jobs.map((id) => `job ${id} of ${one.asked.settings.DEPLOYMENT} is cancelled first`),
      ].join("\n"),
    )
    .join("\n\n");

/** Messages, rows and files too: they were generated. Answers whether all could be looked at. Throws ApplyError, CompareError. */
export async function takeAll(going: readonly Going[], world: World, tell: (what: string) => void): Promise<boolean> {
  const { run, wait = pause } = world;
  const by = await whoAmI(world);
  for (const { one, taken, keys, jobs } of going) {
    const ask = () => asking(run, wait);
    for (const id of jobs) await cancelJob(one.asked, id, { run, ask, now: Date.now, wait, within: 900 });
    await tearDown(
      taken,
      keys,
      doingIn(world, by, (text) => tell(`${TITLES[one.variant]}: ${text}`)),
    );
  }
  return going.every(({ taken }) => taken.notObserved.length === 0);
}
