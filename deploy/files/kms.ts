/** Cloud KMS' encrypt and decrypt, for data keys of a few bytes. gcloud's own words for another address and a token hold here, too. */
import { GoogleAuth } from "google-auth-library";
import { TableKeyError } from "./table-key-error";

export const KEY_NAME = /^projects\/[\w.:-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/;

/** `plaintext` and `ciphertext` are base64. `name` answers the version that was used. Throws TableKeyError. */
export const encrypt = (key: string, plaintext: string) =>
  asked(key, "encrypt", { plaintext }) as Promise<{ readonly name: string; readonly ciphertext: string }>;

/** Throws TableKeyError. */
export const decrypt = (key: string, ciphertext: string) =>
  asked(key, "decrypt", { ciphertext }) as Promise<{ readonly plaintext: string; readonly usedPrimary?: boolean }>;

const SCOPE = "https://www.googleapis.com/auth/cloudkms";

async function asked(key: string, method: "encrypt" | "decrypt", body: object): Promise<unknown> {
  const base = process.env.CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS ?? "https://cloudkms.googleapis.com/";
  const headers = await credentials();
  headers.set("content-type", "application/json");
  const request = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) };
  const answer = await fetch(`${base}v1/${key}:${method}`, request).catch((error: Error) => {
    throw unavailable(`Cloud KMS does not answer (${error.name})`);
  });
  // What Cloud KMS says of a refusal names the key; a body of a success is the key itself, and goes nowhere else.
  const said = (await answer.json().catch(() => ({}))) as { readonly error?: { readonly status?: string } };
  if (answer.ok) return said;
  throw refusal(key, answer.status, said.error?.status ?? String(answer.status));
}

async function credentials(): Promise<Headers> {
  const token = process.env.CLOUDSDK_AUTH_ACCESS_TOKEN;
  if (token) return new Headers({ authorization: `Bearer ${token}` });
  try {
    const client = await new GoogleAuth({ scopes: SCOPE }).getClient();
    return new Headers(await client.getRequestHeaders());
  } catch {
    throw unavailable("no credentials for Cloud KMS: run `gcloud auth application-default login`");
  }
}

const unavailable = (text: string) => new TableKeyError("DUCKDB_KEY_UNAVAILABLE", text);

const MENDS: Readonly<Record<number, string>> = {
  400: "its version is disabled or destroyed, or it is no key for encryption: enable the version, or restore the key",
  403: "grant this account roles/cloudkms.cryptoKeyEncrypterDecrypter on it",
  404: "it is not there: see to its name",
};

function refusal(key: string, status: number, said: string): TableKeyError {
  const mend = MENDS[status];
  if (mend === undefined) return unavailable(`Cloud KMS answers ${said} for ${key}: try again`);
  return new TableKeyError("DUCKDB_KEY_REFUSED", `Cloud KMS refuses ${key} (${said}): ${mend}`);
}
