/** A graph as the proto that a job service is given. */
import { type Root, beam } from "./beam";
import { Pipeline } from "apache-beam/internal/pipeline";
import {
  DockerPayload,
  type Environment,
  ExternalPayload,
  Pipeline as PipelineProto,
  ProcessPayload,
} from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";

export { PipelineProto };

/** The SDK's own environment: a runner is to say what it is. */
const TYPESCRIPT = "js_default";

/** What a worker runs in: an image, a command on the runner's machine, or a pool that waits at HOST:PORT. */
export type WorkerEnvironment =
  | { readonly type: "DOCKER"; readonly image: string }
  | { readonly type: "PROCESS"; readonly command: string }
  | { readonly type: "EXTERNAL"; readonly address: string };

export interface WorkerEnvironments {
  readonly typescript: WorkerEnvironment;
  readonly python: WorkerEnvironment;
}

/** The SDK's own id of its environment, and ours of the one that all of Python's transforms share. */
const IDS = { typescript: "jsEnvironment", python: "pythonEnvironment" };

/** Builds a graph in which every step runs in one of two environments, the TypeScript one or Python's. */
export async function pipelineProto(
  build: (root: Root) => Promise<void>,
  workers: WorkerEnvironments,
): Promise<PipelineProto> {
  const pipeline = new Pipeline();
  await build(new beam.Root(pipeline));
  const proto = PipelineProto.clone(pipeline.getProto());
  const { environments, transforms, windowingStrategies } = proto.components!;
  // Each expansion brings Python's environment once more, under an id of its own.
  const isTypescript = (id: string) => environments[id]!.urn === TYPESCRIPT;
  for (const part of [...Object.values(transforms), ...Object.values(windowingStrategies)]) {
    if (part.environmentId !== "") {
      part.environmentId = isTypescript(part.environmentId) ? IDS.typescript : IDS.python;
    }
  }
  const found = Object.values(environments);
  const [typescript, python] = [true, false].map((is) => found.find(({ urn }) => (urn === TYPESCRIPT) === is));
  proto.components!.environments = {
    ...(typescript && { [IDS.typescript]: inWorker(typescript, workers.typescript) }),
    ...(python && { [IDS.python]: inWorker(python, workers.python) }),
  };
  return proto;
}

/** Everything that a worker needs is in it: what would be staged for it is dropped. */
const inWorker = (environment: Environment, worker: WorkerEnvironment): Environment => ({
  ...environment,
  dependencies: [],
  ...specOf(worker),
});

function specOf(worker: WorkerEnvironment): Pick<Environment, "urn" | "payload"> {
  switch (worker.type) {
    case "DOCKER":
      return { urn: "beam:env:docker:v1", payload: DockerPayload.toBinary({ containerImage: worker.image }) };
    case "PROCESS": {
      const payload = ProcessPayload.create({ command: worker.command });
      return { urn: "beam:env:process:v1", payload: ProcessPayload.toBinary(payload) };
    }
    case "EXTERNAL": {
      const payload = ExternalPayload.create({ endpoint: { url: worker.address } });
      return { urn: "beam:env:external:v1", payload: ExternalPayload.toBinary(payload) };
    }
  }
}

/** The modules that a TypeScript worker loads before it starts, by the names under which they are packed. */
export function workerModules(): readonly string[] {
  return getRegisteredModules();
}
