/** What restore says. */
import { shown } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import { giveCommand } from "../revoke/take";
import type { Restored, ToGive } from "./restore";
import type { Waiting } from "./waiting";

export function toGiveAsText({ settings, project }: Setup, { record, taken }: ToGive, path: string): string {
  const commands = taken.map((one) => shown(giveCommand(one)));
  return `${[
    `restore of deployment ${settings.DEPLOYMENT} in project ${project}: revoked at ${record.takenAt ?? record.startedAt} by ${record.by} (${path})`,
    commands.length === 0
      ? "there is nothing left to give back: it is only watched"
      : ["restore runs:", ...commands].join("\n"),
  ].join("\n\n")}\n\n`;
}

export function restoredAsText(setup: Setup, restored: Restored): { readonly said: string; readonly works: boolean } {
  const { watched, unprobed, waiting, archived, record } = restored;
  const late = watched.filter(({ reached }) => !reached);
  const unseen = unprobed.filter(({ absent }) => !absent);
  const works = late.length === 0;
  const lines = [
    ...unseen.map(({ consumer, why }) => `NOT OBSERVED: ${consumer}: ${why}`),
    ...late.map(({ consumer, what }) => `NOT YET: ${consumer} ${what}`),
    ...(late.length > 0
      ? ["Pub/Sub may need up to 12 hours for publishing and 2 for delivery: restore again goes on"]
      : []),
    "",
    ...waitingAsLines(setup, waiting),
    "",
    ...(works ? ["to start the job anew:", ...startLines(setup, record)] : []),
    ...(archived === undefined ? [] : ["", `the record is kept as ${archived}`]),
  ];
  return { said: `${lines.join("\n")}\n`, works };
}

function waitingAsLines({ settings }: Setup, waiting: Waiting | { readonly notObserved: string }): readonly string[] {
  const conserve = "that published = rows + dead letters + waiting is counted by make conserve";
  if ("notObserved" in waiting)
    return [`what waits in ${settings.SUBSCRIPTION} is not counted: ${waiting.notObserved}`, conserve];
  const { messages, probes, before, oldest, all } = waiting;
  const least = all ? "" : "at least ";
  const since = oldest === undefined ? "" : `, the oldest since ${oldest}`;
  return [
    `${least}${messages} messages wait in ${settings.SUBSCRIPTION}, counted by id${since}: ${before} were published before the key was taken, and are there still`,
    ...(probes > 0 ? [`and ${probes} probes of revoke and restore: each becomes a dead letter`] : []),
    conserve,
  ];
}

/** The job's own command line knows the rest; deploy knows nothing of it. */
function startLines({ project }: Setup, { jobs }: Restored["record"]): readonly string[] {
  const snapshots = jobs.flatMap(({ snapshot }) => snapshot ?? []);
  const run = `make run-dataflow PROJECT_ID=${project}`;
  if (snapshots.length === 0) return [`  ${run}`];
  return [
    ...snapshots.map((id) => `  ${run} ARGS="--create_from_snapshot ${id}"`),
    "what was written after the snapshot was taken is written again; afresh on the same subscription, without the old state:",
    `  ${run}`,
  ];
}
