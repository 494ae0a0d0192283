/** Nothing is taken away under a job that runs: it would lose its key's grants, its network and its state. */
import type { Ask } from "../observe/ask";
import { listJobs, nameOfJob, readJobs } from "../observe/audit/jobs";
import type { Setup } from "../resources/setup";
import { ApplyError } from "./apply";

/** Throws ApplyError where a job of this deployment runs, or nobody may see whether one does. */
export async function refuseWhileRunning(setup: Setup, ask: Ask): Promise<void> {
  const listed = await ask(listJobs(setup.project));
  if ("trouble" in listed) {
    // Without Dataflow there is no job.
    if (listed.trouble.kind === "api off") return;
    throw new ApplyError("obstacles", `whether a job still runs is not observed: ${listed.trouble.said}`);
  }
  const jobs = await readJobs(setup, { ask, of: () => undefined, all: () => [] });
  if ("notObserved" in jobs) throw new ApplyError("obstacles", `the jobs are not observed: ${jobs.notObserved}`);
  const running = [
    ...jobs.ours.map(nameOfJob),
    ...jobs.unseen.map(({ id }) => `job ${id}, which nobody could look at`),
  ];
  if (running.length === 0) return;
  const mend = "drain it first: gcloud dataflow jobs drain ID --region=REGION";
  throw new ApplyError("obstacles", `nothing is taken away while this runs: ${running.join(", ")}: ${mend}`);
}
