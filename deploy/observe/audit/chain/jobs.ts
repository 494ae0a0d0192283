/** The job's two links: the machines that its workers are, and the state that it keeps. */
import type { Gathered } from "../gather";
import { imagesOf, type Job, nameOfJob, type Worker } from "../jobs";
import type { Link } from "../model/link";
import { isNotObserved, type None, type NotObserved } from "../model/told";
import { keyUsed, UNTOLD, untold } from "./link";

export function jobLinks(gathered: Gathered): readonly Link[] {
  const { jobs } = gathered;
  if (isNotObserved(jobs)) return noLinks(jobs);
  if (jobs.ours.length === 0) return noLinks({ none: "no job of this deployment runs" });
  return [...jobs.ours.map((job) => workersLink(gathered, job)), ...jobs.ours.map(stateLink)];
}

const noLinks = (why: None | NotObserved): readonly Link[] => [
  untold("workers", "workers of the job", why),
  untold("state", "state of the job", why),
];

function workersLink(gathered: Gathered, job: Job): Link {
  const { environment = {} } = job;
  const [pool] = environment.workerPools ?? [];
  const seen = isNotObserved(gathered.workers) ? [] : gathered.workers.filter((worker) => worker.job === job.id);
  const asked = environment.workerZone ?? environment.workerRegion ?? job.location;
  return {
    step: "workers",
    what: `workers of ${nameOfJob(job)}`,
    place: seen.length > 0 ? [...new Set(seen.map(({ zone }) => zone))].sort() : [asked],
    key: keyUsed(environment.serviceKmsKeyName, UNTOLD("Compute Engine")),
    more: {
      ...machines(gathered.workers, seen),
      machine: seen[0]?.machine ?? pool?.machineType ?? "the service's choice",
      network: pool?.subnetwork ?? pool?.network ?? "default",
      "external address": externalOf(seen, pool?.ipConfiguration),
      account: environment.serviceAccountEmail ?? "the default one",
      images: String(imagesOf(job).length),
    },
  };
}

function machines(workers: Gathered["workers"], seen: readonly Worker[]): Record<string, string> {
  if (isNotObserved(workers)) return { machines: `not observed: ${workers.notObserved}; as the job asks for them` };
  return { machines: seen.length === 0 ? "none seen; as the job asks for them" : String(seen.length) };
}

function externalOf(seen: readonly Worker[], asked: string | undefined): string {
  if (seen.some(({ external }) => external)) return "yes";
  return asked === "WORKER_IP_PRIVATE" ? "none" : "asked for";
}

function stateLink(job: Job): Link {
  const engine = (job.environment?.experiments ?? []).includes("enable_streaming_engine");
  return {
    step: "state",
    what: `state of ${nameOfJob(job)}`,
    place: [job.location],
    key: keyUsed(job.environment?.serviceKmsKeyName, UNTOLD("Dataflow")),
    more: { "kept by": engine ? "Streaming Engine" : "the workers' disks" },
  };
}
