/**
 * Plays the runner of Beam's Fn API for one worker: control, data and logging on one port of this machine. It sends what a test tells it
 * to, in that order, and keeps what comes back. It judges nothing.
 */
import { once } from "node:events";
import { Server, ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import type {
  Elements,
  InstructionRequest,
  InstructionResponse,
  ProcessBundleDescriptor,
} from "apache-beam/proto/beam_fn_api";
import {
  beamFnControlDefinition,
  beamFnDataDefinition,
  beamFnLoggingDefinition,
  type IBeamFnControl,
  type IBeamFnData,
  type IBeamFnLogging,
} from "apache-beam/proto/beam_fn_api.grpc-server";

type Control = ServerDuplexStream<InstructionResponse, InstructionRequest>;
type Data = ServerDuplexStream<Elements, Elements>;

const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

export class Runner {
  /** By id: what the worker may ask for. */
  readonly descriptors = new Map<string, ProcessBundleDescriptor>();
  /** Which worker asked for a descriptor, as it said itself. */
  readonly askedBy: (string | undefined)[] = [];
  /** The worker's log lines. */
  readonly log: string[] = [];
  private readonly server = new Server(UNLIMITED);
  private readonly sinks = new Map<string, Sink>();
  private readonly answers = new Map<string, (response: InstructionResponse) => void>();
  private readonly controls = new Arrival<Control>();
  private datas = new Arrival<Data>();
  url = "";

  /** `keeps: false`: what the worker sends is counted and thrown away. */
  constructor(private readonly keeps = true) {}

  async start(): Promise<this> {
    this.server.addService(beamFnControlDefinition, this.controlService());
    this.server.addService(beamFnDataDefinition, this.dataService());
    this.server.addService(beamFnLoggingDefinition, this.loggingService());
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.url = `127.0.0.1:${port}`;
    return this;
  }

  /** Ends the worker's channels as a runner does at the end of its job, and itself when they have ended. */
  async end(): Promise<void> {
    // A worker that is still to come would not be let in any more.
    const control = await this.controls.value;
    const ended = new Promise<unknown>((resolve) => this.server.tryShutdown(resolve));
    control.end();
    await ended;
  }

  /** Takes everything away at once. */
  stop(): void {
    this.server.forceShutdown();
  }

  /** Breaks the data channel, once the worker has opened it. The next one that it opens takes its place. */
  async breakData(): Promise<void> {
    const stream = await this.datas.value;
    this.datas = new Arrival<Data>();
    stream.emit("error", { code: status.UNAVAILABLE, details: "broken by the test" });
  }

  /** Takes nothing more that the worker sends, once it has opened its data channel, until `takeData`. */
  async holdData(): Promise<void> {
    (await this.datas.value).pause();
  }

  async takeData(): Promise<void> {
    (await this.datas.value).resume();
  }

  async request(instructionId: string, request: InstructionRequest["request"]): Promise<InstructionResponse> {
    const control = await this.controls.value;
    const answer = new Promise<InstructionResponse>((resolve) => this.answers.set(instructionId, resolve));
    control.write({ instructionId, request });
    return answer;
  }

  processBundle(instructionId: string, processBundleDescriptorId: string): Promise<InstructionResponse> {
    const processBundle = { processBundleDescriptorId, cacheTokens: [], elements: undefined } as never;
    return this.request(instructionId, { oneofKind: "processBundle", processBundle });
  }

  /** Sends data of one bundle, once the worker has opened its data channel. */
  send(instructionId: string, data: Uint8Array, isLast = false, transformId = "source0"): Promise<void> {
    return this.sendTogether([{ instructionId, transformId, data, isLast }]);
  }

  /** Sends data of several bundles in one message. */
  async sendTogether(data: Elements["data"]): Promise<void> {
    const stream = await this.datas.value;
    if (!stream.write({ data, timers: [] })) await once(stream, "drain");
  }

  /** What a sink sent in one bundle, once it has said that this is all. */
  sentBy(instructionId: string, transformId: string): Promise<readonly Uint8Array[]> {
    return this.sink(instructionId, transformId).all.value;
  }

  /** How many bytes a sink has sent so far in one bundle. */
  bytesBy(instructionId: string, transformId: string): number {
    return this.sink(instructionId, transformId).bytes;
  }

  /** Waits for a log line that has this text. */
  async logged(text: string): Promise<void> {
    while (!this.log.some((line) => line.includes(text))) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private sink(instructionId: string, transformId: string): Sink {
    const key = `${instructionId} ${transformId}`;
    const sink = this.sinks.get(key) ?? { messages: [], bytes: 0, all: new Arrival<readonly Uint8Array[]>() };
    this.sinks.set(key, sink);
    return sink;
  }

  private controlService(): IBeamFnControl {
    return {
      control: (stream) => {
        stream.on("data", (response: InstructionResponse) => {
          this.answers.get(response.instructionId)?.(response);
          this.answers.delete(response.instructionId);
        });
        stream.on("error", () => {});
        stream.on("end", () => stream.end());
        this.controls.arrive(stream);
      },
      getProcessBundleDescriptor: ({ request, metadata }, answer) => {
        this.askedBy.push(metadata.get("worker_id")[0]?.toString());
        const descriptor = this.descriptors.get(request.processBundleDescriptorId);
        if (descriptor === undefined) answer({ code: status.NOT_FOUND });
        else answer(null, descriptor);
      },
    };
  }

  private dataService(): IBeamFnData {
    return {
      data: (stream) => {
        stream.on("data", (elements: Elements) => {
          for (const { instructionId, transformId, data, isLast } of elements.data) {
            const sink = this.sink(instructionId, transformId);
            sink.bytes += data.length;
            if (data.length > 0 && this.keeps) sink.messages.push(data);
            if (isLast) sink.all.arrive(sink.messages);
          }
        });
        stream.on("error", () => {});
        stream.on("end", () => stream.end());
        this.datas.arrive(stream);
      },
    };
  }

  private loggingService(): IBeamFnLogging {
    return {
      logging: (stream) => {
        stream.on("data", ({ logEntries }) => {
          for (const { message } of logEntries) this.log.push(message);
        });
        stream.on("error", () => {});
        stream.on("end", () => stream.end());
      },
    };
  }
}

interface Sink {
  readonly messages: Uint8Array[];
  bytes: number;
  readonly all: Arrival<readonly Uint8Array[]>;
}

/** Something that arrives once. */
class Arrival<T> {
  arrive!: (value: T) => void;
  readonly value = new Promise<T>((resolve) => {
    this.arrive = resolve;
  });
}
