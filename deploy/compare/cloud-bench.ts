/** The bench on Google Cloud: the real generator, pipeline, gcloud and bq. Never run on it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { asking } from "../observe/ask";
import { troubleOf } from "../observe/trouble";
import { type Command, gcloud, shown } from "../resources/command";
import type { Run } from "../run";
import type { Generate } from "../drill/generator";
import type { Bench, Window } from "./bench";
import { cancelJob, idOfSubmitted, jobsOf, type Submit } from "./jobs";
import { CompareError } from "./safety";
import { askTimings, countRows, type TimingsRow, timingsOfRow } from "./timings-query";
import { flagsOfVariant, type JobShape, TITLES, type Variant, type VariantAsked } from "./variants";

export interface CloudWorld {
  readonly run: Run;
  readonly wait: (ms: number) => Promise<unknown>;
  readonly now: () => number;
  readonly generate: Generate;
  readonly submit: Submit;
}

export interface CloudBenchOptions {
  readonly variants: readonly VariantAsked[];
  readonly shape: JobShape;
  readonly version: string;
  readonly folder: string;
}

/** Seconds for a job to be cancelled. */
const CANCEL_WITHIN = 900;

export function cloudBench({ variants, shape, version, folder }: CloudBenchOptions, world: CloudWorld): Bench {
  const { run, wait, now, generate, submit } = world;
  const ask = () => asking(run, wait);
  const askedOf = (variant: Variant) => variants.find((one) => one.variant === variant)!;
  const answer = async (command: Command) => {
    const seen = await ask()(command);
    if ("answer" in seen) return seen.answer;
    throw new CompareError("NOT_OBSERVED", `${shown(command).slice(0, 80)}…: ${seen.trouble.said}`);
  };
  const row = async (command: Command) => ((await answer(command)) as readonly TimingsRow[])[0] ?? {};
  const cancel = (variant: Variant, id: string) =>
    cancelJob(askedOf(variant).asked, id, { run, ask, now, wait, within: CANCEL_WITHIN });
  const folderOf = (variant: Variant, round: number, what: string) => join(folder, `round-${round}`, variant, what);

  return {
    ...{ now, wait, slackMs: 5_000, lookEveryMs: 30_000 },
    async clear(variant) {
      const { asked } = askedOf(variant);
      for (const id of await jobsOf(asked, ask())) await cancel(variant, id);
      const { project, settings } = asked;
      const time = new Date(now()).toISOString();
      const sought = await run(gcloud("pubsub subscriptions seek", { project, time }, settings.SUBSCRIPTION));
      if (sought.code !== 0)
        throw new CompareError("STOPPED", `what waits in ${settings.SUBSCRIPTION} stays: ${troubleOf(sought).said}`);
    },
    async publish(variant, { messages, rate, seed, phase, round }) {
      const { project, settings } = askedOf(variant).asked;
      const published = await generate({
        ...{ project, topic: settings.TOPIC, schema: settings.SCHEMA, messages, seed, invalid: 0 },
        ...(rate !== undefined && { rate }),
        folder: folderOf(variant, round, phase),
      });
      if (published.refused === undefined) return published.ids;
      throw new CompareError("STOPPED", `round ${round}, ${TITLES[variant]}: the generator says: ${published.refused}`);
    },
    async start(variant, round) {
      const jobFolder = folderOf(variant, round, "job");
      mkdirSync(jobFolder, { recursive: true });
      const name = `${askedOf(variant).asked.settings.DEPLOYMENT}-r${round}`;
      const flags = flagsOfVariant(askedOf(variant), shape, name, version);
      const { code, said } = await submit([...flags, `--job_folder=${jobFolder}`]);
      if (code !== 0)
        throw new CompareError(
          "STOPPED",
          `round ${round}, ${TITLES[variant]}: no job was made: ${said.trim().slice(-2000)}`,
        );
      const id = idOfSubmitted(jobFolder);
      return { id, stop: () => cancel(variant, id) };
    },
    rows: async (variant, window: Window) => Number((await row(countRows(askedOf(variant).asked, window))).n ?? 0),
    timings: async (variant, window) => timingsOfRow(await row(askTimings(askedOf(variant).asked, window))),
  };
}
