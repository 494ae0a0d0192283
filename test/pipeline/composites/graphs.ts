/** Graphs for workers, as the tests of the ways in and out want them. */
import { readFileSync } from "node:fs";
import type { Methods, Places } from "../../../pipeline/composites";
import { expandGraph } from "../../../pipeline/runners/expand";
import type { PipelineProto } from "../../../pipeline/sdk/pipeline-proto";

export const SETTINGS = {
  schema: "cc_account_info",
  schemaJson: readFileSync("schemas/cc_account_info.json", "utf8"),
  unknownColumns: "refuse",
  writeMetadata: false,
} as const;
export const PLACES: Places = {
  source: { kind: "subscription", subscription: "projects/proj-1/subscriptions/s" },
  table: { project: "proj-1", dataset: "d", table: "t" },
  deadLetterTopic: "projects/proj-1/topics/dead",
};
const IMAGES = {
  typescript: { type: "DOCKER", image: "worker:1" },
  python: { type: "DOCKER", image: "python:1" },
} as const;

/** `python`: HOST:PORT of its expansion service, where the methods need it. */
export function graphOf(methods: Methods, python?: string, places: Places = PLACES): Promise<PipelineProto> {
  const context = { places, settings: SETTINGS, readBy: "service", expansion: { python } } as const;
  return expandGraph(methods, context, IMAGES);
}

/** The transforms that no other is made of. */
export const steps = (proto: PipelineProto) =>
  Object.values(proto.components!.transforms).filter(({ subtransforms }) => subtransforms.length === 0);

export const stepNames = (proto: PipelineProto) =>
  steps(proto)
    .map(({ uniqueName }) => uniqueName)
    .sort();
