/** Java's transforms by the name under which its expansion service has them, configured by a row of the schema that it tells. */
import { dirname } from "node:path";
import type { AsyncPTransform, PCollection } from "./beam";
import "./beam";
import { ExpansionError, useOneGlobalWindow } from "./cross-language";
import { withIdOfFields } from "./repairs/schema-ids";
import "./row-types";
import { Client, credentials } from "@grpc/grpc-js";
import { RowCoder } from "apache-beam/coders/row_coder";
import type { Pipeline } from "apache-beam/internal/pipeline";
import type { Components, PTransform as PTransformProto } from "apache-beam/proto/beam_runner_api";
import { type FieldType, Schema } from "apache-beam/proto/schema";
import { rawExternalTransform } from "apache-beam/transforms/external";
import type { AsyncPTransformClass } from "apache-beam/transforms/transform";

/** The SDK's own copy: its coders write by it. */
const { Reader, Writer } = require(
  require.resolve("protobufjs", { paths: [dirname(require.resolve("apache-beam"))] }),
) as typeof import("protobufjs");

const URN = "beam:expansion:payload:schematransform:v1";
const DISCOVER = "/org.apache.beam.model.expansion.v1.ExpansionService/DiscoverSchemaTransform";

export type Configuration = { readonly [field: string]: string | number | boolean | Configuration };

/**
 * The transform `identifier` of the expansion service at `address`, HOST:PORT. Its outputs, by their names in Java. `configuration`: what
 * is set, everything else is null. Throws ExpansionError when it is applied.
 */
export function schemaTransform<T>(
  identifier: string,
  configuration: Configuration,
  address: string,
): AsyncPTransform<PCollection<T>, PCollection<never>> {
  return async (input: PCollection<T>, pipeline: Pipeline, proto: PTransformProto) => {
    const { uniqueName } = proto;
    const failed = (error: Error) => {
      throw new ExpansionError(uniqueName, error.message.trimEnd().split("\n")[0]!);
    };
    const schema = await configurationSchema(identifier, address).catch(failed);
    const payload = payloadOf(identifier, schema, configuration);
    const transform = rawExternalTransform(URN, payload, address) as AsyncPTransformClass<never, never>;
    Object.assign(transform, { resolveArtifacts: withoutArtifacts });
    const output = await transform.expandInternalAsync(input as never, pipeline, proto).catch(failed);
    proto.spec = { urn: URN, payload };
    // Java answers with a name of its own.
    proto.uniqueName = uniqueName;
    for (const id of Object.values(proto.outputs)) useOneGlobalWindow(pipeline, id);
    return output as never;
  };
}

/** What a worker needs is in its image: nothing of it is fetched, nor asked for by the next expansion. */
function withoutArtifacts(components: Components): Components {
  for (const environment of Object.values(components.environments)) environment.dependencies = [];
  return components;
}

/** SchemaTransformPayload of external_transforms.proto. */
function payloadOf(identifier: string, schema: Schema, configuration: Configuration): Uint8Array {
  const row = new Writer();
  new RowCoder(schema).encode(configuration, row as never, null as never);
  return new Writer()
    .uint32(10)
    .string(identifier)
    .uint32(18)
    .bytes(Schema.toBinary(schema))
    .uint32(26)
    .bytes(row.finish())
    .finish();
}

/** Java wants all of its fields, in its order. It gives the schemas ids at random; ours follow from the fields. */
async function configurationSchema(identifier: string, address: string): Promise<Schema> {
  const known = configurationsOf(await discover(address));
  const schema = known.get(identifier);
  if (schema !== undefined) return withStableIds(schema);
  throw new Error(`the expansion service at ${address} does not know it`);
}

function withStableIds(schema: Schema): Schema {
  const fields = schema.fields.map((field) => ({ ...field, type: field.type && withStableRow(field.type) }));
  return withIdOfFields({ ...schema, fields });
}

function withStableRow(type: FieldType): FieldType {
  if (type.typeInfo.oneofKind !== "rowType") return type;
  const schema = withStableIds(type.typeInfo.rowType.schema!);
  return { ...type, typeInfo: { oneofKind: "rowType", rowType: { schema } } };
}

/** The SDK's client of 2.49 has no such call yet. */
async function discover(address: string): Promise<Uint8Array> {
  const client = new Client(address, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
  const asIs = (bytes: Buffer) => bytes;
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(DISCOVER, asIs, asIs, Buffer.alloc(0), (error, response) => {
        if (error !== null) reject(error);
        else resolve(response!);
      });
    });
  } finally {
    client.close();
  }
}

/** DiscoverSchemaTransformResponse: a map of identifiers to SchemaTransformConfig, of which the first field is the schema. */
function configurationsOf(response: Uint8Array): ReadonlyMap<string, Schema> {
  const entries = fieldsOf(response, 1).map((entry) => {
    const [name] = fieldsOf(entry, 1);
    const [config] = fieldsOf(entry, 2);
    const [schema] = fieldsOf(config!, 1);
    return [Buffer.from(name!).toString(), Schema.fromBinary(schema!)] as const;
  });
  return new Map(entries);
}

/** The values of one field of a message, all of which are length-delimited. */
function fieldsOf(message: Uint8Array, field: number): Uint8Array[] {
  const reader = Reader.create(message);
  const values: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === (field << 3) + 2) values.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return values;
}
