/** What crosses between languages: Python's transforms by their source, and rows of declared fields. */
import { createHash } from "node:crypto";
import type { AsyncPTransform, PCollection, PTransform, PValue } from "./beam";
import "./beam";
import { RowCoder } from "apache-beam/coders/row_coder";
import type { Pipeline } from "apache-beam/internal/pipeline";
import type { PTransform as PTransformProto } from "apache-beam/proto/beam_runner_api";
import { AtomicType, Schema } from "apache-beam/proto/schema";
import { rawExternalTransform } from "apache-beam/transforms/external";
import { withCoderInternal } from "apache-beam/transforms/internal";
import { pythonCallable } from "apache-beam/transforms/python";
import type { AsyncPTransformClass } from "apache-beam/transforms/transform";

/** The columns of a Beam row in their order; none of them is ever null. INT64 is a bigint, or a safe integer. */
export type RowFields = Readonly<Record<string, "BYTES" | "STRING" | "INT64">>;

/**
 * A Python transform, of which the expansion service at `address`, HOST:PORT, makes a part of the graph. `source`: a Python module's text
 * whose last expression is a PTransform class; `args`: what it is constructed with. What the service finds wrong is thrown, in its own
 * words, when the transform is applied.
 */
export function pythonTransform<I extends PValue<unknown>, O extends PValue<unknown>>(
  source: string,
  args: Readonly<Record<string, string>>,
  address: string,
): AsyncPTransform<I, O> {
  const payload = { constructor: "__constructor__", args: {}, kwargs: { source: pythonCallable(source), ...args } };
  const urn = "beam:transforms:python:fully_qualified_named";
  const transform = rawExternalTransform<I, O>(urn, payload, address) as AsyncPTransformClass<I, O>;
  return async (input: I, pipeline: Pipeline, proto: PTransformProto) => {
    const output = await transform.expandInternalAsync(input, pipeline, proto);
    for (const id of Object.values(proto.outputs)) useOneGlobalWindow(pipeline, id);
    return output;
  };
}

/** Each expansion brings a global window under an id of its own, and the SDK holds two of them for two kinds of windows: it flattens none. */
function useOneGlobalWindow(pipeline: Pipeline, collection: string): void {
  const { pcollections, windowingStrategies } = pipeline.getProto().components!;
  const { windowingStrategyId } = pcollections[collection]!;
  const isGlobal = windowingStrategies[windowingStrategyId]?.windowFn?.urn === "beam:window_fn:global_windows:v1";
  if (isGlobal) {
    pcollections[collection]!.windowingStrategyId = (
      pipeline as unknown as { globalWindowing: string }
    ).globalWindowing;
  }
}

/** Says of which columns the elements are, so that another language can read them. */
export function asRows<T>(fields: RowFields): PTransform<PCollection<T>, PCollection<T>> {
  return withCoderInternal<T>(new RowCoder(schemaOf(fields)) as never);
}

/** The same fields have the same schema id: the same pipeline is the same graph, byte for byte. */
function schemaOf(fields: RowFields): Schema {
  const hex = createHash("sha256").update(JSON.stringify(fields)).digest("hex");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  return Schema.create({
    id,
    fields: Object.entries(fields).map(([name, type], position) => ({
      name,
      encodingPosition: position,
      type: { nullable: false, typeInfo: { oneofKind: "atomicType", atomicType: AtomicType[type] } },
    })),
  });
}
