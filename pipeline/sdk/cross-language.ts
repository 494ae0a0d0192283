/** What crosses between languages: Python's transforms by their source, and rows of declared fields. */
import type { AsyncPTransform, PCollection, PTransform, PValue } from "./beam";
import "./beam";
import { withIdOfFields } from "./repairs/schema-ids";
import { RowCoder } from "apache-beam/coders/row_coder";
import type { Pipeline } from "apache-beam/internal/pipeline";
import type { PTransform as PTransformProto } from "apache-beam/proto/beam_runner_api";
import { AtomicType, Field, Schema } from "apache-beam/proto/schema";
import { rawExternalTransform } from "apache-beam/transforms/external";
import { withCoderInternal } from "apache-beam/transforms/internal";
import { pythonCallable } from "apache-beam/transforms/python";
import type { AsyncPTransformClass } from "apache-beam/transforms/transform";

/** The columns of a Beam row in their order; none of them is ever null. INT64 is a bigint, or a safe integer. */
export type RowFields = Readonly<Record<string, "BYTES" | "STRING" | "INT64">>;

/** Python could not make a transform. Its words are told: there are no messages yet whose values could stand in them. */
export class ExpansionError extends Error {
  constructor(name: string, text: string) {
    super(`${name} cannot be expanded: ${text}`);
  }
}

/**
 * A Python transform, of which the expansion service at `address`, HOST:PORT, makes a part of the graph. `source`: a Python module's text
 * whose last expression is a PTransform class; `args`: what it is constructed with. Throws
 * ExpansionError when it is applied.
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
    const output = await transform.expandInternalAsync(input, pipeline, proto).catch((error: Error) => {
      // The last line of Python's traceback says it; the rest says where.
      throw new ExpansionError(proto.uniqueName, error.message.trimEnd().split("\n").at(-1)!);
    });
    // Python encodes what it was sent anew, with schema ids at random.
    proto.spec = { urn, payload: (transform as unknown as { payload: Uint8Array }).payload };
    for (const id of Object.values(proto.outputs)) useOneGlobalWindow(pipeline, id);
    return output;
  };
}

/** Each expansion brings a global window under an id of its own, and the SDK holds two of them for two kinds of windows: it flattens none. */
export function useOneGlobalWindow(pipeline: Pipeline, collection: string): void {
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

function schemaOf(fields: RowFields): Schema {
  const columns = Object.entries(fields).map(([name, type], encodingPosition) =>
    Field.create({
      name,
      encodingPosition,
      type: { nullable: false, typeInfo: { oneofKind: "atomicType", atomicType: AtomicType[type] } },
    }),
  );
  return withIdOfFields(Schema.create({ fields: columns }));
}
