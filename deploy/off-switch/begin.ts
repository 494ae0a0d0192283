/** What revoke, restore and rotate begin with: the deployment, how it is asked, and the keys' names typed by whoever runs it. */
import { dirname } from "node:path";
import { JOURNAL, journal } from "../change/journal";
import { OffSwitchError } from "../change/revoke/error";
import { recordPath } from "../change/revoke/record";
import type { Acting } from "../change/revoke/revoke";
import { type Given, settingsOfLine, type World } from "../command-line";
import type { KeyAsked } from "../deployment/from-settings";
import { type Answers, type Ask, asking, pause } from "../observe/ask";
import type { Asked } from "../resources/setup";
import { askedFor } from "../settings";

export interface OffSwitchWorld extends World {
  /** In milliseconds; the machine's clock unless said. */
  readonly now?: () => number;
  /** Runs a command line of the user's own, and answers its exit code. */
  readonly start?: (line: string) => Promise<number>;
}

export interface Begun {
  readonly asked: Asked;
  readonly answers: Answers;
  readonly ask: Ask;
  readonly record: string;
  /** Where the records and the journal are. */
  readonly folder: string;
  readonly acting: (by: string) => Acting;
}

export function begin(given: Given, world: OffSwitchWorld): Begun {
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

/** Their names, typed or given: whoever has another deployment's settings has another key's name. Throws OffSwitchError. */
export async function confirm(
  question: string,
  keys: readonly KeyAsked[],
  { yes }: Given,
  world: World,
): Promise<void> {
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
