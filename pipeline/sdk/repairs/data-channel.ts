/**
 * The data channel of the SDK took every message in a handler of its own: one with `isLast` closed the bundle while a message before it
 * was still at work in an asynchronous operator, and what that one had yet to send was lost without an error. It said that the channel had
 * failed and let its bundles wait for ever. It kept an entry for every bundle that ever was. And it held up neither the runner nor the
 * stage: all that came in before the stage was ready for it, and all that went out before the runner took it, was kept in memory.
 */
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from "node:stream";
import { ChannelCredentials, type ClientDuplexStream, Metadata } from "@grpc/grpc-js";
import { Elements } from "apache-beam/proto/beam_fn_api";
import { BeamFnDataClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import type { IDataChannel, MultiplexingDataChannel } from "apache-beam/worker/data";
import { NonPromise, type ProcessResult } from "apache-beam/worker/operators";
import { Worker } from "apache-beam/worker/worker";
import { Inlet } from "./inlet";

/** How many failed bundles are remembered, whose late data nobody reads. Python's worker does the same. */
const REMEMBERED = 1000;

/** No more is read while so many bytes wait for a stage, and a stage waits while so many wait for the runner. */
const MOST_WAITING = 2_000_000;
const OPTIONS = {
  // HTTP/2's own is 64 KiB, which has both sides wait for each other 16 times a megabyte.
  "grpc-node.flow_control_window": 1 << 20,
  // What is kept for a retry is called written before anybody has read it. A data channel that breaks fails its bundles.
  "grpc.enable_retries": 0,
  "grpc.per_rpc_retry_buffer_size": 0,
};
const METHOD = "/org.apache.beam.model.fn_execution.v1.BeamFnData/Data";

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** One gRPC stream for all bundles of a worker. Has what operators use of the SDK's MultiplexingDataChannel. */
export class DataChannel {
  private readonly client: BeamFnDataClient;
  /** What is written are the bytes of an `Elements`, see fast/elements.ts. */
  private readonly stream: ClientDuplexStream<Buffer, Elements>;
  /** By bundle, then by the transform that reads. */
  private readonly inlets = new Map<string, Map<string, Inlet>>();
  private readonly abandoned = new Set<string>();
  private unread = 0;
  private unsent = 0;
  /** Stages that wait until less is unsent. */
  private readonly held: Waiting[] = [];
  /** Why the channel is of no use any more. */
  failure: Error | undefined;

  constructor(endpoint: string, workerId: string) {
    const metadata = new Metadata();
    metadata.add("worker_id", workerId);
    this.client = new BeamFnDataClient(endpoint, ChannelCredentials.createInsecure(), OPTIONS);
    this.stream = withoutReadingAhead(() =>
      this.client.makeBidiStreamRequest<Buffer, Elements>(
        METHOD,
        (bytes) => bytes,
        (bytes) => Elements.fromBinary(bytes),
        metadata,
      ),
    );
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
    for (const inlet of this.inlets.get(bundleId)?.values() ?? []) inlet.end();
    this.inlets.delete(bundleId);
    this.abandoned.add(bundleId);
    if (this.abandoned.size > REMEMBERED) this.abandoned.delete(this.abandoned.values().next().value!);
  }

  /** Sends a message. What comes back, if anything, is to be awaited before more is made; rejects where the channel fails meanwhile. */
  send(message: Buffer): ProcessResult {
    if (this.failure !== undefined) throw this.failure;
    this.unsent += message.length;
    this.stream.write(message, () => this.sent(message.length));
    if (this.unsent <= MOST_WAITING) return NonPromise;
    return new Promise<void>((resolve, reject) => void this.held.push({ resolve, reject }));
  }

  private sent(bytes: number): void {
    this.unsent -= bytes;
    if (this.unsent <= MOST_WAITING) for (const { resolve } of this.held.splice(0)) resolve();
  }

  private waiting(bytes: number): void {
    this.unread += bytes;
    const isFull = this.unread > MOST_WAITING;
    if (isFull !== this.stream.isPaused()) isFull ? this.stream.pause() : this.stream.resume();
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
    const feeder = {
      failed: (error: unknown) => this.failBundle(bundleId, error),
      waiting: (bytes: number) => this.waiting(bytes),
    };
    const inlet = inlets.get(transformId) ?? new Inlet(feeder);
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
    for (const { reject } of this.held.splice(0)) reject(error);
    this.client.close();
  }
}

/** A stream of Node's holds 16 messages beyond what is read of it, of whatever size; of a megabyte and more one is enough. */
function withoutReadingAhead<T>(open: () => T): T {
  const usual = getDefaultHighWaterMark(true);
  setDefaultHighWaterMark(true, 1);
  try {
    return open();
  } finally {
    setDefaultHighWaterMark(true, usual);
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
