/** Everything that an audit asks: the declared resources, the running jobs, the keys and their policies, what is stored. */
import type { Deployment } from "../../deployment";
import { gcloud } from "../../resources/command";
import type { Asked as AskedFor, Setup } from "../../resources/setup";
import { resourcesOf } from "../../resources";
import type { Run } from "../../run";
import { inOrder } from "../../walk";
import type { Visit } from "../../walk";
import { differences, UnhandledDifference } from "../../walk/diff";
import { readAll, readSetup } from "../read";
import { imagesOf, type Job, type Jobs, pipelineUrl, readJobs, readWorkers, type Worker } from "./jobs";
import { type KeyFound, keysOf, readKey } from "./keys";
import type { ImageAudited } from "./model";
import { isNotObserved, type NotObserved } from "./model/told";
import { type Questions, questions } from "./questions";
import {
  type Copies,
  type Graph,
  type LogLine,
  readCopies,
  readGraph,
  readImage,
  readLogSample,
  readObjects,
  type StoredObject,
} from "./stored";

export interface Gathered {
  readonly setup: Setup;
  /** As the deployment is asked for; a job's own is made from it. */
  readonly deployment: Deployment;
  readonly visits: readonly Visit[];
  readonly jobs: Jobs | NotObserved;
  readonly workers: readonly Worker[] | NotObserved;
  /** By the job's id. */
  readonly graphs: ReadonlyMap<string, Graph | NotObserved>;
  readonly images: ReadonlyMap<string, readonly ImageAudited[]>;
  readonly keys: readonly KeyFound[];
  readonly objects: readonly StoredObject[] | NotObserved;
  readonly copies: Copies;
  readonly logSample: readonly LogLine[] | NotObserved;
  readonly questions: Questions;
  readonly by: string;
  readonly observedAt: string;
  readonly finishedAt: string;
}

export interface World {
  readonly run: Run;
  readonly now?: () => Date;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Asks, and changes nothing. Throws ProjectNotObserved. */
export async function gather(asked: AskedFor, { run, now = () => new Date(), wait }: World): Promise<Gathered> {
  const observedAt = now().toISOString();
  const asking = questions(run, now, wait);
  const setup = await readSetup(asked, asking.ask);
  const { needed } = resourcesOf(setup);
  const [readings, jobs, workers, keys, objects, copies, logSample, by] = await Promise.all([
    readAll(needed, asking.ask),
    readJobs(setup, asking),
    readWorkers(setup, asking),
    Promise.all(keysOf(setup).map((key) => readKey(key, asking))),
    readObjects(setup, asking),
    readCopies(setup, asking),
    readLogSample(setup, asking),
    whoAsks(run),
  ]);
  const visits = inOrder(needed).map((resource): Visit => {
    const reading = readings.get(resource) ?? { kind: "not observed", notObserved: "nobody looked" };
    const given = setup.given.has(resource.kind);
    return { resource, given, reading, differences: differing(() => differences(resource, given, reading)) };
  });
  const ours = isNotObserved(jobs) ? [] : jobs.ours;
  const [graphs, images] = await Promise.all([graphsOf(ours, setup.project, asking), imagesOfJobs(ours, asking)]);
  const finishedAt = now().toISOString();
  const rest = { keys, objects, copies, logSample, questions: asking, by, observedAt, finishedAt };
  return { setup, deployment: setup.deployment, visits, jobs, workers, graphs, images, ...rest };
}

/** An audit goes on where a plan would stop: what nobody handles is a difference all the same. */
function differing(work: () => Visit["differences"]): Visit["differences"] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UnhandledDifference)) throw error;
    return [{ kind: "by hand", what: error.message, mend: "change it back by hand", commands: [] }];
  }
}

async function graphsOf(jobs: readonly Job[], project: string, asking: Questions): Promise<Gathered["graphs"]> {
  const read = async (job: Job) => [job.id, await readGraph(pipelineUrl(job), project, asking)] as const;
  return new Map(await Promise.all(jobs.map(read)));
}

async function imagesOfJobs(jobs: readonly Job[], asking: Questions): Promise<Gathered["images"]> {
  const read = async (job: Job) =>
    [job.id, await Promise.all(imagesOf(job).map(({ image }) => readImage(image, asking)))] as const;
  return new Map(await Promise.all(jobs.map(read)));
}

async function whoAsks(run: Run): Promise<string> {
  const { code, stdout } = await run(gcloud("config get-value core/account", {}));
  return (code === 0 && stdout.trim()) || "an account that gcloud does not name";
}
