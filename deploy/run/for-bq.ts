/**
 * bq starts gcloud three times for every command, one after the other, to ask how it is configured and for tokens: two of its three
 * seconds. Here each of the three is asked side by side, once for all of bq's commands of a minute, in the very words of bq, by the real
 * gcloud and in the same environment: what it is configured with holds as before. `for-bq/gcloud` hands the answers over.
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
  const [config, token, refresh] = await Promise.all([
    gcloud("config", "list", "--format=json"),
    gcloud("auth", "print-access-token"),
    gcloud("auth", "print-refresh-token"),
  ]);
  const kept = {
    FOR_BQ_CONFIG: plain(config),
    FOR_BQ_ACCESS_TOKEN: plain(token),
    FOR_BQ_NO_REFRESH_TOKEN: refresh.code === 1 && refresh.stdout === "" ? refresh.stderr.trim() : undefined,
  };
  const { PATH = "" } = env;
  return { PATH: join(__dirname, "for-bq") + delimiter + PATH, FOR_BQ_PATH: PATH, ...kept };
}

/** Where gcloud has something to say beside, bq hears it from gcloud itself. */
const plain = ({ code, stdout, stderr }: Answer) => (code === 0 && stderr === "" ? stdout.trim() : undefined);
