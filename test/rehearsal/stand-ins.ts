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

export interface StandIns {
  readonly python: string;
  /** HOST:PORT */
  readonly jobEndpoint: string;
  readonly workerPool: string;
  /** Where Google's clients find the emulators. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Starts them all at once. `logs`: the folder of their logs. */
export async function startStandIns(python: string, logs: string): Promise<StandIns> {
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()));
  };
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>) => {
    const started = await starting;
    running.push(started);
    return started;
  };
  const started = await Promise.allSettled([kept(startPubsubEmulator()), kept(startBigQueryEmulator())]);
  try {
    const [pubsub, bigQuery] = started.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    // The stand-in for Dataflow's read is named by its module: who sends it and who runs it have to find it.
    const PYTHONPATH = resolve("pipeline/python");
    const env = {
      PYTHONPATH,
      PUBSUB_EMULATOR_HOST: pubsub!.host,
      BIGQUERY_EMULATOR_HOST: bigQuery!.host,
      BIGQUERY_GRPC_HOST: (bigQuery as { grpcHost: string }).grpcHost,
      BIGQUERY_STORAGE_EMULATOR_HOST: (bigQuery as { grpcHost: string }).grpcHost,
      BIGQUERY_PROJECT,
      // For java_worker.sh, which Prism starts.
      JAVA_WORKER_CLASS_PATH: javaWorkerClassPath(),
      JAVA_WORKER_LOG: resolve(logs, "java-worker.log"),
    };
    const [prism, pool] = await Promise.all([
      kept(startPrism(join(logs, "prism.log"), env)),
      kept(startWorkerPool(python, join(logs, "python-worker.log"), env)),
    ]);
    return { python, jobEndpoint: prism.host, workerPool: pool.host, env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the TypeScript worker prints goes to Prism's log: Prism starts it, and both end together. */
async function startPrism(log: string, env: NodeJS.ProcessEnv): Promise<Server> {
  const port = await freePort();
  const node24 = resolve("build/nodes/node_modules/node-24/bin");
  const command = [preparedPrism(), `-job_port=${port}`, "-serve_http=false", "-log_kind=text"];
  return listening(port, startLogged(log, command, { ...env, PATH: `${node24}:${process.env.PATH}` }));
}

async function startWorkerPool(python: string, log: string, env: NodeJS.ProcessEnv): Promise<Server> {
  const port = await freePort();
  return listening(port, startLogged(log, [python, "test/rehearsal/worker_pool.py", String(port)], env));
}
