/** Any Beam job service: Prism, Flink's, Spark's. */
import "./beam";
import { JobState_Enum } from "apache-beam/proto/beam_job_api";
import type { Pipeline as PipelineProto } from "apache-beam/proto/beam_runner_api";
import { PortableRunner } from "apache-beam/runners/portable_runner/runner";

export interface SubmittedJob {
  readonly id: string;
  /** RUNNING, DONE, FAILED, …: what Beam's job API calls it. */
  state(): Promise<string>;
  cancel(): Promise<void>;
}

/** States that a job never leaves. */
export const ENDED: ReadonlySet<string> = new Set(["DONE", "FAILED", "CANCELLED", "UPDATED", "DRAINED"]);

/** Submits a graph to the job service at `endpoint`, HOST:PORT. */
export async function submitTo(endpoint: string, graph: PipelineProto, jobName: string): Promise<SubmittedJob> {
  const runner = new PortableRunner({ jobEndpoint: endpoint } as ConstructorParameters<typeof PortableRunner>[0]);
  const result = await runner.runPipelineWithProto(graph, { jobName } as never);
  const { jobId } = result as unknown as { jobId: string };
  return {
    id: jobId,
    state: async () => JobState_Enum[(await result.getState()).state],
    cancel: () => result.cancel(),
  };
}
