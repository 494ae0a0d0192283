/** The off switch in a drill: its own command line, and what it has on record. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { lastWords } from "../change/revoke/jobs";
import { readRecord, recordPath, type Revocation } from "../change/revoke/record";
import type { World } from "../command-line";
import { asking } from "../observe/ask";
import type { Setup } from "../resources/setup";
import type { DrillOptions, DrillWorld } from "./world";

/** Answers its exit code. */
export async function offSwitch(
  command: "revoke" | "restore",
  setup: Setup,
  words: readonly string[],
  { within, job, folder }: DrillOptions,
  world: DrillWorld,
): Promise<number> {
  const keys = [...new Set([setup.dataKey.key, setup.dataflowKey.key])].join(",");
  const again = command === "restore" && job !== undefined ? ["--start-job", job] : [];
  const argv = [command, ...words, "--yes", keys, "--within", String(within), ...again];
  return await world.offSwitch(argv, { ...world, journal: join(folder, "journal.jsonl") });
}

/** Undefined where nothing is on record. */
export function recordOf(setup: Setup, { folder }: DrillOptions): Revocation | undefined {
  return readRecord(recordPath(setup, folder));
}

/** restore keeps its record under another name once everything works. */
export function restoredRecord(setup: Setup, { folder }: DrillOptions): Revocation | undefined {
  const path = recordPath(setup, folder);
  const open = readRecord(path);
  if (open !== undefined) return open;
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/json$/, "");
  const kept = readdirSync(folder).filter((file) => file.startsWith(name) && file.endsWith(".restored.json"));
  const last = kept.sort().at(-1);
  return last === undefined ? undefined : readRecord(join(folder, last));
}

/** Of the jobs that it was taken from, while they ended. */
export async function lastWordsOf(
  { project }: Setup,
  { jobs }: Revocation,
  { run, wait }: World,
): Promise<readonly string[]> {
  const ask = asking(run, wait);
  return (await Promise.all(jobs.map((job) => lastWords(project, job, ask)))).flatMap((words) => words ?? []);
}
