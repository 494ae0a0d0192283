/**
 * The sink of the SDK put its full buffer away only after it was sent. An element that came in between, as the next output of a step that
 * has many, was written behind the old content, and all of that was sent again.
 */
import { RemoteGrpcPort } from "apache-beam/proto/beam_fn_api";
import type { IDataChannel } from "apache-beam/worker/data";
import { createOperator, type OperatorContext } from "apache-beam/worker/operators";

interface Writer {
  readonly len: number;
  finish(): Uint8Array;
}

interface Sink {
  buffer: Writer;
  readonly channel: IDataChannel;
  flush(): Promise<void>;
}

sinkPrototype().flush = async function (this: Sink) {
  const full = this.buffer;
  if (full.len === 0) return;
  this.buffer = new (full.constructor as new () => Writer)();
  await this.channel.sendData(full.finish());
};

/** The SDK keeps the class to itself; its prototype can be had from an operator that is made for nothing. */
function sinkPrototype(): Sink {
  const payload = RemoteGrpcPort.toBinary({ apiServiceDescriptor: { url: "" } as never, coderId: "" });
  const context = {
    descriptor: { transforms: { sink: { spec: { urn: "beam:runner:sink:v1", payload }, outputs: {} } } },
    getReceiver: () => undefined,
    getDataChannel: () => undefined,
    pipelineContext: { getCoder: () => undefined },
  };
  return Object.getPrototypeOf(createOperator("sink", context as unknown as OperatorContext)) as Sink;
}
