/**
 * The data channel of the SDK took every message in a handler of its own: one with `isLast` closed the bundle while a message before it
 * was still at work in an asynchronous operator, and what that one had yet to send was lost without an error. It said that the channel had
 * failed and let its bundles wait for ever. And it kept an entry for every bundle that ever was.
 */
import { ChannelCredentials, type ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import type { Elements } from "apache-beam/proto/beam_fn_api";
import { BeamFnDataClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import type { IDataChannel, MultiplexingDataChannel } from "apache-beam/worker/data";
import { DataSourceOperator } from "apache-beam/worker/operators";
import { Worker } from "apache-beam/worker/worker";
import { Inlet } from "./inlet";

/** How many failed bundles are remembered, whose late data nobody reads. Python's worker does the same. */
const REMEMBERED = 1000;

/** One gRPC stream for all bundles of a worker. Has what operators use of the SDK's MultiplexingDataChannel. */
export class DataChannel {
  private readonly client: BeamFnDataClient;
  private readonly stream: ClientDuplexStream<Elements, Elements>;
  /** By bundle, then by the transform that reads. */
  private readonly inlets = new Map<string, Map<string, Inlet>>();
  private readonly abandoned = new Set<string>();
  /** Why the channel is of no use any more. */
  failure: Error | undefined;

  constructor(endpoint: string, workerId: string) {
    const metadata = new Metadata();
    metadata.add("worker_id", workerId);
    this.client = new BeamFnDataClient(endpoint, ChannelCredentials.createInsecure());
    this.stream = this.client.data(metadata);
    this.stream.on("data", (elements: Elements) => this.receive(elements));
    this.stream.on("error", (error: Error) => this.fail(error));
    this.stream.on("end", () => this.fail(new Error("the runner ended the data channel")));
  }

  close(): void {
    this.stream.end();
  }

  async registerConsumer(bundleId: string, transformId: string, consumer: IDataChannel): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.inlet(bundleId, transformId).connect(consumer);
  }

  unregisterConsumer(bundleId: string, transformId: string): void {
    const inlets = this.inlets.get(bundleId);
    inlets?.delete(transformId);
    if (inlets?.size === 0) this.inlets.delete(bundleId);
  }

  /** Data of a failed bundle that still comes is dropped. */
  abandon(bundleId: string): void {
    this.inlets.delete(bundleId);
    this.abandoned.add(bundleId);
    if (this.abandoned.size > REMEMBERED) this.abandoned.delete(this.abandoned.values().next().value!);
  }

  getSendChannel(instructionId: string, transformId: string): IDataChannel {
    const send = async (data: Uint8Array, isLast: boolean) => {
      if (this.failure !== undefined) throw this.failure;
      this.stream.write({ data: [{ instructionId, transformId, data, isLast }], timers: [] });
    };
    return {
      sendData: (data) => send(data, false),
      sendTimers: () => Promise.reject(new Error("timers are not supported")),
      close: () => void send(new Uint8Array(), true).catch(() => {}),
      onError: (error) => {
        throw error;
      },
    };
  }

  private receive({ data, timers }: Elements): void {
    for (const { instructionId, transformId, data: bytes, isLast } of data) {
      if (!this.abandoned.has(instructionId)) this.inlet(instructionId, transformId).push(bytes, isLast);
    }
    for (const { instructionId } of timers) this.failBundle(instructionId, new Error("timers are not supported"));
  }

  private inlet(bundleId: string, transformId: string): Inlet {
    const inlets = this.inlets.get(bundleId) ?? new Map<string, Inlet>();
    this.inlets.set(bundleId, inlets);
    const inlet = inlets.get(transformId) ?? new Inlet((error) => this.failBundle(bundleId, error));
    inlets.set(transformId, inlet);
    return inlet;
  }

  /** A bundle with two sources must not wait for the end of one when the other has failed. */
  private failBundle(bundleId: string, error: unknown): void {
    for (const inlet of this.inlets.get(bundleId)?.values() ?? []) inlet.fail(error);
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    for (const bundleId of this.inlets.keys()) this.failBundle(bundleId, error);
    this.client.close();
  }
}

/** A channel that has failed is left to the bundles that hold it: the next processor opens another. */
Worker.prototype.getDataChannel = function (this: Worker, endpoint: string) {
  const channels = this.dataChannels as unknown as Map<string, DataChannel>;
  let channel = channels.get(endpoint);
  if (channel === undefined || channel.failure !== undefined) {
    channel = new DataChannel(endpoint, (this as unknown as { id: string }).id);
    channels.set(endpoint, channel);
  }
  return channel as unknown as MultiplexingDataChannel;
};

/** Forgets what has come for a bundle, and what will. */
export function abandonBundle({ dataChannels }: Worker, bundleId: string): void {
  for (const channel of dataChannels.values()) (channel as unknown as DataChannel).abandon(bundleId);
}

// A source's end is awaited only when the sources before it have ended: until then its failure would be an unhandled rejection.
const start = DataSourceOperator.prototype.startBundle;
DataSourceOperator.prototype.startBundle = async function (this: DataSourceOperator) {
  await start.call(this);
  this.endOfData.catch(() => {});
};
