/** A graph as the proto that a job service is given. */
import { type Root, beam } from "./beam";
import { Pipeline } from "apache-beam/internal/pipeline";
import { DockerPayload, type Environment, Pipeline as PipelineProto } from "apache-beam/proto/beam_runner_api";
import { getRegisteredModules } from "apache-beam/serialization";

export { PipelineProto };

const DOCKER = "beam:env:docker:v1";
/** The SDK's own environment: a runner is to say what it is. */
const TYPESCRIPT = "js_default";

/** The images that the workers of a job run. */
export interface WorkerImages {
  readonly typescript: string;
  readonly python: string;
}

/** Builds a graph; every environment in it is a Docker image, the TypeScript one or Python's. */
export async function pipelineProto(
  build: (root: Root) => Promise<void>,
  images: WorkerImages,
): Promise<PipelineProto> {
  const pipeline = new Pipeline();
  await build(new beam.Root(pipeline));
  const proto = PipelineProto.clone(pipeline.getProto());
  const environments = proto.components!.environments;
  for (const [id, environment] of Object.entries(environments)) {
    environments[id] = inImage(environment, environment.urn === TYPESCRIPT ? images.typescript : images.python);
  }
  return proto;
}

/** Everything that a worker needs is in its image: what would be staged for it is dropped. */
function inImage(environment: Environment, containerImage: string): Environment {
  return { ...environment, urn: DOCKER, payload: DockerPayload.toBinary({ containerImage }), dependencies: [] };
}

/** The modules that a TypeScript worker loads before it starts, by the names under which they are packed. */
export function workerModules(): readonly string[] {
  return getRegisteredModules();
}
