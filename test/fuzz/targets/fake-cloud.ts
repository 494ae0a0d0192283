/** The fake cloud's own edges. An input is some requests to a cloud that is new for each: `METHOD /path body`, one a line. */
import { Readable } from "node:stream";
import type { IncomingMessage } from "node:http";
import { violationsOf } from "../../support/fake-cloud/check";
import { newState } from "../../support/fake-cloud/cloud";
import { prepareDiscovery } from "../../support/fake-cloud/discovery";
import { Failures } from "../../support/fake-cloud/failures";
import { answer, type Served } from "../../support/fake-cloud/server";
import { type FuzzTarget, mustHold } from "../target";

const TOKEN = "a token";
const CODES = new Set([200, 204, 206, 304, 308, 400, 401, 403, 404, 409, 412, 416, 429, 501]);
const MOST_REQUESTS = 12;

/** Throws MissingTool where Google's discovery documents cannot be had. */
export function fakeCloud(): FuzzTarget {
  prepareDiscovery();
  return {
    name: "fake-cloud",
    sources: /\/fake-cloud\//,
    words: [
      ...[
        "\nPOST /",
        "\nGET /",
        "\nPATCH /",
        "\nDELETE /",
        "\nPUT /",
        "bank-project",
        "europe-west2",
        "?pageSize=1",
        "&pageToken=1",
      ],
      ...[
        "?updateMask=labels",
        ":setIamPolicy",
        ":getIamPolicy",
        ":testIamPermissions",
        '{"policy":{"bindings":[]}}',
        "etag",
        "%2F",
        "%",
      ],
    ],
    most: 8192,
    async run(input) {
      const served = newServed();
      const lines = Buffer.from(input).toString().split("\n").slice(0, MOST_REQUESTS);
      const outcomes: string[] = [];
      for (const line of lines) if (line !== "") outcomes.push(await one(served, line));
      return [...new Set(outcomes)].sort().join(" ");
    },
  };
}

function newServed(): Served {
  return {
    state: newState("bank-project", "123456789012", [
      "cloudkms.googleapis.com",
      "pubsub.googleapis.com",
      "iam.googleapis.com",
    ]),
    url: "http://127.0.0.1:1",
    failures: new Failures(),
    requests: [],
    callers: new Map([[TOKEN, undefined]]),
  };
}

async function one(served: Served, line: string): Promise<string> {
  const [, method = "GET", path = "/", body = ""] = /^(\S*) ?(\S*) ?(.*)$/s.exec(line)!;
  const before = served.state.names().join("\n");
  const reply = await answer(served, incoming(method, path, body));
  mustHold(reply !== undefined, "no answer");
  mustHold(CODES.has(reply.code), `the answer ${reply.code} is none of Google's`);
  const request = served.requests.at(-1);
  const isRefused = reply.code >= 400;
  if (isRefused) {
    const { error } = reply.body as { error?: { code?: unknown; message?: unknown } };
    mustHold(error?.code === reply.code && typeof error.message === "string", "an error is not in Google's form");
    mustHold(served.state.names().join("\n") === before, "a request that is refused has changed something");
  }
  if (method === "GET") mustHold(served.state.names().join("\n") === before, "a GET has made or removed something");
  const wrong = request === undefined || isRefused ? [] : violationsOf(request).filter(({ of }) => of === "answer");
  mustHold(wrong.length === 0, `an answer is not as Google has it: ${request?.id} ${wrong[0]?.path} ${wrong[0]?.what}`);
  return `${request?.id ?? "-"}:${reply.code}`;
}

/** What node:http hands to a server: it never hands on a URL or a header that is none. */
function incoming(method: string, path: string, body: string): IncomingMessage {
  const url = `/${path.replace(/^\/+/, "").replaceAll(/[^\x21-\x7e]/g, "")}`;
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  return Object.assign(Readable.from(body === "" ? [] : [Buffer.from(body)]), {
    method,
    url,
    headers,
  }) as unknown as IncomingMessage;
}
