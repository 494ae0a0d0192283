/** What a step hands on is what the next one is given, also where a runner puts a border between the two. */
import assert from "node:assert/strict";
import { Reader, Writer } from "protobufjs";
import "../../../pipeline/sdk/beam";
import { Context } from "apache-beam/coders/coders";
import { GeneralObjectCoder } from "apache-beam/coders/js_coders";

function roundTrip<T>(element: T): T {
  const coder = new GeneralObjectCoder<T>();
  const writer = new Writer();
  coder.encode(element, writer, Context.needsDelimiters);
  return coder.decode(new Reader(writer.finish()), Context.needsDelimiters);
}

describe("an object between two stages", () => {
  it("keeps its bytes", () => {
    const { data } = roundTrip({ data: Uint8Array.of(0, 0x7b, 0xff) });
    assert.ok(data instanceof Uint8Array);
    assert.deepEqual([...data], [0, 0x7b, 0xff]);
    assert.equal(roundTrip({ data: new Uint8Array(0) }).data.length, 0);
  });

  it("keeps bytes that are a part of a larger buffer, and no others", () => {
    const { data } = roundTrip({ data: Buffer.from("a secret and what is meant").subarray(-5) });
    assert.equal(Buffer.from(data).toString(), "meant");
  });

  it("keeps every INT64", () => {
    const row = { least: -(2n ** 63n), most: 2n ** 63n - 1n, card: 4539578763621486123n };
    assert.deepEqual(roundTrip(row), row);
  });

  it("keeps attributes whatever they are called", () => {
    const attributes = JSON.parse('{"__proto__":"a","_bsontype":"Binary","$ref":"b","a.b":"c","clé":"d"}');
    const back = roundTrip({ attributes }).attributes;
    assert.deepEqual(Object.entries(back), Object.entries(attributes));
  });
});
