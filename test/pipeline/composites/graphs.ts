/** Graphs for workers, as the tests of the ways in and out want them. */
import { readFileSync } from "node:fs";
import type { Methods, Places } from "../../../pipeline/composites";
import { expandGraph } from "../../../pipeline/runners/expand";
import type { RowSettings } from "../../../pipeline/steps";
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
export function graphOf(
  methods: Methods,
  python?: string,
  places: Places = PLACES,
  settings: RowSettings = SETTINGS,
): Promise<PipelineProto> {
  const context = { places, settings, readBy: "service", expansion: { python } } as const;
  return expandGraph(methods, context, IMAGES);
}

/**
 * What Dataflow holds a replacement job against [Update an existing pipeline, Job compatibility check]: steps by their names, each with its inputs and
 * outputs, and the coders of what flows between them, down to the last component.
 */
export function updatedBy({ components }: PipelineProto): Readonly<Record<string, object>> {
  const { transforms, pcollections, coders } = components!;
  const coder = (id: string): unknown[] => {
    const { spec, componentCoderIds } = coders[id]!;
    return [spec!.urn, Buffer.from(spec!.payload).toString("base64"), ...componentCoderIds.map(coder)];
  };
  const flows = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, id]) => [name, pcollections[id]!.uniqueName, coder(pcollections[id]!.coderId)]);
  return Object.fromEntries(
    Object.values(transforms).map(({ uniqueName, inputs, outputs }) => [
      uniqueName,
      { inputs: flows(inputs), outputs: flows(outputs) },
    ]),
  );
}

/** The table's schema with a column more, another one wider, and one that is gone. */
export const GROWN: RowSettings = {
  ...SETTINGS,
  schemaJson: JSON.stringify([
    ...asFields(SETTINGS.schemaJson)
      .slice(1)
      .map((field) => ({ ...field, ...(field.type === "INT64" && { type: "NUMERIC" }) })),
    { name: "band", type: "RECORD", mode: "REPEATED", fields: [{ name: "id", type: "INT64" }] },
  ]),
  schemaVersionColumn: "made_by",
};

function asFields(json: string): { readonly type: string }[] {
  const parsed = JSON.parse(json);
  return Array.isArray(parsed) ? parsed : (parsed.fields ?? parsed.schema.fields);
}

/** The transforms that no other is made of. */
export const steps = (proto: PipelineProto) =>
  Object.values(proto.components!.transforms).filter(({ subtransforms }) => subtransforms.length === 0);

export const stepNames = (proto: PipelineProto) =>
  steps(proto)
    .map(({ uniqueName }) => uniqueName)
    .sort();
