/** The command that changes the keys. */
import { chosen } from "../change/revoke/prepare";
import { anew } from "../change/rotate/anew";
import { makePrimary, primaryStep } from "../change/rotate/primary";
import { readBegun, rotationPath } from "../change/rotate/record";
import { seeRotation } from "../change/rotate/rotate";
import { intentAsText } from "../change/rotate/told";
import { whoAmI } from "../cli";
import type { Given } from "../command-line";
import { readSetup } from "../observe/read";
import { begin, confirm, type OffSwitchWorld } from "./begin";

/** 0 where everything that can be is under the primary version, and was seen to be; else 1. */
export async function rotateCommand(given: Given, world: OffSwitchWorld): Promise<number> {
  const { asked, ask, folder, acting } = begin(given, world);
  const setup = await readSetup(asked, ask);
  const record = rotationPath(setup, folder);
  const keys = chosen(setup, given.only as string | undefined);
  const looking = acting("");
  const before = await Promise.all(keys.map((key) => seeRotation(setup, key, looking)));
  const begun = readBegun(record);
  const steps = given["keep-primary"] === true ? [] : before.map((one) => primaryStep(setup, one, begun));
  world.print(intentAsText(before, steps, record));
  if (given["dry-run"] === true) return 0;
  await confirm("Which key is rotated?", keys, given, world);
  const doing = acting(await whoAmI(world));
  for (const step of steps) await makePrimary(record, step, doing);
  const asking = { record, disableOld: given["disable-old"] === true, force: given.force === true };
  const done: boolean[] = [];
  for (const one of before) done.push(await anew(setup, one, asking, doing));
  return done.every((one) => one) ? 0 : 1;
}
