/** What is held against Google's discovery documents, and what is let pass. */
import assert from "node:assert/strict";
import { orSkip } from "../skip";
import { violationsOf, withTextIntegers } from "./check";
import { discoveryDocument, prepareDiscovery } from "./discovery";
import type { RecordedRequest } from "./record";

describe("the check against discovery documents", () => {
  before(function () {
    orSkip(this, prepareDiscovery);
  });

  const KEYS = "v1/projects/p/locations/l/keyRings/r/cryptoKeys";
  const request = (fields: Partial<RecordedRequest>): RecordedRequest => ({
    ...{
      method: "POST",
      url: "/cloudkms",
      api: "cloudkms",
      version: "v1",
      path: KEYS,
      query: new URLSearchParams(),
      who: "",
    },
    ...fields,
  });
  const found = (fields: Partial<RecordedRequest>) =>
    violationsOf(request(fields)).map(({ of, path, what }) => `${of} ${path}: ${what}`);
  const answered = (body: object) => found({ method: "GET", path: `${KEYS}/k`, answer: { code: 200, body } });

  const clean: Record<string, Partial<RecordedRequest>> = {
    "a request as Google has it": {
      query: new URLSearchParams("cryptoKeyId=k&skipInitialVersionCreation=True&alt=json"),
      body: { purpose: "ENCRYPT_DECRYPT", versionTemplate: { protectionLevel: "HSM" }, labels: { any: "label" } },
    },
    "the number of a name": { body: { purpose: 1 } },
    "a field that is null": { body: { labels: null } },
    "an error that is answered": { answer: { code: 404, body: { error: {} } } },
    "an answer as Google has it": {
      method: "GET",
      path: `${KEYS}/k`,
      answer: { code: 200, body: { createTime: "2026-01-01T00:00:00.5Z" } },
    },
  };
  for (const [what, fields] of Object.entries(clean)) {
    it(`lets pass ${what}`, () => assert.deepEqual(found(fields), []));
  }

  it("names a method and an API that are none", () => {
    assert.deepEqual(found({ path: `${KEYS}:paint` }), ["request : Google has no such method"]);
    assert.deepEqual(found({ api: "paint" }), ["request : Google has no such method"]);
  });

  it("names a parameter that is none, is wrong, is given twice", () => {
    assert.deepEqual(found({ query: new URLSearchParams("a=b") }), ["request a: is no parameter of this method"]);
    assert.deepEqual(found({ query: new URLSearchParams("skipInitialVersionCreation=1") }), [
      "request skipInitialVersionCreation: is no boolean",
    ]);
    assert.deepEqual(found({ query: new URLSearchParams("cryptoKeyId=a&cryptoKeyId=b") }), [
      "request cryptoKeyId: is given more than once",
    ]);
    assert.deepEqual(found({ method: "GET", query: new URLSearchParams("pageSize=x") }), [
      "request pageSize: is no integer",
    ]);
  });

  it("names a field that is none, and a value of another type, in requests", () => {
    assert.deepEqual(found({ body: { colour: "red" } }), ["request body.colour: is no field"]);
    assert.deepEqual(found({ body: { labels: [] } }), ["request body.labels: is no object"]);
    assert.equal(found({ body: { versionTemplate: { algorithm: "ROT13" } } }).length, 1);
    assert.deepEqual(found({ method: "GET", body: { a: 1 } }), ["request body: is none of this method's"]);
  });

  it("names them in answers, which are held to more", () => {
    assert.deepEqual(answered({ colour: "red" }), ["answer body.colour: is no field"]);
    assert.deepEqual(answered({ createTime: "today" }), ['answer body.createTime: "today" is no google-datetime']);
    assert.deepEqual(answered({ labels: null }), ["answer body.labels: is no object"]);
    assert.equal(answered({ purpose: 1 }).length, 1);
  });

  it("takes 64-bit integers as numbers where they are sent, and answers them as texts", () => {
    const dataset = { api: "bigquery", version: "v2", path: "bigquery/v2/projects/p/datasets/d" };
    const [sent, asText] = [{ defaultTableExpirationMs: 3600000 }, { defaultTableExpirationMs: "3600000" }];
    assert.deepEqual(found({ ...dataset, method: "PATCH", body: sent }), []);
    assert.equal(found({ ...dataset, method: "GET", answer: { code: 200, body: sent } }).length, 1);
    const { schemas } = discoveryDocument("bigquery", "v2")!;
    assert.deepEqual(withTextIntegers(sent, schemas.Dataset, schemas), asText);
    assert.deepEqual(found({ ...dataset, method: "GET", answer: { code: 200, body: asText } }), []);
    // What an older API does not know it passes over, and never answers.
    const strange = JSON.parse('{"colour":"red","constructor":1,"access":[{"__proto__":1,"role":"READER"}]}');
    assert.deepEqual(withTextIntegers(strange, schemas.Dataset, schemas), { access: [{ role: "READER" }] });
  });
});
