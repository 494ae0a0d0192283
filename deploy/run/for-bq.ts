/**
 * bq starts gcloud three times for every command, one after the other, to ask how it is configured and for tokens: two of its three
 * seconds. Here they are asked once for all of bq's commands of a minute, in the very words of bq, by the real gcloud and in the same
 * environment: what it is configured with holds as before. `for-bq/gcloud` hands the answers over.
 *
 * They pass through the environment of bq, which only the same user can read, as of CLOUDSDK_AUTH_ACCESS_TOKEN; nothing is written down.
 * A refresh token, which outlives its hour, is not kept: only that there is none.
 */
import { delimiter, join } from "node:path";
import type { Answer } from "../run";

type Gcloud = (...words: string[]) => Promise<Answer>;

/** Shorter than the least that an access token of gcloud has left. */
const KEPT_MS = 60_000;

/** What bq's environment has beside `env`. */
export function answersForBq(env: NodeJS.ProcessEnv, gcloud: Gcloud, now = Date.now): () => Promise<NodeJS.ProcessEnv> {
  let asked: Promise<NodeJS.ProcessEnv> | undefined;
  let at = 0;
  return () => {
    if (asked === undefined || now() - at > KEPT_MS) {
      at = now();
      asked = ask(env, gcloud);
    }
    return asked;
  };
}

async function ask(env: NodeJS.ProcessEnv, gcloud: Gcloud): Promise<NodeJS.ProcessEnv> {
  // There bq looks for gcloud.cmd.
  if (process.platform === "win32") return {};
  const config = await gcloud("config", "list", "--format=json");
  const { PATH = "" } = env;
  return {
    PATH: join(__dirname, "for-bq") + delimiter + PATH,
    FOR_BQ_PATH: PATH,
    FOR_BQ_CONFIG: plain(config),
    ...(await tokens(env, configured(config), gcloud)),
  };
}

/** A token that is given is its own answer, but where it is only to act as somebody else. Of a service account bq wants no refresh token. */
async function tokens(env: NodeJS.ProcessEnv, { auth, core }: Configured, gcloud: Gcloud): Promise<NodeJS.ProcessEnv> {
  const given = env.CLOUDSDK_AUTH_ACCESS_TOKEN;
  if (given && auth?.impersonate_service_account === undefined)
    return { FOR_BQ_ACCESS_TOKEN: given, FOR_BQ_NO_REFRESH_TOKEN: NO_REFRESH_TOKEN };
  const isService = /\.gserviceaccount\.com$/.test(core?.account ?? "");
  const [token, refresh] = await Promise.all([
    gcloud("auth", "print-access-token"),
    isService ? undefined : gcloud("auth", "print-refresh-token"),
  ]);
  const isNone = refresh?.code === 1 && refresh.stdout === "";
  return {
    FOR_BQ_ACCESS_TOKEN: plain(token),
    FOR_BQ_NO_REFRESH_TOKEN: isNone ? refresh.stderr.trim() : undefined,
  };
}

/** gcloud's own words of an access token, by which bq knows that there is none. */
const NO_REFRESH_TOKEN = "ERROR: access tokens that are given do not support refresh tokens.";

interface Configured {
  readonly auth?: { readonly impersonate_service_account?: string };
  readonly core?: { readonly account?: string };
}

function configured({ stdout }: Answer): Configured {
  try {
    return JSON.parse(stdout);
  } catch {
    // Not known: taken for somebody who acts as somebody else, and asked.
    return { auth: { impersonate_service_account: "" } };
  }
}

/** Where gcloud has something to say beside, bq hears it from gcloud itself. */
const plain = ({ code, stdout, stderr }: Answer) => (code === 0 && stderr === "" ? stdout.trim() : undefined);
