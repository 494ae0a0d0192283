/** Pub/Sub's own numbers, as Cloud Monitoring keeps them: no tool of gcloud's reads them, so its API is asked. */
import { GoogleAuth } from "google-auth-library";
import { OperateError } from "./trouble";

/** Milliseconds since 1970; the end of the sample's minute. */
export interface Point {
  readonly end: number;
  readonly value: number;
}

/** The points of every series of a filter in an interval. Throws OperateError. */
export type Monitoring = (filter: string, since: number, until: number) => Promise<readonly Point[]>;

/** Samples of Pub/Sub's are visible after so long at most [Metrics list: "not visible for up to 240 seconds"]. */
export const LAG_MS = 240_000;

interface Page {
  readonly timeSeries?: readonly {
    readonly points?: readonly {
      readonly interval: { readonly endTime: string };
      readonly value: { readonly int64Value?: string; readonly doubleValue?: number };
    }[];
  }[];
  readonly nextPageToken?: string;
}

/** gcloud's own words for another address and a token hold here, too. */
export function monitoringOf(project: string, env: NodeJS.ProcessEnv): Monitoring {
  const base = env.CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING ?? "https://monitoring.googleapis.com/";
  const token = once(async () => env.CLOUDSDK_AUTH_ACCESS_TOKEN || (await googleToken()));
  return async (filter, since, until) => {
    const points: Point[] = [];
    for (let page: string | undefined = ""; page !== undefined; ) {
      const query = new URLSearchParams({
        filter,
        "interval.startTime": new Date(since).toISOString(),
        "interval.endTime": new Date(until).toISOString(),
        ...(page !== "" && { pageToken: page }),
      });
      const answer: Page = await asked(`${base}v3/projects/${project}/timeSeries?${query}`, await token());
      for (const { points: some = [] } of answer.timeSeries ?? []) {
        points.push(
          ...some.map(({ interval, value }) => ({
            end: Date.parse(interval.endTime),
            value: Number(value.int64Value ?? value.doubleValue),
          })),
        );
      }
      page = answer.nextPageToken || undefined;
    }
    return points;
  };
}

async function asked(url: string, token: string): Promise<Page> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(60_000),
  }).catch((error: Error) => {
    throw new OperateError("NO_ANSWER", `Cloud Monitoring does not answer (${error.name}): try again`);
  });
  if (answer.ok) return (await answer.json()) as Page;
  const mend = answer.status === 403 ? "grant roles/monitoring.viewer to who asks" : "try again";
  throw new OperateError("NOT_OBSERVED", `Cloud Monitoring answered ${answer.status}: ${mend}`);
}

async function googleToken(): Promise<string> {
  const auth = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/monitoring.read" });
  const token = await auth.getAccessToken().catch(() => undefined);
  if (token) return token;
  throw new OperateError("NOT_ALLOWED", "no credentials for Google: gcloud auth application-default login");
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
