/** Everything that stands in for Google's services, and the workers. Each ends when we do, whatever ends us. */
import { join, resolve } from "node:path";
import { listening, type Server, startLogged } from "./servers";
import { BIGQUERY_PROJECT, startBigQueryEmulator } from "../support/emulators/bigquery";
import { freePort } from "../support/emulators/process";
import { startPubsubEmulator } from "../support/emulators/pubsub";
import { preparedPrism } from "../support/go";
import { javaWorkerClassPath } from "../support/java";

/** What is in the place of what. */
export const STAND_INS: Readonly<Record<string, string>> = {
  "Dataflow's runner": "Beam's Prism",
  "Dataflow's read of Pub/Sub": "a splittable DoFn on Google's Python client",
  "the TypeScript worker's image": "its folder, build/worker, as a process",
  "the Python worker's image": "build/python, in a worker pool of threads",
  "Pub/Sub": "Google's emulator",
  BigQuery: "local-bigquery",
};

/** Of a graph that has no Python of its own. */
export const PYTHON_STAND_IN = {
  "Dataflow's read of Pub/Sub":
    "a splittable DoFn on Google's Python client, in an environment that only the replay has",
};

export const JAVA_STAND_IN = {
  "the Java worker's image": "the jars of build/java, as a process whose gRPC to BigQuery has no TLS",
};

/** Prism, and what it needs to start workers. */
export interface JobService {
  readonly python: string;
  /** HOST:PORT */
  readonly jobEndpoint: string;
  readonly workerPool: string;
  /** Where Google's clients find the emulators. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether Prism has. */
  readonly hasEnded: () => boolean;
  stop(): Promise<void>;
}

/** With the emulators, which stop with it. */
export type StandIns = JobService;

export interface Emulators {
  /** `127.0.0.1:PORT` */
  readonly pubsub: string;
  readonly bigQuery: string;
  readonly bigQueryGrpc: string;
}

type Stoppable = { stop(): Promise<void> };

/** Starts them all at once. `logs`: the folder of their logs. */
export async function startStandIns(python: string, logs: string): Promise<StandIns> {
  const [[pubsub, bigQuery], stopEmulators] = await allOrNone([startPubsubEmulator(), startBigQueryEmulator()]);
  const emulators = { pubsub: pubsub.host, bigQuery: bigQuery.host, bigQueryGrpc: bigQuery.grpcHost };
  try {
    const service = await startJobService(python, logs, envOf(emulators, logs));
    const stop = async () => {
      await Promise.all([service.stop(), stopEmulators()]);
    };
    return { ...service, stop };
  } catch (error) {
    await stopEmulators();
    throw error;
  }
}

/** What workers find in their environment. */
export function envOf({ pubsub, bigQuery, bigQueryGrpc }: Emulators, logs: string): NodeJS.ProcessEnv {
  return {
    // The stand-in for Dataflow's read is named by its module: who sends it and who runs it have to find it.
    PYTHONPATH: resolve("pipeline/python"),
    PUBSUB_EMULATOR_HOST: pubsub,
    BIGQUERY_EMULATOR_HOST: bigQuery,
    BIGQUERY_GRPC_HOST: bigQueryGrpc,
    BIGQUERY_STORAGE_EMULATOR_HOST: bigQueryGrpc,
    BIGQUERY_PROJECT,
    // For java_worker.sh, which Prism starts.
    JAVA_WORKER_CLASS_PATH: javaWorkerClassPath(),
    JAVA_WORKER_LOG: resolve(logs, "java-worker.log"),
  };
}

/** `pool`: options of worker_pool.py. */
export async function startJobService(
  python: string,
  logs: string,
  env: NodeJS.ProcessEnv,
  pool: readonly string[] = [],
): Promise<JobService> {
  const [[prism, workers], stop] = await allOrNone([
    startPrism(join(logs, "prism.log"), env),
    startWorkerPool(python, join(logs, "python-worker.log"), env, pool),
  ]);
  const { hasEnded } = prism;
  return { python, jobEndpoint: prism.host, workerPool: workers.host, env, hasEnded, stop };
}

/** All of them, and what stops them; where one cannot be started the others are stopped. */
async function allOrNone<T extends [Stoppable, Stoppable]>(
  starting: {
    [at in keyof T]: Promise<T[at]>;
  },
): Promise<[T, () => Promise<void>]> {
  const settled = await Promise.allSettled(starting);
  const running = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()));
  };
  const failed = settled.find((one) => one.status === "rejected");
  if (failed === undefined) return [running as T, stop];
  await stop();
  throw failed.reason;
}

/** What the TypeScript worker prints goes to Prism's log: Prism starts it, and both end together. */
async function startPrism(log: string, env: NodeJS.ProcessEnv): Promise<Server> {
  const port = await freePort();
  const node24 = resolve("build/nodes/node_modules/node-24/bin");
  const command = [preparedPrism(), `-job_port=${port}`, "-serve_http=false", "-log_kind=text"];
  return listening(port, startLogged(log, command, { ...env, PATH: `${node24}:${process.env.PATH}` }));
}

async function startWorkerPool(
  python: string,
  log: string,
  env: NodeJS.ProcessEnv,
  options: readonly string[],
): Promise<Server> {
  const port = await freePort();
  return listening(port, startLogged(log, [python, "test/rehearsal/worker_pool.py", ...options, String(port)], env));
}
