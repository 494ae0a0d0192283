/** Google's REST APIs, asked with the caller's own credentials. */
import { GoogleAuth, Impersonated } from "google-auth-library";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TIMEOUT_MS = 60_000;

/** An answer that is not a success. The text is Google's own: it names resources, and never a message. */
export class ApiError extends Error {
  constructor(
    /** The HTTP status; 0 where nothing answered. */
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}

/** Nobody is known to ask as. */
export class CredentialsError extends Error {
  constructor(why: string) {
    const mend = "Run `gcloud auth application-default login`, or give --no_auth for a stand-in of the service";
    super(`no credentials for Google: ${why.replaceAll(/\s+/g, " ").replace(/\.? *$/, "")}. ${mend}`);
  }
}

/** One call; answers the body. Throws ApiError, and CredentialsError. */
export type Call = (method: "GET" | "POST" | "PUT", url: string, body?: object) => Promise<unknown>;

/** The token of every call. Throws where there are no credentials. */
export type Token = () => Promise<string | undefined>;

/** The application default credentials, or those of `impersonate`, an account that they may act for. */
export function defaultToken(impersonate?: string): Token {
  const auth = new GoogleAuth({ scopes: SCOPE });
  return async () => {
    const client = await auth.getClient();
    const acting =
      impersonate === undefined
        ? client
        : new Impersonated({
            sourceClient: client as never,
            targetPrincipal: impersonate,
            targetScopes: [SCOPE],
            lifetime: 3600,
          });
    return (await acting.getAccessToken()).token ?? undefined;
  };
}

/** For a stand-in of the service. */
export const noToken: Token = async () => undefined;

export function caller(token: Token): Call {
  return async (method, url, body) => {
    const bearer = await token().catch((error: Error) => {
      throw new CredentialsError(error.message);
    });
    const headers = {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const answer = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      throw new ApiError(
        0,
        `${new URL(url).host} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`,
      );
    });
    const text = await answer.text();
    if (!answer.ok) throw new ApiError(answer.status, messageOf(text) ?? `${method} ${url} answered ${answer.status}`);
    try {
      return JSON.parse(text || "{}");
    } catch {
      throw new ApiError(answer.status, `${method} ${url} answered with no JSON`);
    }
  };
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message;
  } catch {
    return undefined;
  }
}
