/**
 * What Cloud Build attests of an image that `make worker-images` built. It fetches nothing: the registry's answer and Google's public key
 * are arguments. Nothing is believed but what that key signed [Cloud Build, "Generate and validate build provenance"; SLSA provenance v0.1].
 */
import { createPublicKey, verify } from "node:crypto";
import { PAYLOAD_TYPE, preAuthenticationEncoding } from "./dsse";

export type ProvenanceErrorCode = "NONE" | "SIGNATURE" | "STATEMENT" | "IMAGE" | "BUILDER" | "BUILD" | "SOURCE";

/** The image is not proven to be what it should be: no job may use it. */
export class ProvenanceError extends Error {
  constructor(
    readonly code: ProvenanceErrorCode,
    message: string,
  ) {
    super(`${message} [${code}]`);
  }
}

/** REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:… */
export interface PinnedImage {
  readonly text: string;
  readonly name: string;
  readonly region: string;
  readonly digest: string;
}

/** Throws ProvenanceError: a tag may be another image tomorrow. */
export function pinnedImage(text: string): PinnedImage {
  const [, name, region, digest] =
    /^(([a-z]+-[a-z]+\d+)-docker\.pkg\.dev\/[^@:]+)@sha256:([0-9a-f]{64})$/.exec(text) ?? [];
  if (digest !== undefined) return { text, name: name!, region: region!, digest };
  throw new ProvenanceError(
    "IMAGE",
    `${text} is no image by digest in one region: give REGION-docker.pkg.dev/…@sha256:…`,
  );
}

/** Google's, by which Cloud Build signs what it attests for every region. */
export const SIGNER =
  "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/provenanceSigner/cryptoKeyVersions/1";
const BUILDER = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3";
/** By `gcloud builds submit`, and by a trigger. */
const RECIPES = ["Steps", "Yaml"].map((kind) => `https://cloudbuild.googleapis.com/CloudBuild${kind}@v0.1`);

export interface Provenance {
  readonly builder: string;
  /** projects/N/locations/REGION/builds/ID */
  readonly build: string;
  readonly finished: string;
  /** Whoever submitted the build said it: an archive is no commit. */
  readonly revision: string;
  readonly source: readonly Material[];
  readonly bases: readonly string[];
}

interface Material {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
}

export interface Wanted {
  /** In PEM; of SIGNER. */
  readonly publicKey: string;
  /** The commit that the build is to name. */
  readonly revision?: string;
  /** The beginning of where its sources are to come from: gs://BUILD_BUCKET/source/. */
  readonly source?: string;
}

interface Signed {
  readonly _type?: string;
  readonly predicateType?: string;
  readonly subject?: readonly { readonly name?: string; readonly digest?: { readonly sha256?: string } }[];
  readonly predicate?: {
    readonly builder?: { readonly id?: string };
    readonly materials?: readonly Material[];
    readonly metadata?: { readonly buildFinishedOn?: string };
    readonly recipe?: { readonly type?: string; readonly arguments?: BuildAsked };
  };
}

interface BuildAsked {
  readonly name?: string;
  readonly options?: { readonly requestedVerifyOption?: string };
  readonly substitutions?: Readonly<Record<string, string>>;
  readonly steps?: readonly { readonly name?: string; readonly args?: readonly string[]; readonly status?: string }[];
}

/** `described`: what `gcloud artifacts docker images describe --show-provenance` answers. Throws ProvenanceError. */
export function verifyProvenance(described: unknown, image: PinnedImage, wanted: Wanted): Provenance {
  const statements = signedBy(described, wanted.publicKey);
  const about = statements.filter(({ subject }) => subject?.some((one) => isOf(one, image)));
  if (about.length === 0)
    throw new ProvenanceError("IMAGE", `what Google signed is of another image than ${image.text}`);
  // One that does not hold is reason enough: nobody is to pick the other.
  return about.map((statement) => checked(statement, image, wanted))[0]!;
}

const isOf = ({ name = "", digest }: NonNullable<Signed["subject"]>[number], image: PinnedImage) =>
  digest?.sha256 === image.digest && (name === `https://${image.name}` || name.startsWith(`https://${image.name}:`));

/** What lies in envelopes that the key signed, each read from the signed bytes and not from the registry's view of them. */
function signedBy(described: unknown, publicKey: string): readonly Signed[] {
  const { provenance_summary: summary } = (described ?? {}) as { provenance_summary?: { provenance?: unknown } };
  const found = Array.isArray(summary?.provenance)
    ? (summary.provenance as readonly { envelope?: EnvelopeSeen }[])
    : [];
  const envelopes = found.flatMap(({ envelope }) => (envelope?.payloadType === PAYLOAD_TYPE ? [envelope] : []));
  const bySigner = envelopes.flatMap(({ payload = "", signatures = [] }) =>
    signatures.filter(({ keyid }) => keyid === SIGNER).map(({ sig = "" }) => ({ payload, sig })),
  );
  if (bySigner.length === 0) {
    const mend = "build it with requestedVerifyOption: VERIFIED and `images`, as make worker-images does";
    throw new ProvenanceError("NONE", `nothing that Cloud Build has signed is known of this image: ${mend}`);
  }
  const key = createPublicKey(publicKey);
  return bySigner.map(({ payload, sig }) => {
    const bytes = Buffer.from(payload, "base64");
    if (!verify("sha256", preAuthenticationEncoding(PAYLOAD_TYPE, bytes), key, Buffer.from(sig, "base64url"))) {
      throw new ProvenanceError("SIGNATURE", "Google's signature does not hold: what was signed was changed");
    }
    return JSON.parse(bytes.toString()) as Signed;
  });
}

interface EnvelopeSeen {
  readonly payload?: string;
  readonly payloadType?: string;
  readonly signatures?: readonly { readonly keyid?: string; readonly sig?: string }[];
}

function checked({ _type, predicateType, subject, predicate }: Signed, image: PinnedImage, wanted: Wanted): Provenance {
  if (_type !== "https://in-toto.io/Statement/v0.1" || predicateType !== "https://slsa.dev/provenance/v0.1") {
    throw new ProvenanceError("STATEMENT", `what is signed is no SLSA provenance v0.1, but ${predicateType}`);
  }
  const { builder, materials = [], metadata, recipe } = predicate ?? {};
  if (builder?.id !== BUILDER) {
    throw new ProvenanceError("BUILDER", `built by ${builder?.id}, not by a worker that Google keeps: ${BUILDER}`);
  }
  const asked = recipe?.arguments ?? {};
  const { name = "", options, substitutions = {}, steps = [] } = asked;
  const refuse = (found: string): never => {
    throw new ProvenanceError("BUILD", `${name || "the build"} ${found}`);
  };
  if (!RECIPES.includes(recipe?.type ?? "")) refuse(`is of an unknown kind: ${recipe?.type}`);
  if (name.split("/")[3] !== image.region) refuse(`ran outside of ${image.region}: build in the region alone`);
  if (options?.requestedVerifyOption !== "VERIFIED") refuse("was not asked to be verified");
  checkSteps(
    steps,
    (subject ?? []).filter((one) => isOf(one, image)).map((one) => one.name!.slice("https://".length)),
    refuse,
  );
  const bases = Object.entries(substitutions).filter(([key, value]) => /^_\w+_IMAGE$/.test(key) && value !== "");
  const loose = bases.find(([, base]) => !/@sha256:[0-9a-f]{64}$/.test(base));
  if (bases.length === 0 || loose !== undefined)
    refuse(`had a base without a digest: ${loose?.[1] ?? "none is named"}`);
  const revision = substitutions._REVISION ?? "";
  checkSource(materials, revision, wanted);
  return {
    builder: BUILDER,
    build: name,
    finished: metadata?.buildFinishedOn ?? "",
    revision,
    source: materials,
    bases: bases.map(([, base]) => base),
  };
}

/** Docker's builder alone ran, and one step made the image by a Dockerfile of ours. */
function checkSteps(
  steps: NonNullable<BuildAsked["steps"]>,
  tags: readonly string[],
  refuse: (found: string) => never,
): void {
  const stranger = steps.find(({ name }) => name !== "gcr.io/cloud-builders/docker");
  if (steps.length === 0 || stranger !== undefined)
    refuse(`ran another step than ours: ${stranger?.name ?? "none is named"}`);
  const makers = steps.filter(
    ({ args = [] }) => args[0] === "build" && tags.some((tag) => args.includes(`--tag=${tag}`)),
  );
  const [maker] = makers;
  if (makers.length !== 1) refuse(`has ${makers.length} steps that make this image: there is to be one`);
  if (!maker!.args!.some((arg) => /^--file=deploy\/worker\/(?:(?:python|java)\.)?Dockerfile$/.test(arg)))
    refuse("made it by another Dockerfile than those of deploy/worker");
  if (maker!.status !== undefined && maker!.status !== "SUCCESS") refuse(`ended with ${maker!.status}`);
}

function checkSource(materials: readonly Material[], revision: string, { revision: commit, source }: Wanted): void {
  const digested = materials.filter(({ digest }) =>
    /^(?:[0-9a-f]{2}){16,}$/.test(Object.values(digest ?? {})[0] ?? ""),
  );
  if (materials.length === 0 || digested.length < materials.length) {
    throw new ProvenanceError("SOURCE", "a source has no digest: what was built is not known");
  }
  const elsewhere = materials.find(({ uri }) => source !== undefined && !uri.startsWith(source));
  if (elsewhere !== undefined) throw new ProvenanceError("SOURCE", `built from ${elsewhere.uri}, not from ${source}`);
  if (commit !== undefined && commit !== revision) {
    throw new ProvenanceError("SOURCE", `built as revision ${revision || "unknown"}, not ${commit}`);
  }
}
