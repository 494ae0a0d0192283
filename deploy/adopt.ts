/** `adopt`: reads a project that was set up by hand into a deployment file, and says what differs from the rules. */
import { existsSync, linkSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { loadTableSchema } from "../schemas/load";
import type { World } from "./command-line";
import { DeploymentError } from "./deployment";
import { settingsOf } from "./deployment/settings";
import { adopt, openOf } from "./observe/adopt/adopt";
import { adoptedAsText, summaryOf } from "./observe/adopt/text";
import { asking } from "./observe/ask";
import { plan } from "./observe/plan";
import { isGood, linesAsText, verify } from "./observe/verify";
import { askedOf } from "./resources/setup";
import { namedSettings, packageVersion, settingsFrom } from "./settings";

export const ADOPTED = "adopted.env";

/** 0 where every setting is decided, 2 where some are left to whoever reads the file; 1 an error. Throws DeploymentError. */
export async function adoptCommand(words: readonly string[], file: string, world: World): Promise<number> {
  refuseToOverwrite(file);
  const named = namedSettings(words, world.env);
  const schema = loadTableSchema(settingsOf(named).SCHEMA);
  const ask = asking(world.run, world.wait);
  const adopted = await adopt(named, schema, packageVersion(), ask);
  writeWhole(file, adoptedAsText(adopted));
  world.print(`${summaryOf(adopted)}\n${file} is written; what differs from the rules and from what it declares:\n\n`);
  // As plan will read it.
  const settings = settingsFrom([], {}, file);
  const made = await plan(askedOf(settings, schema, packageVersion()), ask);
  const lines = verify(made);
  world.print(
    linesAsText(
      lines.filter((line) => !isGood(line)),
      lines.length,
    ),
  );
  world.print(GIVEN);
  return openOf(adopted).length > 0 ? 2 : 0;
}

const GIVEN = [
  "\nWhat others own is to be named by kind, GIVEN=key,network: it is looked at and never changed.",
  "What is not given is labelled by apply, and what carries the label is taken away by teardown.\n",
].join("\n");

function refuseToOverwrite(file: string): void {
  if (!existsSync(file)) return;
  throw new DeploymentError("contradictory", "file", `${file} is there already: remove it, or name another by --file`);
}

/** Nobody ever finds half of it, or loses what another wrote meanwhile. */
function writeWhole(file: string, text: string): void {
  const half = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(half, text, { mode: 0o600, flag: "wx" });
  try {
    linkSync(half, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    refuseToOverwrite(file);
  } finally {
    unlinkSync(half);
  }
}
