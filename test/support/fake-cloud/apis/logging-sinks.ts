/** Sinks: where log entries go, and as whom. */
import { type Call, masked, now } from "../call";
import { invalid, Refused } from "../refused";
import type { Project } from "../state";
import type { Sink } from "./logging";

export const writer = ({ number }: Project) =>
  `serviceAccount:service-${number}@gcp-sa-logging.iam.gserviceaccount.com`;

/** A destination may name its project by number. */
const byId = ({ id, number }: Project, name: string) => name.replace(`projects/${number}/`, `projects/${id}/`);

const DESTINATION =
  /^(logging|storage|bigquery|pubsub)\.googleapis\.com\/(projects\/[^/]+\/(locations\/[^/]+\/buckets|datasets|topics)\/[^/]+|projects\/[^/]+|[a-z0-9._-]+)$/;

/** One that writes into a bucket of its own project needs no identity. */
function kept(call: Call, sink: Partial<Sink>, old?: Sink): Sink {
  const { name = "", destination = "" } = { ...old, ...sink };
  if (!/^[\w.-]{1,100}$/.test(name)) throw invalid(`Invalid sink name: ${name}`);
  if (!DESTINATION.test(destination)) throw invalid(`Unsupported sink destination: ${destination}`);
  const target = destination.slice("logging.googleapis.com/".length);
  if (destination.startsWith("logging.") && target.includes("/buckets/")) {
    const found = call.state.logging.logBuckets.find(byId(call.project, target));
    if (found === undefined && target.startsWith(`projects/${call.project.id}/`))
      throw new Refused("NOT_FOUND", `Bucket ${target} does not exist`);
  }
  const isOwn = destination.startsWith(`logging.googleapis.com/projects/${call.project.id}/`);
  const identity = isOwn ? {} : { writerIdentity: writer(call.project) };
  if (!isOwn) call.project.agents.add(writer(call.project).slice("serviceAccount:".length));
  const resourceName = `projects/${call.project.id}/sinks/${name}`;
  return { createTime: now(), ...old, ...sink, name, destination, ...identity, resourceName };
}

export function createSink(call: Call): Sink {
  const sink = kept(call, call.body as Partial<Sink>);
  return call.state.logging.sinks.add(sink.resourceName!, sink);
}

export function updateSink(call: Call): Sink {
  const { sinks } = call.state.logging;
  const old = sinks.get(call.params.sinkName!);
  if (old.name === "_Required") throw new Refused("PERMISSION_DENIED", "The _Required sink cannot be changed.");
  const mask = call.query.get("updateMask");
  const { name: _, ...changed } = masked(call.body as Partial<Sink>, mask);
  return sinks.set(old.resourceName!, kept(call, changed, old));
}
