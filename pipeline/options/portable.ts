import type { Given } from "./command-line";
import { checkJavaFlags, methodOptions, storageWriteOptions } from "./methods";
import { rowOptions, type RowOptions } from "./rows";
import { bigQueryTable, matching, pubsubSource, topic } from "./values";
import type { Methods, Places } from "../composites";
import type { StorageWrite } from "../composites/composite";
import { needsJava } from "../composites/methods";
import type { WorkerEnvironment, WorkerEnvironments } from "../sdk/pipeline-proto";
import { UsageError } from "../usage-error";

export interface PortableOptions extends RowOptions {
  readonly runner: "Portable";
  readonly places: Places;
  readonly methods: Methods;
  readonly storageWrite: StorageWrite;
  /** HOST:PORT of the job service. */
  readonly jobEndpoint: string;
  readonly jobName: string;
  readonly workers: WorkerEnvironments;
  readonly wait: boolean;
}

const HOST_PORT = /^[^\s:/]+:\d+$/;

/** Throws UsageError. */
export function portableOptions(given: Given): PortableOptions {
  if (given.pubsub_topic !== undefined) {
    throw new UsageError("--pubsub_topic goes with Direct and Dataflow only: give --pubsub_subscription");
  }
  const methods = methodOptions(given);
  if (methods.read === "native") {
    throw new UsageError("--pubsub_read native goes with Dataflow only, the one service that reads Pub/Sub itself");
  }
  checkJavaFlags(given, methods);
  return {
    runner: "Portable",
    methods,
    storageWrite: storageWriteOptions(given, methods),
    places: {
      source: pubsubSource("pubsub_subscription", needed(given, "pubsub_subscription", "where messages come from")),
      table: bigQueryTable(needed(given, "table", "where rows go")),
      deadLetterTopic: topic("dead_letter_topic", needed(given, "dead_letter_topic", "where dead letters go")),
    },
    jobEndpoint: matching("job_endpoint", needed(given, "job_endpoint", "the job service"), HOST_PORT, "HOST:PORT"),
    jobName: String(given.job_name ?? "str-pl"),
    workers: {
      typescript: environment(given, "", "sdk_container_image"),
      python: environment(given, "python_", "python_sdk_container_image"),
      ...(needsJava(methods) && { java: environment(given, "java_", "java_sdk_container_image") }),
    },
    ...rowOptions(given),
    wait: given.wait === true,
  };
}

function environment(given: Given, prefix: "" | "python_" | "java_", imageFlag: string): WorkerEnvironment {
  const typeFlag = `${prefix}environment_type`;
  const configFlag = `${prefix}environment_config`;
  const type = String(given[typeFlag] ?? "DOCKER");
  switch (type) {
    case "DOCKER":
      return { type, image: needed(given, imageFlag, "the workers' image") };
    case "PROCESS":
      return { type, command: needed(given, configFlag, "the command that starts a worker") };
    case "EXTERNAL":
      return {
        type,
        address: matching(configFlag, needed(given, configFlag, "the worker pool"), HOST_PORT, "HOST:PORT"),
      };
    default:
      throw new UsageError(`--${typeFlag} ${type} is not known: give DOCKER, PROCESS or EXTERNAL`);
  }
}

function needed(given: Given, flag: string, what: string): string {
  if (given[flag] === undefined) throw new UsageError(`missing ${what}: give --${flag}`);
  return String(given[flag]);
}
