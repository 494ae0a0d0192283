/** Keys that sign: EC_SIGN_P256_SHA256, for real. Node signs messages alone, gcloud sends their digests: ECDSA itself is here [FIPS 186-5, 6.4]. */
import { createECDH, createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Call } from "../call";
import { crc32c } from "../crc32c";
import { failedPrecondition, invalid } from "../refused";
import type { KeyVersion } from "./kms";
import { notEnabled } from "./kms-versions";

const ALGORITHM = "EC_SIGN_P256_SHA256";

/** By the cloud and the version's name. The private halves live as long as the process. */
const halves = new WeakMap<object, Map<string, KeyObject>>();

function privateHalf({ params: { name = "" }, state }: Call): { key: KeyObject; version: KeyVersion } {
  const version = state.kms.keyVersions.get(name);
  if (version.state !== "ENABLED") throw notEnabled(version);
  if (version.algorithm !== ALGORITHM)
    throw failedPrecondition(`${name} is ${version.algorithm}, which does not sign.`);
  const ofCloud = halves.get(state) ?? new Map<string, KeyObject>();
  halves.set(state, ofCloud);
  const key = ofCloud.get(name) ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  ofCloud.set(name, key);
  return { key, version };
}

export function getPublicKey(call: Call): object {
  const { key, version } = privateHalf(call);
  const pem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  const { name, algorithm, protectionLevel } = version;
  return { name, pem, pemCrc32c: String(crc32c(Buffer.from(pem))), algorithm, protectionLevel };
}

export function asymmetricSign(call: Call): object {
  const { key, version } = privateHalf(call);
  const { data, digest } = call.body as { data?: string; digest?: { sha256?: string } };
  const given = digest?.sha256 === undefined ? undefined : Buffer.from(digest.sha256, "base64");
  const hash = data === undefined ? given : createHash("sha256").update(Buffer.from(data, "base64")).digest();
  if (hash?.length !== 32) throw invalid("Either data or digest.sha256, of 32 bytes, must be set.");
  const signature = ecdsa(hash, key);
  return {
    name: version.name,
    signature: signature.toString("base64"),
    signatureCrc32c: String(crc32c(signature)),
    ...(data === undefined ? { verifiedDigestCrc32c: true } : { verifiedDataCrc32c: true }),
    protectionLevel: version.protectionLevel,
  };
}

/** The order of P-256's base point. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const mod = (value: bigint) => ((value % N) + N) % N;

/** A digest's signature in DER. */
function ecdsa(digest: Buffer, key: KeyObject): Buffer {
  const d = number(Buffer.from(key.export({ format: "jwk" }).d!, "base64url"));
  const once = createECDH("prime256v1");
  // An uncompressed point: 4, then x, then y.
  const r = mod(number(once.generateKeys().subarray(1, 33)));
  const s = mod(power(number(once.getPrivateKey()), N - 2n) * (number(digest) + r * d));
  if (r === 0n || s === 0n) return ecdsa(digest, key);
  const [one, other] = [integer(r), integer(s)];
  return Buffer.concat([Buffer.of(0x30, one.length + other.length), one, other]);
}

/** Modulo N; to the power of N - 2 it is the inverse, for N is a prime. */
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** In DER an integer has a sign: one whose first bit is set gets a zero before it. */
function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  const signed = bytes[0]! & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, signed.length), signed]);
}
