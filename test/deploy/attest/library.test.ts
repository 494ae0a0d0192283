/** Any DSSE library verifies what `make audit` signs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envelopeAsText, seal } from "../../../deploy/attest/dsse";
import { localSigner } from "../../../deploy/attest/local-key";
import { statementOf } from "../../../deploy/attest/statement";
import { orSkip } from "../../support/skip";
import { isFirstNode } from "../../support/first-node";
import { auditOf } from "../audit/answers";
import { prepareDsseLibrary, verifiedByLibrary } from "./library";

if (isFirstNode) {
  describe("an attestation, read by securesystemslib", () => {
    before(function () {
      this.timeout(180_000);
      orSkip(this, prepareDsseLibrary);
    });

    it("holds, and does not once a byte of the payload is another", async () => {
      const folder = mkdtempSync(join(tmpdir(), "dsse-"));
      try {
        const signer = localSigner(join(folder, "key.pem"));
        const statement = statementOf(await auditOf(), signer, "1");
        const [file, key] = [join(folder, "attestation.json"), join(folder, "attestation.pub.pem")];
        const envelope = await seal(statement, signer);
        writeFileSync(file, envelopeAsText(envelope));
        writeFileSync(key, signer.publicKey);
        assert.deepEqual(JSON.parse(verifiedByLibrary(file, key)), JSON.parse(JSON.stringify(statement)));

        const payload = Buffer.from(envelope.payload, "base64");
        payload[100]! ^= 1;
        writeFileSync(file, envelopeAsText({ ...envelope, payload: payload.toString("base64") }));
        assert.throws(() => verifiedByLibrary(file, key), /VerificationError|SignatureVerificationError|Signature/i);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
