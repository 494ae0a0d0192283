/** The graph for workers: expanded with Python's help, as the proto that a job service takes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PythonService } from "./python";
import { composites, type Places, type ReadBy } from "../composites";
import { buildGraph } from "../graph";
import { PipelineProto, pipelineProto, type WorkerEnvironments } from "../sdk/pipeline-proto";
import type { RowSettings } from "../steps";

export function expandGraph(
  python: PythonService,
  places: Places,
  settings: RowSettings,
  workers: WorkerEnvironments,
  by: ReadBy,
): Promise<PipelineProto> {
  const endpoints = composites(places, settings, python.expansionService, by);
  return pipelineProto((root) => buildGraph(root, endpoints, settings), workers);
}

/** Writes the graph into `folder`, which is made where it is not there. Answers the file. */
export function writeGraph(proto: PipelineProto, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "graph.pb");
  writeFileSync(file, PipelineProto.toBinary(proto));
  return file;
}
