/** A signing key of this machine: made on demand, for a machine or a trial that has none in Cloud KMS. It proves no more than who had the file. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fingerprintOf, type Signer } from "./dsse";

export const LOCAL_KEY = "build/attest/local-key.pem";

/** Only its owner may read the file. */
export function localSigner(file = LOCAL_KEY): Signer {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  }
  const key = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
  return {
    kind: "local",
    keyid: `local:${fingerprintOf(publicKey)}`,
    publicKey,
    sign: async (bytes) => sign("sha256", bytes, key),
  };
}
