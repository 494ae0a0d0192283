/** Calls of Google's APIs, to a server of the test's own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { freePort } from "../../support/emulators/process";
import { ApiError, CredentialsError, caller, noToken } from "../../../pipeline/dataflow/google";

describe("a call of Google's APIs", () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };
  let asked: { method: string; headers: IncomingMessage["headers"]; body: string } | undefined;

  beforeEach(async () => {
    answer = { status: 200, body: "{}" };
    asked = undefined;
    server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      asked = { method: incoming.method!, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
      outgoing.writeHead(answer.status).end(answer.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/things`;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });

  const failsWith = (status: number, text: RegExp, call = caller(noToken)) =>
    assert.rejects(
      call("GET", url),
      (error) => error instanceof ApiError && error.status === status && text.test(error.message),
    );

  it("carries the token and the body, and answers the body", async () => {
    answer.body = '{"name":"a"}';
    assert.deepEqual(await caller(async () => "secret")("PUT", url, { wanted: 1 }), { name: "a" });
    assert.equal(asked?.method, "PUT");
    assert.equal(asked?.headers.authorization, "Bearer secret");
    assert.equal(asked?.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(asked!.body), { wanted: 1 });
  });

  it("carries nothing where there is no token and no body", async () => {
    await caller(noToken)("GET", url);
    assert.equal(asked?.headers.authorization, undefined);
    assert.equal(asked?.headers["content-type"], undefined);
    assert.equal(asked?.body, "");
  });

  it("takes an empty answer for an empty object", async () => {
    answer.body = "";
    assert.deepEqual(await caller(noToken)("GET", url), {});
  });

  it("fails in Google's own words", async () => {
    answer = { status: 403, body: '{"error":{"code":403,"message":"Permission denied on resource a","status":"X"}}' };
    await failsWith(403, /^Permission denied on resource a$/);
  });

  it("fails with the status where the answer has no words", async () => {
    for (const body of ["<html>", "{}", "null"]) {
      answer = { status: 502, body };
      await failsWith(502, /answered 502/);
    }
  });

  it("fails where a success is no JSON", async () => {
    answer.body = "<html>";
    await failsWith(200, /no JSON/);
  });

  it("fails with the host's name where nobody answers", async () => {
    url = `http://127.0.0.1:${await freePort()}/v1/things`;
    await failsWith(0, /^127\.0\.0\.1:\d+ does not answer/);
  });

  it("says in one line that there are no credentials, and asks nobody", async () => {
    const nobody = caller(async () => {
      throw new Error("Could not load them.\nSee https://cloud.google.com");
    });
    await assert.rejects(
      nobody("GET", url),
      (error) => error instanceof CredentialsError && !error.message.includes("\n"),
    );
    assert.equal(asked, undefined);
  });
});
