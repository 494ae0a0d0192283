/** The graph for workers: expanded with the help of other languages, as the proto that a job service takes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Context, composites, type Methods } from "../composites";
import { buildGraph } from "../graph";
import { PipelineProto, pipelineProto, type WorkerEnvironments } from "../sdk/pipeline-proto";
import { writeOutput } from "../../deploy/files/output";

export function expandGraph(methods: Methods, context: Context, workers: WorkerEnvironments): Promise<PipelineProto> {
  const endpoints = composites(methods, context);
  return pipelineProto((root) => buildGraph(root, endpoints, context.settings), workers);
}

/** Writes the graph into `folder`, which is made where it is not there. Answers the file. */
export function writeGraph(proto: PipelineProto, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "graph.pb");
  writeOutput(file, PipelineProto.toBinary(proto));
  return file;
}
