/** Verifies an attestation. It fetches nothing and reads no file: whom to trust is an argument. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { type Envelope, envelopeAsText, fingerprintOf, PAYLOAD_TYPE, preAuthenticationEncoding } from "./dsse";
import { PREDICATE_TYPE, type Statement, STATEMENT_TYPE } from "./statement";

export type AttestationErrorCode = "KEY" | "ENVELOPE" | "PAYLOAD_TYPE" | "SIGNATURE" | "STATEMENT" | "SUBJECT";

/** The attestation does not hold. The code says which check failed; KEY: what is to be trusted is no P-256 public key. */
export class AttestationError extends Error {
  constructor(
    readonly code: AttestationErrorCode,
    message: string,
  ) {
    super(`${message} [${code}]`);
  }
}

export interface Trust {
  /** In PEM. */
  readonly publicKey: string;
  /** Digests, `sha256:…`, that must be among the subjects'. */
  readonly subjects?: readonly string[];
}

/** The five checks, in order. */
export const CHECKS = ["envelope form", "payload type", "signature", "statement type", "subjects' digests"] as const;

/** The statement, once all five checks have passed. Throws AttestationError. */
export function verifyAttestation(text: string, trust: Trust): Statement {
  const key = trustedKey(trust.publicKey);
  const envelope = envelopeOf(text);
  if (envelope.payloadType !== PAYLOAD_TYPE) {
    throw new AttestationError("PAYLOAD_TYPE", `the payload is no ${PAYLOAD_TYPE}`);
  }
  const payload = Buffer.from(envelope.payload, "base64");
  checkSignature(envelope, payload, key);
  const statement = statementIn(payload);
  checkKeyid(envelope, statement, key);
  checkSubjects(statement, trust.subjects ?? []);
  return statement;
}

function trustedKey(pem: string): KeyObject {
  const key = attempt(() => createPublicKey(pem));
  if (key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new AttestationError("KEY", "the key to trust is no public key on P-256 in PEM");
}

/** Written in one way alone: two texts never are one envelope. */
function envelopeOf(text: string): Envelope {
  const found = attempt(() => JSON.parse(text) as Partial<Envelope>);
  const { payload, payloadType, signatures } = found ?? {};
  const isWhole =
    isBase64(payload) &&
    typeof payloadType === "string" &&
    Array.isArray(signatures) &&
    signatures.length === 1 &&
    signatures.every((one) => typeof one?.keyid === "string" && isBase64(one.sig));
  if (isWhole) {
    const [{ keyid, sig }] = signatures as unknown as [Envelope["signatures"][number]];
    const envelope = { payload, payloadType, signatures: [{ keyid, sig }] };
    if (envelopeAsText(envelope) === text) return envelope;
  }
  throw new AttestationError("ENVELOPE", "this is no DSSE envelope with one signature, as make audit writes it");
}

const isBase64 = (value: unknown): value is string =>
  typeof value === "string" && Buffer.from(value, "base64").toString("base64") === value;

function checkSignature({ payloadType, signatures }: Envelope, payload: Buffer, key: KeyObject): void {
  const sig = Buffer.from(signatures[0]!.sig, "base64");
  if (verify("sha256", preAuthenticationEncoding(payloadType, payload), key, sig)) return;
  throw new AttestationError(
    "SIGNATURE",
    `the signature is not of the key ${fingerprintOf(key)}, or what it signs was changed`,
  );
}

function statementIn(payload: Buffer): Statement {
  const statement = attempt(() => JSON.parse(payload.toString()) as Partial<Statement> | null);
  const { _type, predicateType, subject } = statement ?? {};
  if (_type !== STATEMENT_TYPE || predicateType !== PREDICATE_TYPE || !Array.isArray(subject)) {
    throw new AttestationError("STATEMENT", `what is signed is no ${STATEMENT_TYPE} of an audit`);
  }
  return statement as Statement;
}

/** DSSE does not sign the key's id: the statement does. */
function checkKeyid({ signatures }: Envelope, { predicate }: Statement, key: KeyObject): void {
  const [{ keyid }] = signatures as unknown as [{ keyid: string }];
  const { kind } = predicate.signedBy;
  if (keyid === predicate.signedBy.keyid && keyid === `${kind}:${fingerprintOf(key)}`) return;
  throw new AttestationError("SIGNATURE", "the envelope names another key than the one that signed it");
}

function checkSubjects({ subject }: Statement, wanted: readonly string[]): void {
  const digests = subject.map(({ digest }) => `sha256:${digest?.sha256}`);
  const missing = wanted.find((one) => !digests.includes(one));
  if (missing !== undefined) throw new AttestationError("SUBJECT", `${missing} is no subject of this attestation`);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
