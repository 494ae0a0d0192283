/** The columns of a table as the Storage Write API has them. */
import { status } from "@grpc/grpc-js";
import { requireColumns } from "./bigquery-shape";
import { parseTableSchema } from "../../schemas/parse-schema";
import { type Column, SchemaError, type TableSchema } from "../../schemas/schema";

/** google.cloud.bigquery.storage.v1.TableFieldSchema, as far as it is read. */
interface StorageField {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly fields?: readonly StorageField[] | null;
  readonly rangeElementType?: { readonly type: string } | null;
}

interface Client {
  getWriteStream(
    request: object,
    options: object,
  ): Promise<readonly [{ readonly tableSchema?: object | null }, ...unknown[]]>;
}

/** Throws OtherColumns, or the client's error. Who may write to a table but not look at it is let through. */
export async function checkStorageColumns(client: Client, writeStream: string, schema: TableSchema): Promise<void> {
  // The stream's own backoff rules: no second one underneath.
  const options = { timeout: 60_000, retry: null };
  try {
    const [stream] = await client.getWriteStream({ name: writeStream, view: "FULL" }, options);
    requireColumns(columnsOf(stream.tableSchema as { fields?: StorageField[] } | null | undefined), schema);
  } catch (error) {
    if ((error as { code?: unknown }).code !== status.PERMISSION_DENIED) throw error;
  }
}

/** Undefined where nothing is said of them, or where the table has what no schema of ours can: then its rows tell. */
function columnsOf(schema: { fields?: readonly StorageField[] } | null | undefined): readonly Column[] | undefined {
  if (!schema?.fields?.length) return undefined;
  try {
    return parseTableSchema(schema.fields.map(asField)).columns;
  } catch (error) {
    if (error instanceof SchemaError) return undefined;
    throw error;
  }
}

const NAMES: Readonly<Record<string, string>> = { DOUBLE: "FLOAT64", MODE_UNSPECIFIED: "NULLABLE" };
const named = (name: string) => NAMES[name] ?? name;

function asField({ name, type, mode, fields, rangeElementType }: StorageField): object {
  return {
    name,
    type: named(type),
    mode: named(mode),
    ...(fields?.length && { fields: fields.map(asField) }),
    ...(rangeElementType && { rangeElementType: { type: named(rangeElementType.type) } }),
  };
}
