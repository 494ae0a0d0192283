/** The command that gives back what revoke took. */
import { restore, toGive } from "../change/restore/restore";
import { restoredAsText, toGiveAsText } from "../change/restore/told";
import { whoAmI } from "../cli";
import { type Given, secondsOf } from "../command-line";
import { readSetup } from "../observe/read";
import { runLine, wordsOf } from "../own-line";
import { begin, confirm, type OffSwitchWorld } from "./begin";

/** Publishing is there again within 12 hours, delivery within 2 [Configure message encryption, Pub/Sub]. */
export const RESTORED_WITHIN_SECONDS = 12 * 3600;

/** 0 where everything works again; else 1. Where a job is started: what that ended with. */
export async function restoreCommand(given: Given, world: OffSwitchWorld): Promise<number> {
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
