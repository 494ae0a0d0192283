/**
 * Steps of a graph that run in the driver's own process: what the DirectRunner of the SDK lacks to be a stream
 * (apache/beam issue 30020). It runs one bundle and ends; a step with `run` keeps that bundle open for as long as it likes.
 */
import { beam, impulse, type PCollection, type PTransform, type Root, withName } from "./beam";
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";
import { PaneInfoCoder } from "apache-beam/coders/standard_coders";
import { type IOperator, NonPromise, registerOperatorConstructor } from "apache-beam/worker/operators";
import Long from "long";

/** What a step does with its elements. It may emit at any time before its `run` ends. */
export interface InProcessStep<I> {
  receive(element: I): void;
  /** Awaited at the end of the bundle, before the steps behind it are finished. */
  run?(): Promise<void>;
}

type Connect = (emit: (element: unknown) => void) => InProcessStep<unknown>;

const URN = "regulated_streaming_pipeline:transform:in_process:v1";
const steps = new Map<string, Connect>();
let count = 0;

/** A source: nothing comes in, `run` emits until it returns. */
export function inProcessSource<O>(
  name: string,
  run: (emit: (element: O) => void) => Promise<void>,
): PTransform<Root, PCollection<O>> {
  const step = inProcess<Uint8Array, O>("emit", (emit) => ({ receive: () => {}, run: () => run(emit) }));
  return withName(name, (root: Root) => root.apply(impulse()).apply(step));
}

/** A step, or a sink where nobody takes what it emits. `connect` is called once, when the graph is run. */
export function inProcess<I, O>(
  name: string,
  connect: (emit: (element: O) => void) => InProcessStep<I>,
): PTransform<PCollection<I>, PCollection<O>> {
  return withName(name, (_input: PCollection<I>, pipeline: PipelineBuilder, proto: TransformProto) => {
    const id = `${name}#${count++}`;
    steps.set(id, connect as Connect);
    proto.spec = { urn: URN, payload: new TextEncoder().encode(id) };
    return pipeline.createPCollectionInternal<O>(new GeneralObjectCoder());
  }) as unknown as PTransform<PCollection<I>, PCollection<O>>;
}

interface PipelineBuilder {
  createPCollectionInternal<T>(coder: unknown): PCollection<T>;
}

interface TransformProto {
  spec?: { urn: string; payload: Uint8Array };
}

/** Every element is in the global window, on time, at the beginning of time: no step of this project looks at any of it. */
const WINDOWS = [new beam.GlobalWindow()];
const TIMESTAMP = Long.fromString("-9223372036854775");

registerOperatorConstructor(URN, (transformId, transform, context) => {
  const id = new TextDecoder().decode(transform.spec!.payload);
  const connect = steps.get(id);
  if (connect === undefined) throw new Error(`step ${id} belongs to another process`);
  steps.delete(id);
  const receiver = context.getReceiver(Object.values(transform.outputs)[0]!);
  const step = connect((value) => {
    const later = receiver.receive({
      value,
      windows: WINDOWS,
      pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
      timestamp: TIMESTAMP,
    });
    if (later !== NonPromise) throw new Error(`a step behind ${id} is not synchronous`);
  });
  return {
    transformId,
    startBundle: async () => {},
    process(windowed) {
      step.receive(windowed.value);
      return NonPromise;
    },
    finishBundle: async () => step.run?.(),
  } satisfies IOperator;
});
