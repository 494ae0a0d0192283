/** The same graph on any Beam job service. */
import { setTimeout as sleep } from "node:timers/promises";
import { expandGraph } from "./expand";
import { findJava, JavaService } from "./java";
import { findPython, PythonService, SubmissionError } from "./python";
import { needsJava } from "../composites/methods";
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
  const interpreter = findPython();
  const foundJava = needsJava(options.methods) ? findJava() : undefined;
  log.info("starting Beam's Python, which expands the graph");
  const python = await PythonService.start(interpreter, options.logLevel);
  let java: JavaService | undefined;
  const end = () => {
    python.stop();
    java?.stop();
  };
  stop.addEventListener("abort", end);
  try {
    java = foundJava && (await JavaService.start(foundJava, options.logLevel));
    const context = {
      places: options.places,
      settings,
      readBy: "pull",
      expansion: { python: python.expansionService, java: java?.expansionService },
      storageWrite: options.storageWrite,
    } as const;
    const graph = await expandGraph(options.methods, context, options.workers);
    log.info(`submitting to ${options.jobEndpoint}`);
    return await submitTo(options.jobEndpoint, graph, options.jobName);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== "string") throw error;
    throw new SubmissionError(code, `${options.jobEndpoint} does not take the job: ${code} ${message}`);
  } finally {
    stop.removeEventListener("abort", end);
    end();
  }
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
