import type { Json } from "../bigquery";
import type { Column } from "../schema";

/** The columns as a schema file has them, with all that is kept of them [REST reference, TableFieldSchema]. */
export function schemaFields(columns: readonly Column[]): Json[] {
  return columns.map((column) => {
    const { name, type, mode, description, fields, policyTags, maxLength, precision, scale, rangeElementType } = column;
    return {
      ...{ name, type, mode },
      ...(description !== "" && { description }),
      ...(fields !== undefined && { fields: schemaFields(fields) }),
      ...(policyTags !== undefined && { policyTags: { names: [...policyTags] } }),
      ...(maxLength !== undefined && { maxLength: String(maxLength) }),
      ...(precision !== undefined && { precision: String(precision) }),
      ...(scale !== undefined && { scale: String(scale) }),
      ...(rangeElementType !== undefined && { rangeElementType: { type: rangeElementType } }),
    };
  });
}
