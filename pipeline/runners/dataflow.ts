/** A submission to Dataflow: held against the rules, expanded, sent, and read back. */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expandGraph, writeGraph } from "./expand";
import type { Submitted } from "./python";
import { findTools, withServices } from "./services";
import { askedOfJob } from "../dataflow/asked";
import { type FlagValues, pythonFlags } from "../dataflow/flags";
import { follow } from "../dataflow/follow";
import { ApiError, type Call, caller, defaultToken, noToken } from "../dataflow/google";
import type { Job } from "../dataflow/job";
import { digestsPinned, observe } from "../dataflow/observe";
import { compared } from "../dataflow/read-back";
import { describeJob, differences, type JobRecord } from "../dataflow/record";
import { DataflowService } from "../dataflow/service";
import type { Log } from "../log";
import type { DataflowOptions } from "../options";
import { rowSettings } from "../options/rows";
import { type WorkerEnvironments, workerModules } from "../sdk/pipeline-proto";
import { versionOf } from "../steps";
import { UsageError } from "../usage-error";
import type { Deployment } from "../../deploy/deployment";
import { describeBroken, heldAgainstRules, NOTHING_OBSERVED, type Verdict } from "../../deploy/rules";
import { writeOutput } from "../../deploy/files/output";

/** What a submission is made with. */
interface Context {
  readonly options: DataflowOptions;
  readonly call: Call;
  readonly service: DataflowService;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Answers the exit code: 1 where the job is not what was asked for, or did not end well while it was waited for. */
export async function runDataflow(
  options: DataflowOptions,
  log: Log,
  print: (text: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const context = contextOf(options, log, stop);
  if (options.drain) return await drain(context);

  const { deployment, verdict } = await heldAgainst(context);
  const accepted = verdict.accepted.map(({ rule }) => rule.id);
  const labels = { ...deployment.labels, schema_version: versionOf(rowSettings(options)) };
  const asked = askedOfJob({ ...deployment, labels }, options.others, accepted, options.methods);
  const { jobId } = await submit(context, deployment, asked);
  const record = await readBack(context, asked, verdict, jobId);
  writeOutput(join(options.jobFolder, "job.json"), `${JSON.stringify(record, null, 2)}\n`);
  print(describeJob(record));
  const code = await judge(context, record);
  if (code !== 0 || !options.wait || jobId === null) return code;
  return endedWell(await follow(context.service, jobId, log, stop), log);
}

function contextOf(options: DataflowOptions, log: Log, stop: AbortSignal): Context {
  const { dataflow_endpoint: endpoint, no_auth: noAuth, impersonate_service_account: account } = options.others;
  const call = caller(noAuth ? noToken : defaultToken(account as string | undefined));
  const { project, region } = options.deployment;
  const at = { project, region, ...(endpoint !== undefined && { endpoint: String(endpoint) }) };
  return { options, call, service: new DataflowService(call, at), log, stop };
}

/** Throws UsageError with every rule that is broken and not accepted. What is asked for is pinned to the images that are there now. */
async function heldAgainst({ options, call, log }: Context): Promise<{ deployment: Deployment; verdict: Verdict }> {
  const why = options.dryRun ? "a dry run asks nobody" : options.others.no_auth ? "--no_auth is given" : undefined;
  // What is broken in what is asked for is said before anybody is asked.
  requireHeld(heldAgainstRules(options.deployment, NOTHING_OBSERVED(why ?? "not asked yet"), options.accept));
  const deployment = why === undefined ? await digestsPinned(options.deployment, call) : options.deployment;
  const found = why === undefined ? await observe(deployment, call) : NOTHING_OBSERVED(why);
  const verdict = heldAgainstRules(deployment, found, options.accept);
  requireHeld(verdict);
  for (const id of verdict.uselessAccepts) log.warn(`--accept ${id} is not needed: the rule holds`);
  return { deployment, verdict };
}

function requireHeld({ broken }: Verdict): void {
  if (broken.length === 0) return;
  const rules = broken.length === 1 ? "a rule is" : `${broken.length} rules are`;
  throw new UsageError(`not submitted: ${rules} broken\n\n${describeBroken(broken)}`);
}

/** A job that was just created may not be known everywhere at once. */
const READ_BACK_TRIES = 3;
const READ_BACK_PAUSE_MS = 1_000;

const EXPERIMENTS = [
  // One Node process a core: the TypeScript worker is single-threaded.
  "use_sibling_sdk_workers",
  // Beam's Python would send the element of a step that fails to the service, which keeps it outside of the key.
  "disable_always_on_exception_sampling",
].map((experiment) => `--experiments=${experiment}`);

/** Stages the graph and creates the job. */
async function submit(context: Context, deployment: Deployment, asked: FlagValues): Promise<Submitted> {
  const { options, log, stop } = context;
  const settings = rowSettings(options);
  const tools = findTools(options.methods);
  if (options.others.update && !options.dryRun) await running(context);

  log.info("starting Beam's Python, which expands the graph");
  return await withServices(tools, options.logLevel, stop, async ({ python, expansion }) => {
    const storageWrite = { ...options.storageWrite, kmsKey: deployment.dataflowKmsKey };
    const parts = { places: deployment, settings, readBy: "service", expansion, storageWrite } as const;
    const graph = writeGraph(await expandGraph(options.methods, parts, imagesOf(deployment)), options.jobFolder);
    log.info(
      options.dryRun ? "making the job, sending nothing" : `staging to ${deployment.stagingLocation} and submitting`,
    );
    const modules = workerModules().map((name) => `--registered_node_modules=${name}`);
    const flags = [...pythonFlags(asked), ...EXPERIMENTS, ...modules];
    const submission = { graph, flags, folder: resolve(options.jobFolder), dry_run: options.dryRun };
    return await python.submit(submission).finally(() => rmSync(graph));
  });
}

function imagesOf({ workerImage, pythonImage, javaImage }: Deployment): WorkerEnvironments {
  const docker = (image: string) => ({ type: "DOCKER", image }) as const;
  return {
    typescript: docker(workerImage),
    python: docker(pythonImage),
    java: javaImage === undefined ? undefined : docker(javaImage),
  };
}

/** The job as the service has it; of a dry run or a template, the one that was made. */
async function readBack(
  { options, service }: Context,
  asked: FlagValues,
  verdict: Verdict,
  jobId: string | null,
): Promise<JobRecord> {
  const { project, region, jobName } = options.deployment;
  const graph = readFileSync(join(options.jobFolder, "pipeline.pb"));
  const request = JSON.parse(readFileSync(join(options.jobFolder, "request.json"), "utf8")) as Job;
  const job = jobId === null ? { projectId: project, location: region, ...request } : await created(service, jobId);
  return {
    jobId,
    name: jobName,
    project,
    region,
    consoleUrl: jobId === null ? null : service.consoleUrl(jobId),
    state: job.currentState ?? null,
    dryRun: options.dryRun,
    profile: options.profile,
    acceptedRules: verdict.accepted.map(({ rule, found }) => ({ id: rule.id, found })),
    notObserved: verdict.notObserved,
    graph: { sha256: createHash("sha256").update(graph).digest("hex"), bytes: graph.length },
    comparisons: compared(asked, job),
    submittedAt: new Date().toISOString(),
  };
}

/** A job that goes on and cannot be looked at must at least be found. Throws ApiError. */
async function created(service: DataflowService, jobId: string): Promise<Job> {
  for (let left = READ_BACK_TRIES; ; left--) {
    try {
      return await service.job(jobId);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const told = `job ${jobId} is created, but cannot be read back: ${error.message}. Look at it:`;
      if (left === 1) throw new ApiError(error.status, `${told} ${service.consoleUrl(jobId)}`);
      await sleep(READ_BACK_PAUSE_MS);
    }
  }
}

/** A job that is not what was asked for is cancelled. */
async function judge({ options, service, log }: Context, record: JobRecord): Promise<number> {
  const different = differences(record).filter(({ verdict }) => verdict === "different");
  if (different.length === 0) return 0;
  const names = different.map(({ option }) => option).join(", ");
  log.error(`the job is not what was asked for: ${names}. Both sides stand above and in ${options.jobFolder}/job.json`);
  if (record.jobId === null) return 1;
  if (options.keepOnMismatch) {
    log.warn(`job ${record.jobId} goes on, as --keep_on_mismatch says`);
  } else {
    await service.end(record.jobId, "cancel");
    log.error(`job ${record.jobId} is cancelled`);
  }
  return 1;
}

async function drain(context: Context): Promise<number> {
  const { options, service, log, stop } = context;
  const job = await running(context);
  await service.end(job.id!, "drain");
  log.info(`job ${job.id} drains: it reads no more, and ends when everything that it has read is written`);
  return options.wait ? endedWell(await follow(service, job.id!, log, stop), log) : 0;
}

/** The running job of the deployment's name. Throws UsageError where there is none: Beam would look for it for ever. */
async function running({ options, service }: Context): Promise<Job> {
  const { jobName, region } = options.deployment;
  const job = await service.running(jobName);
  if (job?.id !== undefined) return job;
  const mend = "Give the --job_name and the --region of a running one, or submit without --update or --drain";
  throw new UsageError(`no job named ${jobName} is running in ${region}. ${mend}`);
}

function endedWell(state: string, log: Log): number {
  log.info(`the job is in ${state}`);
  return state === "JOB_STATE_FAILED" ? 1 : 0;
}
