import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../../../pipeline/sdk/beam";
import {
  ChannelCredentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { GrpcTransport } from "@protobuf-ts/grpc-transport";
import type { ServiceType } from "@protobuf-ts/runtime-rpc";
import {
  ArtifactRetrievalService,
  type ArtifactRequestWrapper,
  type ArtifactResponseWrapper,
  ArtifactStagingService,
  type GetArtifactRequest,
  type GetArtifactResponse,
} from "apache-beam/proto/beam_artifact_api";
import {
  ArtifactRetrievalServiceClient,
  ArtifactStagingServiceClient,
} from "apache-beam/proto/beam_artifact_api.client";
import { ArtifactFilePayload, ArtifactInformation } from "apache-beam/proto/beam_runner_api";
import { offerArtifacts, resolveArtifacts } from "apache-beam/runners/artifacts";

type Staging = ServerDuplexStream<ArtifactResponseWrapper, ArtifactRequestWrapper>;

const fileArtifact = (path: string, sha256 = "") =>
  ArtifactInformation.create({
    typeUrn: "beam:artifact:type:file:v1",
    typePayload: ArtifactFilePayload.toBinary({ path, sha256 }),
    roleUrn: "beam:artifact:role:test:v1",
  });

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("artifacts", () => {
  let folder: string;
  let server: Server;
  let transport: GrpcTransport;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "artifacts-"));
    server = new Server();
  });
  afterEach(() => {
    transport.close();
    server.forceShutdown();
    rmSync(folder, { recursive: true });
  });

  async function serve(service: ServiceType, methods: UntypedServiceImplementation): Promise<GrpcTransport> {
    server.addService(definitionOf(service), methods);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    transport = new GrpcTransport({
      host: `127.0.0.1:${port}`,
      channelCredentials: ChannelCredentials.createInsecure(),
    });
    return transport;
  }

  async function offerTo(runner: (stream: Staging) => void, root = folder): Promise<void> {
    const client = new ArtifactStagingServiceClient(
      await serve(ArtifactStagingService, { reverseArtifactRetrievalService: runner }),
    );
    await offerArtifacts(client, "token", root);
  }

  it("are offered to a runner that needs none and answers with trailers only", async () => {
    await offerTo((stream) => stream.once("data", () => stream.end()));
  });

  it("are given to a runner that asks for them, whole and in order", async () => {
    const bytes = Buffer.alloc(300_000, "0123456789");
    writeFileSync(join(folder, "package"), bytes);
    const artifact = fileArtifact(join(folder, "package"));
    const chunks: Uint8Array[] = [];
    await offerTo((stream) => {
      let asked = 0;
      stream.on("data", ({ stagingToken, isLast, response }: ArtifactResponseWrapper) => {
        assert.equal(stagingToken, "token");
        if (response.oneofKind === "getArtifactResponse") chunks.push(response.getArtifactResponse.data);
        if (asked === 0)
          stream.write({
            request: { oneofKind: "resolveArtifact", resolveArtifact: { artifacts: [artifact], preferredUrns: [] } },
          });
        if (asked === 1) stream.write({ request: { oneofKind: "getArtifact", getArtifact: { artifact } } });
        asked += 1;
        if (isLast) stream.end();
      });
    });
    assert.deepEqual(Buffer.concat(chunks), bytes);
  });

  const refused: [string, (folder: string) => ArtifactInformation, RegExp][] = [
    ["is not there", (root) => fileArtifact(join(root, "missing")), /ENOENT/],
    ["is elsewhere", (root) => fileArtifact(join(root, "..", "elsewhere")), /not under/],
    ["is of another kind", () => ArtifactInformation.create({ typeUrn: "beam:artifact:type:maven:v1" }), /maven/],
  ];
  for (const [what, artifactOf, reason] of refused) {
    it(`fail the offer where a file that is asked for ${what}`, async () => {
      await assert.rejects(
        offerTo((stream) => {
          stream.on("error", () => {});
          stream.once("data", () => {
            stream.write({ request: { oneofKind: "getArtifact", getArtifact: { artifact: artifactOf(folder) } } });
          });
        }),
        reason,
      );
    });
  }

  const contents = [Buffer.alloc(1_000_000, "abc"), Buffer.from("small"), Buffer.alloc(0)];

  /** A service that has files of these contents; `failing` names one that breaks off. */
  async function fetchAll(failing?: number): Promise<ArtifactInformation[]> {
    const known = contents.map((_, index) => fileArtifact(String(index)));
    const client = new ArtifactRetrievalServiceClient(
      await serve(ArtifactRetrievalService, {
        resolveArtifacts: (_: unknown, answer: (error: null, value: unknown) => void) =>
          answer(null, { replacements: known }),
        getArtifact: (stream: ServerWritableStream<GetArtifactRequest, GetArtifactResponse>) => {
          const index = Number(ArtifactFilePayload.fromBinary(stream.request.artifact!.typePayload).path);
          const bytes = contents[index]!;
          for (let from = 0; from < bytes.length; from += 65_536)
            stream.write({ data: bytes.subarray(from, from + 65_536) });
          if (index === failing) stream.emit("error", { code: 13 });
          else stream.end();
        },
      }),
    );
    const fetched: ArtifactInformation[] = [];
    for await (const artifact of resolveArtifacts(client, known, join(folder, "cache", "artifacts")))
      fetched.push(artifact);
    return fetched;
  }

  it("are fetched into a fresh cache, whole by the time that they are named", async () => {
    const fetched = (await fetchAll()).map(({ typePayload }) => ArtifactFilePayload.fromBinary(typePayload));
    assert.deepEqual(
      fetched.map(({ path }) => readFileSync(path)),
      contents,
    );
    assert.deepEqual(
      fetched.map((file) => file.sha256),
      contents.map(sha256),
    );
    assert.equal(readdirSync(join(folder, "cache", "artifacts")).length, contents.length);
  });

  it("leave nothing half fetched behind", async () => {
    await assert.rejects(fetchAll(0));
    assert.deepEqual(readdirSync(join(folder, "cache", "artifacts")), []);
  });
});

/** The SDK has no server for this service: its definition for grpc-js follows from the description that it has. */
function definitionOf({ typeName, methods }: ServiceType) {
  const entries = methods.map(({ name, localName, I, O, clientStreaming, serverStreaming }) => [
    localName,
    {
      path: `/${typeName}/${name}`,
      requestStream: clientStreaming,
      responseStream: serverStreaming,
      requestDeserialize: (bytes: Buffer) => I.fromBinary(bytes),
      requestSerialize: (value: object) => Buffer.from(I.toBinary(value)),
      responseSerialize: (value: object) => Buffer.from(O.toBinary(value)),
      responseDeserialize: (bytes: Buffer) => O.fromBinary(bytes),
    },
  ]);
  return Object.fromEntries(entries);
}
