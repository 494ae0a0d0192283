/** What revoke says before it does anything: what stops, what is lost for good, and every command. */
import type { Judged } from "../../observe/access/probe";
import type { Probes } from "../../observe/access/probes";
import type { UnderKeys } from "../../observe/access/under";
import type { KeyAsked } from "../../deployment/from-settings";
import { shown } from "../../resources/command";
import type { Setup } from "../../resources/setup";
import type { EndedJob, How, Taken, Way } from "./record";
import type { Outcome } from "./revoke";
import { takeCommand } from "./take";

export interface Intent {
  readonly setup: Setup;
  readonly keys: readonly KeyAsked[];
  readonly way: Way;
  readonly how: How;
  readonly taken: readonly Taken[];
  /** What somebody else disabled before, and is left so. */
  readonly before: readonly string[];
  /** Agents that would go on by a grant that is not the key's own. */
  readonly byPasses: readonly string[];
  readonly under: UnderKeys;
  readonly jobs: readonly EndedJob[];
  readonly probes: Probes;
  readonly record: string;
  readonly within: number;
}

const WAYS: Readonly<Record<Way, string>> = {
  versions:
    "versions: every enabled version is disabled. Nobody decrypts, service or person. It typically works within a minute, exceptionally within hours [Cloud KMS resource consistency]",
  grant:
    "grant: the service agents' grants on the key are taken away. It works within seconds to minutes [Cloud KMS resource consistency; Access change propagation, IAM]. Narrower: whoever else may use the key still may",
};

const HOWS: Readonly<Record<How, string>> = {
  drain: "drain: the job reads no more, writes what it has read, and ends: nothing of its state is left to lose",
  snapshot:
    "snapshot: its state and its subscription's are kept for 30 days, under the same key. It reads on until it is stopped: what it writes from here on it writes again when it is started from the snapshot",
  now: "now: its state is lost. What it has not acknowledged stays in the subscription",
};

export function intentAsText(intent: Intent): string {
  const { setup, keys, way, how, taken, before, byPasses, under, jobs, probes, record, within } = intent;
  const { settings, project, region } = setup;
  const given = setup.given.has("key") ? [", which others own"] : [];
  const others = under.things.filter(({ ours }) => !ours).map(({ what }) => what);
  return section([
    [`revoke of deployment ${settings.DEPLOYMENT} in project ${project}, ${region}`],
    [
      ...keys.map(
        ({ key, ring, location, project }) => `key       ${key}, ring ${ring}, ${location}, project ${project}${given}`,
      ),
      `by        ${WAYS[way]}`,
      ...before.map((one) => `left so   ${one}: it was not enabled before, and restore leaves it so, too`),
      ...byPasses.map((one) => `NOT TAKEN ${one}`),
    ],
    [
      "stops:",
      ...under.things.filter(({ ours }) => ours).map(({ what }) => `  ${what}`),
      ...jobs.map(({ name, id, region }) => `  job ${name} (${id}) in ${region}`),
      `  log bucket ${settings.LOG_BUCKET}`,
      ...(others.length > 0 ? ["stops, too, and is NOT this deployment's:", ...others.map((one) => `  ${one}`)] : []),
      ...under.notObserved.map((one) => `not observed: ${one}`),
    ],
    ["lost for good:", ...lossesOf(intent)],
    ...(jobs.length > 0 ? [[`first     ${HOWS[how]}`]] : []),
    [
      `watched, for ${within} s at most:`,
      ...probes.probes.map(({ consumer, what }) => `  ${consumer.padEnd(8)}${what}`),
      ...probes.unprobed.map(({ consumer, why }) => `  ${consumer.padEnd(8)}not watched: ${why}`),
      ...probes.probes.flatMap(({ consumer, leaves }) =>
        leaves ? [`each ask of ${consumer} that works leaves ${leaves}`] : [],
      ),
    ],
    taken.length === 0
      ? ["there is nothing to take: it is only watched"]
      : ["revoke runs:", ...taken.map((one) => shown(takeCommand(one)))],
    [`what it takes is written to ${record}: make restore gives that back, and nothing else`],
  ]);
}

function lossesOf({ setup, jobs, how }: Intent): string[] {
  const days = setup.settings.RETENTION_DAYS;
  const back =
    how === "snapshot" ? "a new one can begin from the snapshot" : "a new one begins afresh on the subscription";
  return [
    ...jobs.map(({ name, id }) => `  job ${name} (${id}): a job that lost its key never comes back; ${back}`),
    ...(jobs.length > 0 && how === "now" ? ["  what these jobs hold in their state, windows and timers"] : []),
    `  messages that wait longer than ${days} days: the subscription keeps none longer, key or no key`,
    "  nothing else, as long as no version is destroyed",
  ];
}

const section = (blocks: readonly (readonly string[])[]) => `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;

/** What came of it, and whether everything that was watched is refused. */
export function outcomeAsText(
  { under, probes }: Intent,
  { watched, unproven, lastWords, record }: Outcome,
): { readonly said: string; readonly proven: boolean } {
  const still = watched.filter(({ reached }) => !reached);
  const unseen = probes.unprobed.filter(({ absent }) => !absent);
  const last = [...watched].sort((a, b) => (a.lastWorked ?? -1) - (b.lastWorked ?? -1)).at(-1);
  const sent = watched.filter(({ consumer }) => consumer === "publish").reduce((sum, { worked }) => sum + worked, 0);
  const lines = [
    "",
    last?.lastWorked === undefined
      ? "nothing worked any more once the key was taken"
      : `the last access: ${last.consumer} ${last.what}, ${last.lastWorked} s after the key was taken`,
    ...lastWords.map((words) => `the job's last words: ${words}`),
    ...still.map(({ consumer, what }) => `NOT REFUSED: ${consumer} ${what}`),
    ...unproven.map(
      ({ probe, judged }) => `NOT PROVEN: ${probe.consumer} ${probe.what} did not work before: ${wordOf(judged)}`,
    ),
    ...unseen.map(({ consumer, why }) => `NOT OBSERVED: ${consumer}: ${why}`),
    ...(sent > 0 ? [`${sent} probe messages were published meanwhile, and one before`] : []),
    ...(under.notObserved.length > 0 ? ["what else is under the key could not all be listed: see above"] : []),
    `taken at ${record.takenAt}; make restore gives it back`,
  ];
  const proven = still.length + unproven.length + unseen.length === 0 && watched.length > 0;
  return { said: `${lines.join("\n")}\n`, proven };
}

function wordOf(judged: Judged): string {
  if (judged === "works") return "it works";
  const said = "refused" in judged ? judged.said : judged.unclear;
  const isPlace = /\bregion/i.test(said);
  return isPlace ? `${said}: set CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB=https://REGION-pubsub.googleapis.com/` : said;
}
