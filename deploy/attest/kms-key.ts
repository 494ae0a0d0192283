/** A signing key in Cloud KMS: EC_SIGN_P256_SHA256. The private half never leaves it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gcloud } from "../resources/command";
import type { Run } from "../run";
import { fingerprintOf, type Signer } from "./dsse";

/** The key version cannot sign: it is misnamed, not there, or not ours to use. */
export class SigningError extends Error {}

const VERSION =
  /^projects\/([^/]+)\/locations\/([^/]+)\/keyRings\/([^/]+)\/cryptoKeys\/([^/]+)\/cryptoKeyVersions\/(\d+)$/;

/** `name`: projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N. Throws SigningError. */
export async function kmsSigner(name: string, run: Run): Promise<Signer> {
  const { version, ...at } = versionNamed(name);
  const publicKey = await publicKeyOf(name, run);
  return {
    kind: "kms",
    keyid: `kms:${fingerprintOf(publicKey)}`,
    keyVersion: name,
    publicKey,
    sign: (bytes) =>
      inFolder((path) => {
        writeFileSync(path("input"), bytes);
        const files = { "digest-algorithm": "sha256", "input-file": path("input"), "signature-file": path("key") };
        return run(gcloud("kms asymmetric-sign", { ...at, ...files, version }));
      }),
  };
}

/** In PEM. Throws SigningError. */
export async function publicKeyOf(name: string, run: Run): Promise<string> {
  const { version, ...at } = versionNamed(name);
  const key = await inFolder((path) =>
    run(gcloud("kms keys versions get-public-key", { ...at, "output-file": path("key") }, version)),
  );
  return key.toString();
}

function versionNamed(name: string) {
  const [, project, location, keyring, key, version] = VERSION.exec(name) ?? [];
  if (version === undefined) throw new SigningError(`${name} is no key version: …/cryptoKeys/K/cryptoKeyVersions/N`);
  return { project, location, keyring, key, version };
}

/** gcloud takes files and leaves one: `path("key")` is read when it has ended well. */
async function inFolder(work: (path: (name: string) => string) => ReturnType<Run>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "attest-"));
  try {
    const path = (name: string) => join(folder, name);
    const { code, stderr } = await work(path);
    if (code !== 0) throw new SigningError(`Cloud KMS: ${stderr.trim().split("\n").at(-1)}`);
    return readFileSync(path("key"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
