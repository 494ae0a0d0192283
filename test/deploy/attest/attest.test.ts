import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { envelopeAsText, preAuthenticationEncoding, seal, type Signer } from "../../../deploy/attest/dsse";
import { kmsSigner, SigningError } from "../../../deploy/attest/kms-key";
import { localSigner } from "../../../deploy/attest/local-key";
import { type Statement, statementOf } from "../../../deploy/attest/statement";
import { AttestationError, type AttestationErrorCode, verifyAttestation } from "../../../deploy/attest/verify";
import type { Audit } from "../../../deploy/observe/audit/model";
import { auditOf, DIGEST, JOB_ID } from "../audit/answers";

describe("an attestation", () => {
  let [folder, signer, audit, text]: [string, Signer, Audit, string] = ["", undefined as never, undefined as never, ""];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "attest-"));
    signer = localSigner(join(folder, "keys", "key.pem"));
    audit = await auditOf();
    text = envelopeAsText(await seal(statementOf(audit, signer, "1.2.3"), signer));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const verify = (envelope: string, subjects: string[] = [], publicKey = signer.publicKey) =>
    verifyAttestation(envelope, { publicKey, subjects });
  const refused = (code: AttestationErrorCode, work: () => unknown) =>
    assert.throws(work, (error) => error instanceof AttestationError && error.code === code);

  it("says what it is about by digest: the job, its graph, its images, the schema", () => {
    const { subject, predicate } = verify(text);
    assert.deepEqual(
      subject.map(({ name }) => name),
      [
        `projects/bank-project/locations/europe-west2/jobs/${JOB_ID}`,
        "gs://da_streaming_pipeline/stage/str-pl.1/pipeline.pb",
        "europe-west2-docker.pkg.dev/bank-project/da-streaming-pipeline/worker",
        "schema of table da_streaming_pipeline.cc_account_info",
      ],
    );
    assert.equal(predicate.result, "PASSED");
    assert.equal(predicate.observedAt, "2026-11-24T12:00:00.000Z");
    assert.deepEqual(predicate.chain, audit.chain);
    assert.equal(predicate.signedBy.kind, "local");
    assert.equal(predicate.signedBy.keyid, signer.keyid);
  });

  it("says FAILED of a deployment that breaks a rule", async () => {
    const broken = await auditOf((all) => delete all["dataflow jobs describe"].environment.serviceKmsKeyName);
    assert.equal(statementOf(broken, signer, "1").predicate.result, "FAILED");
  });

  it("encodes what is signed as the specification's example has it", () => {
    const encoded = preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    assert.equal(encoded.toString(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("holds of the digests that are asked for, and of no others", () => {
    assert.ok(verify(text, [DIGEST]));
    refused("SUBJECT", () => verify(text, [`sha256:${"2".repeat(64)}`]));
  });

  it("does not hold once any byte of it is another", () => {
    const bytes = Buffer.from(text);
    const anywhere = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(anywhere, ([at, by]) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= by;
        assert.throws(() => verify(changed.toString("latin1")), AttestationError);
      }),
      { numRuns: 500 },
    );
    for (const at of Array(bytes.length - text.indexOf("payloadType")).keys()) {
      const changed = Buffer.from(bytes);
      changed[bytes.length - 1 - at]! ^= 1;
      assert.throws(() => verify(changed.toString("latin1")), AttestationError);
    }
  });

  it("does not hold by another's key, nor by what is no such key", () => {
    const other = localSigner(join(folder, "other.pem"));
    refused("SIGNATURE", () => verify(text, [], other.publicKey));
    refused("KEY", () => verify(text, [], "-----BEGIN PUBLIC KEY-----"));
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });
    refused("KEY", () => verify(text, [], rsa as string));
  });

  it("does not hold where something else is signed by the right key", async () => {
    const payload = Buffer.from('{"_type":"https://in-toto.io/Statement/v0.1"}');
    const sealed = await seal(JSON.parse(payload.toString()), signer);
    refused("STATEMENT", () => verify(envelopeAsText(sealed)));
    const payloadType = "application/json";
    const sig = (await signer.sign(preAuthenticationEncoding(payloadType, payload))).toString("base64");
    const another = { payload: payload.toString("base64"), payloadType, signatures: [{ keyid: signer.keyid, sig }] };
    refused("PAYLOAD_TYPE", () => verify(envelopeAsText(another)));
    refused("ENVELOPE", () => verify("{}"));
    refused("ENVELOPE", () => verify(text.trim()));
    refused("ENVELOPE", () => verify("no JSON"));
  });

  it("does not hold where the envelope names another key than the statement", async () => {
    const statement = statementOf(audit, signer, "1") as Statement;
    const renamed = await seal(statement, { ...signer, keyid: "kms:sha256:0" });
    refused("SIGNATURE", () => verify(envelopeAsText(renamed)));
  });

  it("is signed by a key of this machine that is made once, and that its owner alone may read", () => {
    const file = join(folder, "keys", "key.pem");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(localSigner(file).keyid, signer.keyid);
    assert.match(signer.keyid, /^local:sha256:[0-9a-f]{64}$/);
  });

  it("is signed by a key of Cloud KMS, whose version the statement names", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const name = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";
    const asked: string[] = [];
    const kms = await kmsSigner(name, async ({ args }) => {
      asked.push(args.slice(0, 3).join(" "));
      const file = (flag: string) => args.find((word) => word.startsWith(`--${flag}=`))?.split("=")[1];
      if (args[1] === "keys") {
        writeFileSync(file("output-file")!, publicKey.export({ type: "spki", format: "pem" }));
      } else {
        const { readFileSync } = await import("node:fs");
        writeFileSync(file("signature-file")!, sign("sha256", readFileSync(file("input-file")!), privateKey));
      }
      return { code: 0, stdout: "", stderr: "" };
    });
    const sealed = envelopeAsText(await seal(statementOf(audit, kms, "1"), kms));
    const { predicate } = verify(sealed, [], kms.publicKey);
    assert.deepEqual([predicate.signedBy.kind, predicate.signedBy.keyVersion], ["kms", name]);
    assert.equal(asked.length, 2);
  });

  it("is not signed by what is no key version, nor where Cloud KMS refuses", async () => {
    const refuses = async () => ({ code: 1, stdout: "", stderr: "ERROR: PERMISSION_DENIED" });
    await assert.rejects(kmsSigner("k", refuses), SigningError);
    await assert.rejects(
      kmsSigner("projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1", refuses),
      SigningError,
    );
  });

  it("takes a job's name for its digest, since a job has no bytes", () => {
    const [job] = verify(text).subject;
    assert.equal(job!.digest.sha256, createHash("sha256").update(job!.name).digest("hex"));
  });
});
