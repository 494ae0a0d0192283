/** Rows whose fields are of declared types, nullable and nested: the Beam schema of such a declaration, and its coder. */
import type { PCollection, PTransform } from "./beam";
import "./beam";
import { DATE, DECIMAL } from "./row-types";
import { withIdOfFields } from "./repairs/schema-ids";
import { RowCoder } from "apache-beam/coders/row_coder";
import { AtomicType, Field, type FieldType, LogicalType, Schema } from "apache-beam/proto/schema";
import { withCoderInternal } from "apache-beam/transforms/internal";

type Atom = "BYTES" | "STRING" | "INT64" | "DOUBLE" | "BOOLEAN";

/** A field; `type` is an atom, a logical type of row-types.ts, or the fields of a row. */
export interface FieldDeclaration {
  readonly name: string;
  readonly type: Atom | "DECIMAL" | "DATE" | readonly FieldDeclaration[];
  readonly mode: "NULLABLE" | "REQUIRED" | "REPEATED";
}

/** Says of which fields the elements are, so that another language can read them. */
export function asExactRows<T>(fields: readonly FieldDeclaration[]): PTransform<PCollection<T>, PCollection<T>> {
  return withCoderInternal<T>(new RowCoder(rowSchema(fields)) as never);
}

/** The schema, whose id follows from its fields. */
export function rowSchema(fields: readonly FieldDeclaration[]): Schema {
  const made = fields.map(({ name, type, mode }, encodingPosition) => {
    const element = typeOf(type);
    const fieldType: FieldType =
      mode === "REPEATED"
        ? { nullable: false, typeInfo: { oneofKind: "arrayType", arrayType: { elementType: element } } }
        : { ...element, nullable: mode === "NULLABLE" };
    return Field.create({ name, encodingPosition, type: fieldType });
  });
  return withIdOfFields(Schema.create({ fields: made }));
}

function typeOf(type: FieldDeclaration["type"]): FieldType {
  if (type === "DECIMAL") return logical(DECIMAL, "BYTES");
  if (type === "DATE") return logical(DATE, "INT64");
  if (typeof type === "string") return atom(type);
  return { nullable: false, typeInfo: { oneofKind: "rowType", rowType: { schema: rowSchema(type) } } };
}

const atom = (type: Atom): FieldType => ({
  nullable: false,
  typeInfo: { oneofKind: "atomicType", atomicType: AtomicType[type] },
});

const logical = (urn: string, base: Atom): FieldType => ({
  nullable: false,
  typeInfo: { oneofKind: "logicalType", logicalType: LogicalType.create({ urn, representation: atom(base) }) },
});
