/** The same graph on any Beam job service. */
import { setTimeout as sleep } from "node:timers/promises";
import { expandGraph } from "./expand";
import { SubmissionError } from "./python";
import { findTools, withServices } from "./services";
import type { Log } from "../log";
import type { PortableOptions } from "../options";
import { rowSettings } from "../options/rows";
import { ENDED, type SubmittedJob, submitTo } from "../sdk/job-service";

const EVERY_MS = 1_000;

/** Answers the exit code: 1 where the job failed while it was waited for. A job service that does not answer is a SubmissionError. */
export async function runPortable(
  options: PortableOptions,
  log: Log,
  print: (text: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const job = await submit(options, log, stop);
  print(`  job          ${job.id}\n  endpoint     ${options.jobEndpoint}\n`);
  return options.wait ? await waitFor(job, log, stop) : 0;
}

async function submit(options: PortableOptions, log: Log, stop: AbortSignal): Promise<SubmittedJob> {
  const settings = rowSettings(options);
  const tools = findTools(options.methods);
  log.info("starting Beam's Python, which expands the graph");
  return await withServices(tools, options.logLevel, stop, async ({ expansion }) => {
    const { places, storageWrite, workers, jobEndpoint } = options;
    const context = { places, settings, readBy: "pull", expansion, storageWrite } as const;
    const graph = await expandGraph(options.methods, context, workers);
    log.info(`submitting to ${jobEndpoint}`);
    return await submitTo(jobEndpoint, graph, options.jobName).catch((error: Error & { code?: unknown }) => {
      if (typeof error.code !== "string") throw error;
      throw new SubmissionError(error.code, `${jobEndpoint} does not take the job: ${error.code} ${error.message}`);
    });
  });
}

async function waitFor(job: SubmittedJob, log: Log, stop: AbortSignal): Promise<number> {
  let state = "";
  while (!ENDED.has(state) && !stop.aborted) {
    const now = await job.state();
    if (now !== state) log.info(`job ${job.id} is ${now}`);
    state = now;
    if (!ENDED.has(state)) await sleep(EVERY_MS, undefined, { signal: stop }).catch(() => {});
  }
  return state === "FAILED" ? 1 : 0;
}
