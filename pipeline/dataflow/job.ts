/** A Dataflow job as its REST API has it, `google.dataflow.v1beta3.Job`: what this project reads of it. */
export interface Job {
  readonly id?: string;
  readonly projectId?: string;
  readonly location?: string;
  readonly name?: string;
  readonly type?: string | number;
  /** JOB_STATE_RUNNING, … */
  readonly currentState?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly replaceJobId?: string;
  readonly createdFromSnapshotId?: string;
  readonly transformNameMapping?: Readonly<Record<string, string>>;
  readonly environment?: JobEnvironment;
}

export interface JobEnvironment {
  readonly serviceKmsKeyName?: string;
  readonly serviceAccountEmail?: string;
  readonly workerRegion?: string;
  readonly workerZone?: string;
  /** storage.googleapis.com/BUCKET/PATH */
  readonly tempStoragePrefix?: string;
  readonly experiments?: readonly string[];
  readonly serviceOptions?: readonly string[];
  readonly debugOptions?: { readonly enableHotKeyLogging?: boolean };
  readonly workerPools?: readonly WorkerPool[];
  readonly sdkPipelineOptions?: { readonly options?: { readonly pipelineUrl?: string } };
}

export interface WorkerPool {
  readonly numWorkers?: number;
  readonly machineType?: string;
  readonly diskSizeGb?: number;
  readonly diskType?: string;
  readonly network?: string;
  readonly subnetwork?: string;
  readonly ipConfiguration?: string | number;
  readonly numThreadsPerWorker?: number;
  readonly autoscalingSettings?: { readonly algorithm?: string | number; readonly maxNumWorkers?: number };
  readonly sdkHarnessContainerImages?: readonly {
    readonly containerImage?: string;
    readonly environmentId?: string;
  }[];
}

/** States that a job never leaves. */
export const ENDED: ReadonlySet<string> = new Set([
  "JOB_STATE_DONE",
  "JOB_STATE_FAILED",
  "JOB_STATE_CANCELLED",
  "JOB_STATE_UPDATED",
  "JOB_STATE_DRAINED",
]);
