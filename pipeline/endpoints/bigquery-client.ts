import { BigQuery } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";

/**
 * Google's client: of the emulator where BIGQUERY_EMULATOR_HOST names one (with or without a scheme or the path /bigquery/v2), else of the
 * service. It never retries by itself: the stream does.
 */
export function bigQueryClient(projectId: string): { client: BigQuery; kind: "bigquery" | "bigquery-emulator" } {
  const host = process.env.BIGQUERY_EMULATOR_HOST;
  const options = { projectId, autoRetry: false, maxRetries: 0 };
  if (!host) return { client: new BigQuery(options), kind: "bigquery" };

  const root = (host.includes("://") ? host : `http://${host}`).replace(/\/+(?:bigquery\/v2\/*)?$/, "");
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "emulator", expiry_date: Number.MAX_SAFE_INTEGER });
  const client = new BigQuery({ ...options, apiEndpoint: root, authClient });
  client.baseUrl = `${root}/bigquery/v2`;
  return { client, kind: "bigquery-emulator" };
}
