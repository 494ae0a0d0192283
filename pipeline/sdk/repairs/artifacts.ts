/**
 * How the SDK hands files to a runner and fetches what an expansion service names. It awaited the headers of an answer that may have none,
 * and so hung where the runner had nothing to ask for; errors while a file was read were lost; and a fetched file was moved to its place
 * before it had been opened, or written to its end.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import type { ArtifactRequestWrapper, ArtifactResponseWrapper } from "apache-beam/proto/beam_artifact_api";
import type {
  IArtifactRetrievalServiceClient,
  IArtifactStagingServiceClient,
} from "apache-beam/proto/beam_artifact_api.client";
import { ArtifactFilePayload, type ArtifactInformation } from "apache-beam/proto/beam_runner_api";
import * as artifacts from "apache-beam/runners/artifacts";

const FILE = "beam:artifact:type:file:v1";
/** These need no fetching: the runner reads them itself. */
const AS_THEY_ARE = ["beam:artifact:type:url:v1", "beam:artifact:type:embedded:v1"];
const CACHE = join(homedir(), ".apache_beam", "cache", "artifacts");

/** Answers what the runner asks until it has no more to ask. Rejects with what went wrong, on either side. */
async function offerArtifacts(
  client: IArtifactStagingServiceClient,
  stagingToken: string,
  root = CACHE,
): Promise<void> {
  const abort = new AbortController();
  const call = client.reverseArtifactRetrievalService({ abort: abort.signal });
  const send = (response: ArtifactResponseWrapper["response"], isLast = false) =>
    call.requests.send({ stagingToken, isLast, response });
  const served = new Promise<void>((resolve, reject) => {
    let answers = Promise.resolve();
    call.responses.onMessage((request) => {
      answers = answers.then(() => serve(request, root, send));
      answers.catch(reject);
    });
    call.responses.onError(reject);
    call.responses.onComplete(() => void answers.then(resolve, reject));
  });
  try {
    await send({ oneofKind: undefined });
    await served;
    await call.status;
  } catch (error) {
    abort.abort();
    throw error;
  }
}

type Send = (response: ArtifactResponseWrapper["response"], isLast?: boolean) => Promise<void>;

async function serve({ request }: ArtifactRequestWrapper, root: string, send: Send): Promise<void> {
  switch (request.oneofKind) {
    case "resolveArtifact": {
      const replacements = request.resolveArtifact.artifacts;
      return send({ oneofKind: "resolveArtifactResponse", resolveArtifactResponse: { replacements } });
    }
    case "getArtifact": {
      for await (const data of createReadStream(pathOf(request.getArtifact.artifact, root))) {
        await send({ oneofKind: "getArtifactResponse", getArtifactResponse: { data } });
      }
      return send({ oneofKind: "getArtifactResponse", getArtifactResponse: { data: new Uint8Array() } }, true);
    }
    default:
      throw new Error(`unknown request for artifacts: ${request.oneofKind}`);
  }
}

function pathOf(artifact: ArtifactInformation | undefined, root: string): string {
  if (artifact?.typeUrn !== FILE) throw new Error(`unknown artifact type: ${artifact?.typeUrn}`);
  const { path } = ArtifactFilePayload.fromBinary(artifact.typePayload);
  const below = relative(root, path);
  if (below.startsWith("..") || isAbsolute(below))
    throw new Error(`refusing to serve ${path}: it is not under ${root}`);
  return path;
}

/** Fetches what is not in `localDir` yet, where a file has its SHA-256 for a name. Gives the artifacts in their order, as local files. */
async function* resolveArtifacts(
  client: IArtifactRetrievalServiceClient,
  wanted: Iterable<ArtifactInformation>,
  localDir = CACHE,
): AsyncGenerator<ArtifactInformation> {
  const { replacements } = await client.resolveArtifacts({ artifacts: [...wanted], preferredUrns: [] }).response;
  for (const artifact of replacements) {
    if (AS_THEY_ARE.includes(artifact.typeUrn)) yield artifact;
    else {
      const sha256 = cached(artifact, localDir) ?? (await download(client, artifact, localDir));
      const typePayload = ArtifactFilePayload.toBinary({ path: join(localDir, sha256), sha256 });
      yield { ...artifact, typeUrn: FILE, typePayload };
    }
  }
}

function cached({ typeUrn, typePayload }: ArtifactInformation, localDir: string): string | undefined {
  if (typeUrn !== FILE) return undefined;
  const { sha256 } = ArtifactFilePayload.fromBinary(typePayload);
  return /^[0-9a-f]{64}$/.test(sha256) && existsSync(join(localDir, sha256)) ? sha256 : undefined;
}

async function download(
  client: IArtifactRetrievalServiceClient,
  artifact: ArtifactInformation,
  localDir: string,
): Promise<string> {
  await mkdir(localDir, { recursive: true });
  const partial = join(localDir, `partial-${randomUUID()}`);
  const hash = createHash("sha256");
  const file = await open(partial, "wx");
  try {
    for await (const { data } of client.getArtifact({ artifact }).responses) {
      hash.update(data);
      await file.writeFile(data);
    }
    await file.close();
    const sha256 = hash.digest("hex");
    await rename(partial, join(localDir, sha256));
    return sha256;
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
}

Object.assign(artifacts, { offerArtifacts, resolveArtifacts });
