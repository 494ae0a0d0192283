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
  /** Of a graph with steps in Java. */
  readonly java?: WorkerEnvironment | undefined;
}

type Language = keyof WorkerEnvironments;

/** The SDK's own id of its environment, and ours of those that all of a language's transforms share. */
const IDS: Readonly<Record<Language, string>> = {
  typescript: "jsEnvironment",
  python: "pythonEnvironment",
  java: "javaEnvironment",
};
const JAVA_SDK = "beam:version:sdk_base:apache/beam_java";

/** Builds a graph in which every step runs in the one environment of its language. */
export async function pipelineProto(
  build: (root: Root) => Promise<void>,
  workers: WorkerEnvironments,
): Promise<PipelineProto> {
  const pipeline = new Pipeline();
  await build(new beam.Root(pipeline));
  const proto = PipelineProto.clone(pipeline.getProto());
  const { environments, transforms, windowingStrategies } = proto.components!;
  // Each expansion brings its language's environment once more, under an id of its own.
  for (const part of [...Object.values(transforms), ...Object.values(windowingStrategies)]) {
    if (part.environmentId !== "") part.environmentId = IDS[languageOf(environments[part.environmentId]!)];
  }
  const found = new Map(
    Object.values(environments)
      .map((one) => [languageOf(one), one] as const)
      .reverse(),
  );
  const made = (Object.keys(IDS) as Language[])
    .filter((language) => found.has(language))
    .map((language) => [IDS[language], inWorker(found.get(language)!, workers[language]!)] as const);
  proto.components!.environments = Object.fromEntries(made);
  return proto;
}

function languageOf({ urn, capabilities }: Environment): Language {
  if (urn === TYPESCRIPT) return "typescript";
  return capabilities.some((capability) => capability.startsWith(JAVA_SDK)) ? "java" : "python";
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
