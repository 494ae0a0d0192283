/** The drill on a real deployment, in order: generate, run, take the key, watch what stops, give it back, count. */
import { asking, pause } from "../observe/ask";
import { readJobs } from "../observe/audit/jobs";
import type { Setup } from "../resources/setup";
import type { Generated } from "./generator";
import { drained, liesNow } from "./lies";
import { articleErrors, countsBetween, probesPublished, recordedTimes } from "./measured";
import { eventAsLine } from "./print";
import { DrillError } from "./safety";
import { type Summary, summaryOf } from "./summary";
import { lastWordsOf, offSwitch, recordOf, restoredRecord } from "./switch";
import type { DrillOptions, DrillWorld } from "./world";

/** `words`: the deployment's settings, NAME=value. Throws DrillError. */
export async function drill(
  setup: Setup,
  words: readonly string[],
  options: DrillOptions,
  world: DrillWorld,
): Promise<Summary> {
  const { now = Date.now, wait = pause, print } = world;
  const { settings, project } = setup;
  const startedAt = now();
  const tell = (what: string) => print(eventAsLine({ at: (now() - startedAt) / 1000, what }));
  await needsJob(setup, options, world, tell);
  const lay = await liesNow(setup, world);

  tell(`the generator publishes ${options.rate} messages/s`);
  const first = publish(1, setup, options, world);
  await wait(options.before * 1000);
  const decided = now();
  tell("the key is taken");
  const revoked = await offSwitch("revoke", setup, words, options, world);
  const record = recordOf(setup, options);
  if (record?.takenAt === undefined) throw new DrillError("STOPPED", `revoke ended with ${revoked}, and took nothing`);
  const untilTaken = (Date.parse(record.takenAt) - decided) / 1000;
  const before = await first;
  const { refused } = before;
  tell(`the generator ${refused === undefined ? "came to its end before it was refused" : `says: ${refused}`}`);
  const errors = articleErrors(record, await lastWordsOf(setup, record, world));
  tell(`Dataflow's error: ${errors.dataflow ?? "NOT SEEN"}`);
  tell(`BigQuery's error: ${errors.bigquery ?? "NOT SEEN"}`);

  tell("the key is given back");
  const givenBack = now();
  const restored = await offSwitch("restore", setup, words, options, world);
  const afterwards = await publish(2, setup, options, world);
  const jobAgain = await drained(setup, lay, options, world, tell);
  const final = restoredRecord(setup, options) ?? record;
  const published = before.ids + afterwards.ids + probesPublished(final);
  const unconfirmed = before.unconfirmed + afterwards.unconfirmed;
  return summaryOf({
    ...{ deployment: settings.DEPLOYMENT, project, startedAt: new Date(startedAt).toISOString(), untilTaken },
    counts: countsBetween(published, unconfirmed, lay, await liesNow(setup, world)),
    times: recordedTimes(final, untilTaken, jobAgain === undefined ? undefined : (jobAgain - givenBack) / 1000),
    troubles: [
      ...(revoked === 0 ? [] : [`revoke ended with ${revoked}`]),
      ...(restored === 0 ? [] : [`restore ended with ${restored}`]),
      ...(errors.dataflow === undefined ? ["Dataflow's error was not seen"] : []),
      ...(errors.bigquery === undefined ? ["BigQuery's error was not seen"] : []),
    ],
  });
}

/** Half of the messages. */
function publish(
  seed: number,
  { project, settings }: Setup,
  { rate, folder, messages }: DrillOptions,
  { generate }: DrillWorld,
): Promise<Generated> {
  const to = { project, topic: settings.TOPIC, schema: settings.SCHEMA, folder };
  return generate({ ...to, rate, seed, messages: Math.ceil(messages / 2) });
}

/** A drill without a job would find nothing to stop. */
async function needsJob(
  setup: Setup,
  { job }: DrillOptions,
  world: DrillWorld,
  tell: (what: string) => void,
): Promise<void> {
  const { run, wait, start } = world;
  const jobs = await readJobs(setup, { ask: asking(run, wait), of: () => undefined, all: () => [] });
  if ("notObserved" in jobs)
    throw new DrillError("NOT_OBSERVED", `which jobs run is not observed: ${jobs.notObserved}`);
  if (jobs.ours.length > 0) return;
  if (job === undefined)
    throw new DrillError(
      "NO_JOB",
      `no job of ${setup.settings.DEPLOYMENT} runs: start it, or --job "make run-dataflow …"`,
    );
  tell(`$ ${job}`);
  const code = await start(job);
  if (code !== 0) throw new DrillError("STOPPED", `the job was not started: that ended with ${code}`);
}
