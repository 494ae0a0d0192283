/**
 * The SDK's coder of objects is BSON: where an element crosses between two stages, its bytes came back as a BSON Binary, which the row
 * coder wrote as no bytes at all, without an error; and a bigint could not be written. V8's own format keeps every value that a step
 * hands on. Newer versions of Node read what older ones wrote (Node's documentation of `v8.serialize`).
 */
import { BsonObjectCoder } from "apache-beam/coders/js_coders";
import { deserialize, serialize } from "node:v8";

interface BytesWriter {
  bytes(value: Uint8Array): unknown;
}

interface BytesReader {
  bytes(): Uint8Array;
}

Object.assign(BsonObjectCoder.prototype, {
  encode: (element: unknown, writer: BytesWriter) => writer.bytes(serialize(element)),
  decode: (reader: BytesReader): unknown => deserialize(reader.bytes()),
});
