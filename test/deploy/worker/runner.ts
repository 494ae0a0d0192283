/** A stand-in for a runner: it tells boot where its services are, and speaks with the workers that connect. */
import "../../../pipeline/sdk/beam";
import { EventEmitter, once } from "node:events";
import { type handleUnaryCall, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { type InstructionRequest, type InstructionResponse, type LogEntry_List } from "apache-beam/proto/beam_fn_api";
import { beamFnControlDefinition, beamFnLoggingDefinition } from "apache-beam/proto/beam_fn_api.grpc-server";
import { type GetProvisionInfoRequest, type GetProvisionInfoResponse } from "apache-beam/proto/beam_provision_api";
import { provisionServiceDefinition } from "apache-beam/proto/beam_provision_api.grpc-server";
import { Struct } from "apache-beam/proto/google/protobuf/struct";

type Control = ServerDuplexStream<InstructionResponse, InstructionRequest>;
type Logging = ServerDuplexStream<LogEntry_List, never>;

export interface Runner {
  /** Of every service. */
  readonly endpoint: string;
  /** The worker's control channel, as soon as it has connected. */
  worker(id: string): Promise<Control>;
  /** What the workers and boot have logged so far. */
  readonly log: readonly string[];
  /** Breaks every channel. */
  stop(): void;
}

/** Listens on `address`, host:port or unix:/path. `modules` are those that the graph has registered. */
export async function startRunner(
  address: string,
  modules: readonly string[],
  siblings: readonly string[] = [],
): Promise<Runner> {
  const workers = new Map<string, Control>();
  const connected = new EventEmitter();
  const log: string[] = [];
  const server = new Server();
  server.addService(provisionServiceDefinition, {
    getProvisionInfo: ((_call, answer) => answer(null, provisioning(address, modules, siblings))) as Provision,
  });
  server.addService(beamFnLoggingDefinition, {
    logging: (stream: Logging) =>
      stream.on("data", ({ logEntries }: LogEntry_List) => log.push(...logEntries.map(({ message }) => message))),
  });
  server.addService(beamFnControlDefinition, {
    control(stream: Control) {
      const [id] = stream.metadata.get("worker_id");
      stream.on("error", () => {});
      workers.set(String(id), stream);
      connected.emit("worker");
    },
    getProcessBundleDescriptor: () => {},
  });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())),
  );
  return {
    endpoint: address,
    log,
    async worker(id) {
      while (!workers.has(id)) await once(connected, "worker");
      return workers.get(id)!;
    },
    stop: () => server.forceShutdown(),
  };
}

type Provision = handleUnaryCall<GetProvisionInfoRequest, GetProvisionInfoResponse>;

function provisioning(url: string, modules: readonly string[], siblings: readonly string[]): GetProvisionInfoResponse {
  const endpoint = { url };
  return {
    info: {
      // Dataflow adds a level of nesting.
      pipelineOptions: Struct.fromJson({ options: { "beam:option:registered_node_modules:v1": [...modules] } }),
      retrievalToken: "",
      loggingEndpoint: endpoint,
      artifactEndpoint: endpoint,
      controlEndpoint: endpoint,
      dependencies: [],
      runnerCapabilities: [],
      metadata: {},
      siblingWorkerIds: [...siblings],
    },
  };
}

/** Asks the worker something small, and waits for the answer. */
export async function ask(worker: Control, instructionId: string): Promise<InstructionResponse> {
  const answered = once(worker, "data") as Promise<[InstructionResponse]>;
  worker.write({ instructionId, request: { oneofKind: "harnessMonitoringInfos", harnessMonitoringInfos: {} } });
  const [response] = await answered;
  return response;
}
