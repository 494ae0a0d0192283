/**
 * A step that does its work in promises, batch by batch: a DoFn of the SDK is synchronous. To every runner it is a ParDo like the others,
 * `beam:transform:pardo:v1` with a DoFn that the SDK has serialised; a worker finds out what it is when its bundle starts.
 */
import { beam, type PCollection, type PTransform, requireForSerialization, withName } from "./beam";
import { serializeFn } from "apache-beam/internal/serialize";
import { SERIALIZED_JS_DOFN_INFO } from "apache-beam/internal/urns";
import { ParDoPayload } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import { createOperator, type IOperator, NonPromise, type Receiver } from "apache-beam/worker/operators";

/** What is done with the elements of one bundle. */
export interface BatchStep<I, O> {
  /** Of a batch; an element that is larger by itself has one of its own. */
  readonly most: { readonly items: number; readonly bytes: number };
  sizeOf(element: I): number;
  /** One call at a time. Answers what leaves, and for which element of the batch. Rejects to fail the bundle. */
  write(batch: readonly I[]): Promise<readonly { readonly index: number; readonly value: O }[]>;
  /** Called after the last batch of a bundle, where none has failed. */
  end(): void;
}

/** Called at the start of every bundle; of the context, some is inherited and cannot be spread. To be exported by a module that is registered with `requireForSerialization`. */
export type OpenStep<I, O, Context> = (context: Context) => BatchStep<I, O>;

/** `context`: plain JSON, and counters; it travels to the workers. */
export function inBatches<I, O, Context extends object>(
  name: string,
  open: OpenStep<I, O, Context>,
  context: Context,
): PTransform<PCollection<I>, PCollection<O>> {
  const step = new BatchDoFn(open as OpenStep<unknown, unknown, unknown>);
  return withName(name, beam.parDo(step as never, context as never)) as PTransform<PCollection<I>, PCollection<O>>;
}

export class BatchDoFn {
  constructor(readonly open: OpenStep<unknown, unknown, unknown>) {}
  process(): never {
    throw new Error("a step in batches runs on this project's workers alone");
  }
}

/** The SDK keeps the class of its operator for a ParDo to itself; its prototype can be had from an instance. */
interface ParDoOperator extends IOperator {
  readonly doFn: unknown;
  readonly receiver: Receiver;
  readonly augmentedContext: unknown;
}

function parDoOperator(): ParDoOperator {
  const doFn = { urn: SERIALIZED_JS_DOFN_INFO, payload: serializeFn({ doFn: {}, context: undefined }) };
  const payload = ParDoPayload.toBinary(ParDoPayload.create({ doFn }));
  const transform = { spec: { urn: "beam:transform:pardo:v1", payload }, inputs: {}, outputs: { out: "out" } };
  return createOperator("any", {
    descriptor: { transforms: { any: transform } },
    getReceiver: () => undefined,
  } as never) as ParDoOperator;
}

const ParDo = Object.getPrototypeOf(parDoOperator()) as ParDoOperator;
const startBundle = ParDo.startBundle;
ParDo.startBundle = async function (this: ParDoOperator) {
  await startBundle.call(this);
  if (this.doFn instanceof BatchDoFn)
    Object.assign(this, batches(this.doFn.open(this.augmentedContext), this.receiver));
};

/** What an operator does with one bundle. While a batch is written the next one gathers, and no third: the source waits. */
function batches(step: BatchStep<unknown, unknown>, receiver: Receiver): Pick<IOperator, "process" | "finishBundle"> {
  let batch: WindowedValue<unknown>[] = [];
  let bytes = 0;
  let writing = Promise.resolve();

  async function write(elements: readonly WindowedValue<unknown>[]): Promise<void> {
    const left = await step.write(elements.map(({ value }) => value));
    // What leaves has the window and the time of what it was made of.
    for (const { index, value } of left) await receiver.receive({ ...elements[index]!, value });
  }

  /** Answers when there is room for the next batch. */
  function flush(): Promise<void> {
    const [before, elements] = [writing, batch];
    batch = [];
    bytes = 0;
    writing = before.then(() => write(elements));
    // It is awaited at the next flush, or at the end: until then a failure would be an unhandled rejection.
    writing.catch(() => {});
    return before;
  }

  return {
    process(windowed) {
      const size = step.sizeOf(windowed.value);
      const isFull = batch.length === step.most.items || bytes + size > step.most.bytes;
      const later = isFull && batch.length > 0 ? flush() : NonPromise;
      batch.push(windowed);
      bytes += size;
      return later;
    },
    async finishBundle() {
      if (batch.length > 0) void flush();
      await writing;
      step.end();
    },
  };
}

requireForSerialization("regulated-streaming-pipeline/pipeline/sdk/batches", { BatchDoFn });
