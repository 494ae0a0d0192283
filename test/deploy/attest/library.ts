/** PyPI's securesystemslib: another's reading of DSSE, in a venv of its own. */
import { join, resolve } from "node:path";
import { findPython } from "../../../pipeline/runners/python";
import { UsageError } from "../../../pipeline/usage-error";
import { MissingTool } from "../../support/emulators/process";
import { command, preparedOnce } from "../../support/prepared";

const VENV = resolve("build/dsse-library");
const LOCK = "test/deploy/attest/dsse.lock.txt";

/** Reads an envelope and a public key, and prints the payload once the signature holds. */
const VERIFY = `
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
envelope = Envelope.from_dict(json.load(open(sys.argv[1])))
public = load_pem_public_key(open(sys.argv[2], "rb").read())
key = SSlibKey.from_crypto(public, keyid=next(iter(envelope.signatures)), scheme="ecdsa-sha2-nistp256")
envelope.verify([key], 1)
print(envelope.payload.decode())
`;

/** Installs it into build/. Throws MissingTool where there is no Python. */
export function prepareDsseLibrary(): string {
  return preparedOnce(VENV, [LOCK], () => {
    command(python(), ["-m", "venv", VENV]);
    command(join(VENV, "bin/python"), ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK]);
  });
}

function python(): string {
  try {
    return findPython({});
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new MissingTool(error.message, "the DSSE library runs in the same Python");
  }
}

/** The payload. Throws where the library does not verify the envelope. */
export const verifiedByLibrary = (envelope: string, publicKey: string): string =>
  command(join(VENV, "bin/python"), ["-c", VERIFY, envelope, publicKey]);
