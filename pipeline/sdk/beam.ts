/**
 * The one door to the Beam SDK: the project takes its transforms from here, never from `apache-beam` itself.
 * The order of the imports matters: the SDK's modules are circular, and its front door must be opened first.
 */
import "./node-compat";
import * as beam from "apache-beam";
import "./repairs";
import "./fast";

export {
  type AsyncPTransform,
  type Counter,
  counter,
  flatten,
  impulse,
  P,
  PCollection,
  type PTransform,
  type PValue,
  Root,
  split,
  withName,
} from "apache-beam";
export { directRunner } from "apache-beam/runners/direct_runner";
export { requireForSerialization } from "apache-beam/serialization";
export { beam };
