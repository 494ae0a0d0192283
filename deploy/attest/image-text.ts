import { fingerprintOf } from "./dsse";
import { type Provenance, SIGNER } from "./image";

/** What is proven, and what is not. */
export function provenanceAsText(
  { builder, build, finished, revision, source, bases }: Provenance,
  publicKey: string,
): string {
  const digests = source.map(({ uri, digest }) => `  ${uri}\n${pairs(digest)}`);
  return `${[
    "✓ signed by Cloud Build's key",
    `  ${SIGNER}\n  ${fingerprintOf(publicKey)}`,
    "✓ of this digest, and no tag",
    `✓ built by ${builder}`,
    `  ${build}, ${finished}`,
    "✓ by a Dockerfile of deploy/worker, on bases with digests",
    ...bases.map((base) => `  ${base}`),
    "✓ of a source with a digest",
    ...digests,
    "",
    `not proven: that the source is commit ${revision || "unknown"}, which whoever submitted the build said;`,
    "what the steps fetched from npm, PyPI, Maven and Go, beyond the lock files of that source;",
    "that the image has no known weakness",
  ].join("\n")}\n`;
}

const pairs = (digest: Readonly<Record<string, string>>) =>
  Object.entries(digest)
    .map(([kind, value]) => `  ${kind}:${value}`)
    .join("\n");
