/** The jobs of the variants: started by their own command line, found by their label, cancelled with what they hold. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ask } from "../observe/ask";
import { describeJob, nameOfJob, readJobs } from "../observe/audit/jobs";
import { troubleOf } from "../observe/trouble";
import { gcloud } from "../resources/command";
import type { Asked } from "../resources/setup";
import type { Run } from "../run";
import { CompareError } from "./safety";

/** `pipeline/main.ts` as its own process, which deploy knows by its command line alone. Answers the exit code and what it complained of. */
export type Submit = (flags: readonly string[]) => Promise<{ readonly code: number; readonly said: string }>;

export const submit: Submit = (flags) => {
  const args = ["-r", "ts-node/register", "pipeline/main.ts", "--runner", "Dataflow", ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, said }));
  });
};

/** The id of the job that was submitted into `folder`. Throws CompareError. */
export function idOfSubmitted(folder: string): string {
  const path = join(folder, "job.json");
  const { jobId } = JSON.parse(readFileSync(path, "utf8")) as { readonly jobId: string | null };
  if (jobId !== null) return jobId;
  throw new CompareError("STOPPED", `${path} names no job: --job-flags makes no job, as --dry_run does`);
}

/** By the label that every job of a deployment carries: whoever else uses the same account keeps theirs. Throws CompareError. */
export async function jobsOf(asked: Asked, ask: Ask): Promise<readonly string[]> {
  const jobs = await readJobs(asked, { ask, of: () => undefined, all: () => [] });
  if ("notObserved" in jobs) throw new CompareError("NOT_OBSERVED", `which jobs run: ${jobs.notObserved}`);
  if (jobs.unseen.length > 0)
    throw new CompareError(
      "NOT_OBSERVED",
      `${nameOfJob(jobs.unseen[0]!)} may be one of ours: ${jobs.unseen[0]!.notObserved}`,
    );
  return jobs.ours.filter(({ labels }) => labels?.deployment === asked.settings.DEPLOYMENT).map(({ id }) => id);
}

const ENDED = /^JOB_STATE_(CANCELLED|DONE|FAILED|DRAINED|UPDATED)$/;
const LOOK_EVERY_MS = 10_000;

export interface Cancelling {
  readonly run: Run;
  /** Each time anew: a state is not asked for once. */
  readonly ask: () => Ask;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** Seconds until it must have ended. */
  readonly within: number;
}

/** Cancels a job and waits until it has ended: the next one measured has the zone for itself. Throws CompareError. */
export async function cancelJob({ project, region }: Asked, id: string, by: Cancelling): Promise<void> {
  const cancelled = await by.run(gcloud("dataflow jobs cancel", { region, project }, id));
  const trouble = cancelled.code === 0 ? undefined : troubleOf(cancelled);
  const until = by.now() + by.within * 1000;
  for (;;) {
    const seen = await by.ask()(describeJob(project, region, id));
    const state = "answer" in seen ? ((seen.answer as { currentState?: string }).currentState ?? "") : "";
    if (ENDED.test(state)) return;
    if (trouble !== undefined) throw new CompareError("STOPPED", `job ${id} is not cancelled: ${trouble.said}`);
    if (by.now() >= until)
      throw new CompareError(
        "STOPPED",
        `job ${id} is ${state || "not observed"} ${by.within} s after it was cancelled`,
      );
    await by.wait(LOOK_EVERY_MS);
  }
}
