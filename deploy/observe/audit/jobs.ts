/** The running jobs, as the service describes them: which are this deployment's, what they are made of, where their workers are. */
import { type Deployment, lastPart } from "../../deployment";
import { gcloud } from "../../resources/command";
import type { Asked } from "../../resources/setup";
import type { NotObserved } from "./model/told";
import { said } from "./personal";
import { type Questions, told } from "./questions";

/** As the API has it, `google.dataflow.v1beta3.Job`: what an audit reads of it. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly currentState?: string;
  readonly createTime?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: {
    readonly serviceKmsKeyName?: string;
    readonly serviceAccountEmail?: string;
    readonly workerRegion?: string;
    readonly workerZone?: string;
    readonly tempStoragePrefix?: string;
    readonly experiments?: readonly string[];
    readonly workerPools?: readonly {
      readonly machineType?: string;
      readonly network?: string;
      readonly subnetwork?: string;
      readonly ipConfiguration?: string;
      readonly sdkHarnessContainerImages?: readonly {
        readonly containerImage?: string;
        readonly environmentId?: string;
      }[];
    }[];
    readonly sdkPipelineOptions?: { readonly options?: Readonly<Record<string, unknown>> };
  };
  readonly jobMetadata?: {
    readonly pubsubDetails?: readonly { readonly topic?: string; readonly subscription?: string }[];
    readonly bigqueryDetails?: readonly { readonly dataset?: string; readonly table?: string }[];
  };
}

export interface Jobs {
  readonly ours: readonly Job[];
  readonly others: readonly Job[];
  /** Listed, and could not be described: nobody knows whose they are. */
  readonly unseen: readonly (NotObserved & { readonly id: string; readonly name: string })[];
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly location?: string;
  readonly region?: string;
}

/** Asks for every active job in every region: one that was started elsewhere is found. */
export async function readJobs(setup: Asked, { ask }: Questions): Promise<Jobs | NotObserved> {
  const { project } = setup;
  const listed = told(await ask(listJobs(project)), (jobs: readonly Listed[]) => jobs);
  if ("notObserved" in listed) return listed;
  const described = await Promise.all(
    listed.map(async ({ id, name, location, region }) => {
      const seen = told(await ask(describeJob(project, location ?? region ?? "", id)), (job: Job) => job);
      return "notObserved" in seen ? { ...seen, id, name } : seen;
    }),
  );
  const jobs = described.filter((one): one is Job => !("notObserved" in one));
  return {
    ours: jobs.filter((job) => touches(job, setup)),
    others: jobs.filter((job) => !touches(job, setup)),
    unseen: described.filter((one) => "notObserved" in one),
  };
}

export const listJobs = (project: string) =>
  gcloud("dataflow jobs list", { status: "active", project, format: "json" });

export const describeJob = (project: string, region: string, id: string) =>
  gcloud("dataflow jobs describe", { region, full: true, project, format: "json" }, id);

/** By its name, its workers' account, its bucket, or by what it reads and writes. */
function touches(job: Job, { deployment, settings, worker }: Asked): boolean {
  const { environment, jobMetadata } = job;
  const topics = [settings.TOPIC, settings.SUBSCRIPTION, settings.DEAD_LETTER_TOPIC];
  return (
    job.name === deployment.jobName ||
    environment?.serviceAccountEmail === worker.replace("serviceAccount:", "") ||
    (environment?.tempStoragePrefix ?? "").startsWith(`storage.googleapis.com/${settings.BUCKET}/`) ||
    (jobMetadata?.pubsubDetails ?? []).some(
      ({ topic, subscription }) => topics.includes(lastPart(topic)) || topics.includes(lastPart(subscription)),
    ) ||
    (jobMetadata?.bigqueryDetails ?? []).some(({ dataset }) => dataset === settings.DATASET)
  );
}

export const nameOfJob = ({ name, id }: Pick<Job, "name" | "id">): string => `job ${said(name)} (${id})`;

export const imagesOf = (job: Job): readonly { readonly id: string; readonly image: string }[] =>
  (job.environment?.workerPools ?? []).flatMap(({ sdkHarnessContainerImages = [] }) =>
    sdkHarnessContainerImages.flatMap(({ containerImage, environmentId = "" }) =>
      containerImage === undefined ? [] : [{ id: environmentId, image: containerImage }],
    ),
  );

export function pipelineUrl({ environment }: Job): string | undefined {
  const url = environment?.sdkPipelineOptions?.options?.pipelineUrl;
  return typeof url === "string" ? url : undefined;
}

/** gs://BUCKET/PATH of storage.googleapis.com/BUCKET/PATH. */
const asGs = (prefix: string) => prefix.replace(/^(?:https:\/\/)?storage\.googleapis\.com\//, "gs://");

/** What the rules hold a running job to: what is asked for, with everything in its place that the job says of itself. */
export function deploymentOfJob(asked: Deployment, job: Job): Deployment {
  const { environment = {} } = job;
  const [pool] = environment.workerPools ?? [];
  const image = (isMeant: (id: string) => boolean) => imagesOf(job).find(({ id }) => isMeant(id))?.image;
  const java = image((id) => id === "javaEnvironment");
  const staged = pipelineUrl(job);
  const { dataflowKmsKey: _, serviceAccount: __, workerZone: ___, workerRegion: ____, ...rest } = asked;
  return {
    ...rest,
    jobName: job.name,
    region: job.location,
    labels: job.labels ?? {},
    experiments: environment.experiments ?? [],
    usePublicIps: pool !== undefined && pool.ipConfiguration !== "WORKER_IP_PRIVATE",
    workerImage: image((id) => id === "jsEnvironment") ?? asked.workerImage,
    pythonImage: image((id) => id === "pythonEnvironment") ?? asked.pythonImage,
    ...(java !== undefined && { javaImage: java }),
    ...(environment.serviceKmsKeyName !== undefined && { dataflowKmsKey: environment.serviceKmsKeyName }),
    ...(environment.serviceAccountEmail !== undefined && { serviceAccount: environment.serviceAccountEmail }),
    ...(environment.workerZone !== undefined && { workerZone: environment.workerZone }),
    ...(environment.workerZone === undefined &&
      environment.workerRegion !== undefined && { workerRegion: environment.workerRegion }),
    ...(pool?.network !== undefined && { network: pool.network }),
    ...(pool?.subnetwork !== undefined && { subnetwork: pool.subnetwork }),
    ...(staged !== undefined && { stagingLocation: staged }),
    ...(environment.tempStoragePrefix !== undefined && { tempLocation: asGs(environment.tempStoragePrefix) }),
  };
}

export interface Worker {
  readonly name: string;
  readonly zone: string;
  readonly machine: string;
  readonly subnetwork: string;
  readonly external: boolean;
  readonly job: string;
}

interface Instance {
  readonly name: string;
  readonly zone?: string;
  readonly machineType?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly networkInterfaces?: readonly { readonly subnetwork?: string; readonly accessConfigs?: readonly unknown[] }[];
}

export const listWorkers = (project: string) =>
  gcloud("compute instances list", { project, filter: "labels.dataflow_job_id:*", format: "json" });

/** The workers' machines, by the label that Dataflow gives them. */
export async function readWorkers({ project }: Asked, { ask }: Questions): Promise<readonly Worker[] | NotObserved> {
  return told(await ask(listWorkers(project)), (all: readonly Instance[]) =>
    all.map(({ name, zone, machineType, labels, networkInterfaces = [] }) => ({
      name,
      zone: lastPart(zone),
      machine: lastPart(machineType),
      subnetwork: lastPart(networkInterfaces[0]?.subnetwork),
      external: networkInterfaces.some(({ accessConfigs = [] }) => accessConfigs.length > 0),
      job: labels?.dataflow_job_id ?? "",
    })),
  );
}
