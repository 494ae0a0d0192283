/** What keys encrypt and decrypt. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Call } from "../call";
import { crc32c } from "../crc32c";
import { invalid } from "../refused";
import { enabledVersion, notEnabled } from "./kms-versions";

/** What is encrypted is bound to the cloud's process: nobody keeps it. */
const SECRET = randomBytes(32);

export function encrypt({ params: { name = "" }, body, state }: Call): object {
  const version = enabledVersion(state, name);
  const { plaintext = "", additionalAuthenticatedData = "" } = body as Record<string, string>;
  const plain = Buffer.from(plaintext, "base64");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", SECRET, iv).setAAD(
    Buffer.from(version.name + additionalAuthenticatedData),
  );
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const number = Number(version.name.split("/").at(-1));
  const ciphertext = Buffer.concat([Buffer.from([number]), sealed]);
  const verified = { verifiedPlaintextCrc32c: true, verifiedAdditionalAuthenticatedDataCrc32c: true };
  const checked = { ...verified, ciphertextCrc32c: String(crc32c(ciphertext)) };
  return {
    name: version.name,
    ciphertext: ciphertext.toString("base64"),
    ...checked,
    protectionLevel: version.protectionLevel,
  };
}

export function decrypt({ params: { name = "" }, body, state }: Call): object {
  const { ciphertext = "", additionalAuthenticatedData = "" } = body as Record<string, string>;
  const bytes = Buffer.from(ciphertext, "base64");
  const version = state.kms.keyVersions.find(`${name}/cryptoKeyVersions/${bytes[0]}`);
  if (version === undefined || bytes.length < 29) throw invalid("Decryption failed: the ciphertext is invalid.");
  if (version.state !== "ENABLED") throw notEnabled(version);
  try {
    const cipher = createDecipheriv("aes-256-gcm", SECRET, bytes.subarray(1, 13)).setAuthTag(bytes.subarray(-16));
    cipher.setAAD(Buffer.from(version.name + additionalAuthenticatedData));
    const plain = Buffer.concat([cipher.update(bytes.subarray(13, -16)), cipher.final()]);
    const { primaryVersion } = state.kms.cryptoKeys.get(name);
    const usedPrimary = primaryVersion === String(bytes[0]);
    return {
      plaintext: plain.toString("base64"),
      plaintextCrc32c: String(crc32c(plain)),
      usedPrimary,
      protectionLevel: version.protectionLevel,
    };
  } catch {
    throw invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.");
  }
}
