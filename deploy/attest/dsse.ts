/** DSSE v1: an envelope that signs a payload's type and its bytes, never a parsed document [secure-systems-lab/dsse, protocol.md]. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Signs bytes: ECDSA on P-256 with SHA-256, in DER. */
export interface Signer {
  readonly kind: "local" | "kms";
  /** `local:sha256:…` or `kms:sha256:…`, of the public key. */
  readonly keyid: string;
  /** The key version's full name, where it is Cloud KMS's. */
  readonly keyVersion?: string;
  readonly publicKey: string;
  readonly sign: (bytes: Buffer) => Promise<Buffer>;
}

/** What is signed: lengths in bytes, so that no type can be read as the beginning of a payload. */
export function preAuthenticationEncoding(payloadType: string, payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

export async function seal(statement: object, { keyid, sign }: Signer): Promise<Envelope> {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = await sign(preAuthenticationEncoding(PAYLOAD_TYPE, payload));
  return {
    payload: payload.toString("base64"),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid, sig: sig.toString("base64") }],
  };
}

/** The one way in which an envelope is written, so that a changed byte anywhere is seen. */
export const envelopeAsText = (envelope: Envelope): string => `${JSON.stringify(envelope)}\n`;

/** `sha256:…` of the key's SubjectPublicKeyInfo in DER. Throws where `key` is no public key. */
export function fingerprintOf(key: string | KeyObject): string {
  const publicKey = typeof key === "string" ? createPublicKey(key) : key;
  const der = publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(der).digest("hex")}`;
}
