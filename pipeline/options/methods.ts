import type { Given } from "./command-line";
import { positive } from "./values";
import type { StorageWrite } from "../composites/composite";
import { DEFAULT_METHODS, type Methods, needsJava, needsPython } from "../composites/methods";
import { UsageError } from "../usage-error";

/** The ways in and out that are asked for: the command line has checked their names. */
export function methodOptions(given: Given): Methods {
  return {
    read: (given.pubsub_read as Methods["read"] | undefined) ?? DEFAULT_METHODS.read,
    write: (given.bigquery_write_method as Methods["write"] | undefined) ?? DEFAULT_METHODS.write,
  };
}

const STREAMS = "num_storage_write_api_streams";
const SECONDS = "storage_write_api_triggering_frequency_sec";

/** Beam's own names of what Storage Write is told. Throws UsageError where the method has no use for one, or it is no whole number. */
export function storageWriteOptions(given: Given, { write }: Methods): StorageWrite {
  const unused = [STREAMS, SECONDS].find((flag) => given[flag] !== undefined);
  if (write !== "storage_write_exactly_once" && unused !== undefined) {
    throw new UsageError(`--${unused} goes with --bigquery_write_method storage_write_exactly_once only`);
  }
  const count = (flag: string) => (given[flag] === undefined ? undefined : positive(flag, given[flag], true));
  return { streams: count(STREAMS), seconds: count(SECONDS) };
}

/** Throws UsageError where something is said of Python's workers and there are none. */
export function checkPythonFlags(given: Given, methods: Methods): void {
  if (needsPython(methods) || given.python_sdk_container_image === undefined) return;
  throw new UsageError("--python_sdk_container_image does nothing here: this graph has no steps in Python");
}

/** Throws UsageError where something is said of Java's workers and there are none. */
export function checkJavaFlags(given: Given, methods: Methods): void {
  const flags = ["java_sdk_container_image", "java_environment_type", "java_environment_config"];
  const unused = flags.find((flag) => given[flag] !== undefined);
  if (unused === undefined || needsJava(methods)) return;
  throw new UsageError(`--${unused} goes with --bigquery_write_method storage_write_… only`);
}
