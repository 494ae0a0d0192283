/** The command that takes the keys away. */
import { takeAtOnce } from "../change/revoke/at-once";
import { type Asking, chosen, prepare } from "../change/revoke/prepare";
import type { How, Way } from "../change/revoke/record";
import { revoke } from "../change/revoke/revoke";
import { intentAsText, outcomeAsText } from "../change/revoke/told";
import { whoAmI } from "../cli";
import { type Given, secondsOf, UsageError } from "../command-line";
import { forget } from "../observe/ask";
import { listVersions } from "../observe/audit/keys";
import { readSetup } from "../observe/read";
import { type Begun, begin, confirm, type OffSwitchWorld } from "./begin";

/** In exceptional cases a version that is disabled works for hours, three in the page's edition of 2024 [Cloud KMS resource consistency]. */
const WITHIN_SECONDS: Readonly<Record<Way, number>> = { versions: 3 * 3600, grant: 3600 };
export const JOB_WITHIN_SECONDS = 1800;

/** 0 where everything that was watched is refused; else 1. */
export async function revokeCommand(given: Given, world: OffSwitchWorld): Promise<number> {
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
