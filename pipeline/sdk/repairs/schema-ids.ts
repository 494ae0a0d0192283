/** The SDK gives a schema that it infers an id at random. By its fields it is the same in each run: the same pipeline is the same graph. */
import { createHash } from "node:crypto";
import { RowCoder } from "apache-beam/coders/row_coder";
import { Schema } from "apache-beam/proto/schema";

const infer = RowCoder.inferSchemaOfJSON;

// It infers the schemas of rows within a row by this very function.
RowCoder.inferSchemaOfJSON = (example: unknown) => withIdOfFields(infer(example));

/** The schema with an id that follows from its fields, in the form of a UUID. */
export function withIdOfFields(schema: Schema): Schema {
  const fields = Schema.toBinary(Schema.create({ ...schema, id: "" }));
  const hex = createHash("sha256").update(fields).digest("hex");
  return { ...schema, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5") };
}
