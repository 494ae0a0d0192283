/**
 * How a step is run for one element. The SDK made closures and lists for every element and, for `map`, a generator. What needs them still
 * has them: side inputs, elements in several windows, steps that give many elements.
 */
import type { PTransform } from "apache-beam/proto/beam_runner_api";
import { serializeFn } from "apache-beam/internal/serialize";
import { SERIALIZED_JS_DOFN_INFO } from "apache-beam/internal/urns";
import { ParDoPayload } from "apache-beam/proto/beam_runner_api";
import type { WindowedValue } from "apache-beam/values";
import {
  createOperator,
  NonPromise,
  type OperatorContext,
  type ProcessResult,
  Receiver,
} from "apache-beam/worker/operators";

type Element = WindowedValue<unknown>;

interface Step {
  readonly doFn: { process(value: unknown, context: unknown): Iterable<unknown> | undefined };
  readonly augmentedContext: unknown;
  readonly paramProvider: { readonly prefetchCallbacks: readonly unknown[]; wvalue: Element | undefined };
  readonly receiver: Receiver;
  process(element: Element): ProcessResult;
}

const step = stepPrototype();
const process = step.process;
step.process = function (this: Step, element: Element): ProcessResult {
  const { paramProvider, augmentedContext } = this;
  const { value, windows, pane, timestamp } = element;
  if (paramProvider.prefetchCallbacks.length > 0 || (augmentedContext && windows.length !== 1)) {
    return process.call(this, element);
  }
  paramProvider.wvalue = element;
  const output = this.doFn.process(value, augmentedContext);
  if (!output) return NonPromise;
  let later: ProcessResult = NonPromise;
  if (Array.isArray(output) && output.length === 1) {
    later = this.receiver.receive({ value: output[0], windows, pane, timestamp });
  } else {
    for (const value of output) later = both(later, this.receiver.receive({ value, windows, pane, timestamp }));
  }
  paramProvider.wvalue = undefined;
  return later;
};

function both(one: ProcessResult, other: ProcessResult): ProcessResult {
  if (one === NonPromise) return other;
  return other === NonPromise ? one : Promise.all([one, other]).then(() => {});
}

/** The SDK keeps the class to itself; its prototype can be had from an operator that is made for nothing. */
function stepPrototype(): Step {
  const payload = serializeFn({ doFn: {}, context: undefined });
  const doFn = { urn: SERIALIZED_JS_DOFN_INFO, payload };
  const spec = { urn: "beam:transform:pardo:v1", payload: ParDoPayload.toBinary(ParDoPayload.create({ doFn })) };
  const transform = { spec, inputs: {}, outputs: { out: "out" } } as unknown as PTransform;
  const context = { descriptor: { transforms: { step: transform } }, getReceiver: () => undefined };
  return Object.getPrototypeOf(createOperator("step", context as unknown as OperatorContext)) as Step;
}
