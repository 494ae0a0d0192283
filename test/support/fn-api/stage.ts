/** A stage as a runner hands it to a worker: sources and sinks on the data channel, and transforms between them. */
import { dirname } from "node:path";
import { type PCollection, Root } from "../../../pipeline/sdk/beam";
import { Pipeline } from "apache-beam/internal/pipeline";
import { type Coder, Context } from "apache-beam/coders/coders";
import {
  FullWindowedValueCoder,
  GlobalWindowCoder,
  PaneInfoCoder,
  VarIntCoder,
} from "apache-beam/coders/standard_coders";
import { type ProcessBundleDescriptor, RemoteGrpcPort } from "apache-beam/proto/beam_fn_api";
import { PTransformClass } from "apache-beam/transforms/transform";
import { GlobalWindow } from "apache-beam/values";
import Long from "long";

/** The SDK's own copy of protobufjs: its coders read and write by it. */
export const { Reader, Writer } = require(
  require.resolve("protobufjs", { paths: [dirname(require.resolve("apache-beam"))] }),
) as { Reader: new (bytes: Uint8Array) => SdkReader; Writer: new () => SdkWriter };

// biome-ignore lint/suspicious/noExplicitAny: the types of the SDK's copy are not to be had from here.
type SdkReader = any;
// biome-ignore lint/suspicious/noExplicitAny: the types of the SDK's copy are not to be had from here.
type SdkWriter = any;

/** Builds transforms on what the sources read; every collection that it answers with is sent to the sink of its name. */
export type Build = (sources: PCollection<unknown>[], root: Root) => Record<string, PCollection<unknown>>;

export interface StageOptions {
  readonly coder?: Coder<unknown>;
  /** How elements leave, by the sink's name; the coder that they came with, unless said otherwise. */
  readonly sinkCoders?: Record<string, Coder<unknown>>;
  readonly sources?: number;
}

/** A descriptor whose sources are named `source0`, `source1`…, and whose sinks and inner transforms have the names of their own. */
export function describeStage(id: string, url: string, build: Build, options: StageOptions = {}) {
  const { coder = new VarIntCoder() as Coder<unknown>, sinkCoders = {}, sources = 1 } = options;
  const pipeline = new Pipeline();
  const root = new Root(pipeline);
  const inputs = Array.from({ length: sources }, (_, index) =>
    root.apply(new SourceTransform(`source${index}`, url, coder)),
  );
  for (const [name, output] of Object.entries(build(inputs, root))) {
    output.apply(new SinkTransform(name, url, sinkCoders[name] ?? coder));
  }
  const { transforms, pcollections, windowingStrategies, coders, environments } = pipeline.getProto().components!;
  const byName = Object.fromEntries(Object.values(transforms).map((proto) => [proto.uniqueName, proto]));
  return {
    id,
    transforms: byName,
    pcollections,
    windowingStrategies,
    coders,
    environments,
  } satisfies ProcessBundleDescriptor;
}

class SourceTransform extends PTransformClass<Root, PCollection<unknown>> {
  constructor(
    name: string,
    readonly url: string,
    readonly coder: Coder<unknown>,
  ) {
    super(name);
  }
  override expandInternal(
    ...[, pipeline, proto]: Parameters<PTransformClass<Root, PCollection<unknown>>["expandInternal"]>
  ) {
    proto.spec = { urn: "beam:runner:source:v1", payload: port(pipeline, this.url, this.coder) };
    return pipeline.createPCollectionInternal(this.coder);
  }
}

class SinkTransform extends PTransformClass<PCollection<unknown>, undefined> {
  constructor(
    name: string,
    readonly url: string,
    readonly coder: Coder<unknown>,
  ) {
    super(name);
  }
  override expandInternal(
    ...[, pipeline, proto]: Parameters<PTransformClass<PCollection<unknown>, undefined>["expandInternal"]>
  ) {
    proto.spec = { urn: "beam:runner:sink:v1", payload: port(pipeline, this.url, this.coder) };
    return undefined;
  }
}

/** Where elements cross to the runner, and that they cross as windowed values. */
function port(pipeline: Pipeline, url: string, coder: Coder<unknown>): Uint8Array {
  const coderId = pipeline.getCoderId(new FullWindowedValueCoder(coder, GlobalWindowCoder.INSTANCE));
  return RemoteGrpcPort.toBinary({ apiServiceDescriptor: { url, authentication: undefined }, coderId } as never);
}

const EPOCH = Long.fromNumber(0);

/** The bytes of a data message: elements one after the other, in the global window. */
export function encodeElements(values: Iterable<unknown>, coder: Coder<unknown> = new VarIntCoder() as Coder<unknown>) {
  const windowed = new FullWindowedValueCoder(coder, GlobalWindowCoder.INSTANCE);
  const writer = new Writer();
  for (const value of values) {
    const element = { value, windows: [new GlobalWindow()], pane: PaneInfoCoder.ONE_AND_ONLY_FIRING, timestamp: EPOCH };
    windowed.encode(element as never, writer, Context.needsDelimiters);
  }
  return writer.finish() as Uint8Array;
}

export function decodeElements(
  messages: readonly Uint8Array[],
  coder: Coder<unknown> = new VarIntCoder() as Coder<unknown>,
) {
  const windowed = new FullWindowedValueCoder(coder, GlobalWindowCoder.INSTANCE);
  return messages.flatMap((bytes) => {
    const reader = new Reader(bytes);
    const values: unknown[] = [];
    while (reader.pos < reader.len) values.push(windowed.decode(reader, Context.needsDelimiters).value);
    return values;
  });
}
