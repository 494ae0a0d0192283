/** The command that says how a deployment is now. */
import { type Given, secondsOf, settingsOfLine, type World } from "../../command-line";
import { pause } from "../../observe/ask";
import { questions } from "../../observe/audit/questions";
import { askedFor } from "../../settings";
import { asJson, mostOf, storeOf } from "../ends";
import { groupsOf } from "../list";
import { monitoringOf } from "../monitoring";
import { OperateError } from "../trouble";
import { look } from "./look";
import { measures } from "./measures";
import type { Reasons, Seen, Status } from "./model";
import { statusAsText } from "./text";
import { NOT_ASKED, troublesOf } from "./troubles";

/** Looking holds the letters for a moment: a watch does it this often, and no more. */
const REASONS_EVERY_MS = 300_000;
const MOST = 1000;

/** 0 where nothing has to be looked at, else 1; of a watch, what its last one ended with. `inPlace`: on a terminal. */
export async function statusCommand(
  given: Given,
  world: World,
  inPlace = process.stdout.isTTY === true,
): Promise<number> {
  const seconds = secondsOf(given, "watch");
  const reasons = reasonsOf(given, world);
  for (let first = true; ; first = false) {
    const status = await statusNow(given, world, reasons);
    world.print(shownAs(status, given.json === true, seconds !== undefined, inPlace, first));
    if (seconds === undefined) return status.troubles.length === 0 ? 0 : 1;
    await (world.wait ?? pause)(seconds * 1000);
  }
}

async function statusNow(given: Given, world: World, reasons: () => Promise<Seen<Reasons>>): Promise<Status> {
  const asked = askedFor(settingsOfLine(given), world);
  const now = Date.now();
  const monitoring = measures(monitoringOf(asked.project, world.env), now);
  const [looked, byReason] = await Promise.all([
    look(
      asked,
      questions(world.run, () => new Date(), world.wait),
      monitoring,
    ),
    reasons(),
  ]);
  const status = { observedAt: new Date(now).toISOString(), ...looked, reasons: byReason };
  return { ...status, troubles: troublesOf(status) };
}

/** As one screen again and again, as one after the other, or as a line of JSON each. */
function shownAs(status: Status, json: boolean, watched: boolean, inPlace: boolean, first: boolean): string {
  if (json) return watched ? `${JSON.stringify(status)}\n` : asJson(status);
  const text = statusAsText(status);
  if (!watched) return text;
  if (!inPlace) return first ? text : `\n${text}`;
  // Home, each line to its end, and the rest of the screen: nothing flickers.
  return `${first ? "\u001b[2J" : ""}\u001b[H${text.replaceAll("\n", "\u001b[K\n")}\u001b[J`;
}

/** The dead letters' reasons, kept between two looks. */
function reasonsOf(given: Given, world: World): () => Promise<Seen<Reasons>> {
  if (given.reasons === false) return async () => ({ notObserved: NOT_ASKED });
  const most = given.most === undefined ? MOST : mostOf(given);
  let kept: Seen<Reasons> | undefined;
  let next = 0;
  return async () => {
    if (kept === undefined || Date.now() >= next) {
      kept = await lookAtLetters(given, world, most);
      next = Date.now() + REASONS_EVERY_MS;
    }
    return kept;
  };
}

async function lookAtLetters(given: Given, world: World, most: number): Promise<Seen<Reasons>> {
  try {
    const store = await storeOf(given, world);
    try {
      const { letters, more } = await store.take(most);
      return { at: new Date().toISOString(), looked: letters.length, more, groups: groupsOf(letters) };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof OperateError) return { notObserved: error.message };
    throw error;
  }
}
