import type { Given } from "./command-line";
import { DEFAULT_METHODS, type Methods } from "../composites/methods";

/** The ways in and out that are asked for: the command line has checked their names. */
export function methodOptions(given: Given): Methods {
  return {
    read: (given.pubsub_read as Methods["read"] | undefined) ?? DEFAULT_METHODS.read,
    write: (given.bigquery_write_method as Methods["write"] | undefined) ?? DEFAULT_METHODS.write,
  };
}
