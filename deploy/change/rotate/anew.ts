/** Encrypts anew what lies under an older version of one key, and disables such versions where that was asked for. */
import type { Setup } from "../../resources/setup";
import type { Acting } from "../revoke/revoke";
import { noteOver } from "./record";
import {
  anewCommands,
  disableCommand,
  doEach,
  holding,
  neededBy,
  oldVersions,
  type Rotation,
  seeAgain,
  seeRotation,
} from "./rotate";
import { rotationAsText } from "./told";

export interface AnewAsked {
  /** Where the record of the rotation is. */
  readonly record: string;
  readonly disableOld: boolean;
  /** Passes over whatever an old version may be needed for: that cannot be read from then on. */
  readonly force: boolean;
}

/** `before` is what was seen and shown. Whether all that can be is under the primary version, and, where asked for, every older one is disabled. Throws OffSwitchError. */
export async function anew(setup: Setup, before: Rotation, asked: AnewAsked, acting: Acting): Promise<boolean> {
  const { key } = before;
  const commands = anewCommands(setup, await seeAgain(setup, before, acting));
  await doEach(`key ${key.key}`, commands, acting);
  const after = await seeRotation(setup, key, acting);
  acting.progress(`\n${rotationAsText(after).trimEnd()}`);
  const isAnew = anewCommands(setup, after).length === 0;
  const isSeen = after.use.notObserved.length === 0;
  if (!isAnew)
    acting.progress("NOT ANEW: the service names an older version still: rotate again later, it goes on from here");
  if (isAnew && isSeen) noteOver(asked.record, key.name);
  const isOff = !asked.disableOld || (await disableOld(setup, after, asked.force, acting));
  return isAnew && isSeen && isOff;
}

/** Whether each was disabled. */
async function disableOld(setup: Setup, after: Rotation, force: boolean, acting: Acting): Promise<boolean> {
  const old = oldVersions(after);
  if (old.length === 0) return true;
  const always = force ? [] : await neededBy(setup, after, acting);
  let all = true;
  for (const { version, holds } of old) {
    const why = force ? [] : [...holding(holds), ...always];
    if (why.length === 0) {
      await doEach(`key ${after.key.key}`, [disableCommand(after.key, version)], acting);
      continue;
    }
    all = false;
    const said = `version ${version} stays enabled: ${why.join("; ")}`;
    acting.progress(`${said}; --force disables it, and that cannot be read then`);
  }
  return all;
}
