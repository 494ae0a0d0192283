/** A schema with one change made to it, and no other. */
import type { Column, TableSchema } from "../schema";
import type { Change } from "./changes";

export function withChange(schema: TableSchema, change: Change): TableSchema {
  return { ...schema, columns: changed(schema.columns, change.path.split("."), change) };
}

/** A column's name may have no dot in it: a path's parts are names. */
function changed(columns: readonly Column[], [name = "", ...rest]: readonly string[], change: Change): Column[] {
  const isIt = (column: Column) => column.name.toLowerCase() === name.toLowerCase();
  if (rest.length > 0) {
    return columns.map((column) =>
      isIt(column) ? { ...column, fields: changed(column.fields!, rest, change) } : column,
    );
  }
  const { kind, to } = change;
  if (kind === "added") return [...columns, to!];
  if (kind === "dropped") return columns.filter((column) => !isIt(column));
  return columns.map((column) => (isIt(column) ? made(column, change) : column));
}

/** Only what this change is about is taken: the column may have got other fields meanwhile. */
function made(column: Column, { kind, to }: Change): Column {
  const { name, mode, description, personal, policyTags } = to!;
  switch (kind) {
    case "renamed":
      return { ...column, name };
    case "relaxed":
    case "required":
      return { ...column, mode };
    case "described":
      return { ...column, description, personal };
    case "tagged":
      return { ...column, policyTags: policyTags! };
    case "retyped":
      return to!;
    default: {
      const { type, maxLength, precision, scale, rangeElementType } = to!;
      const { name, mode, description, personal, policyTags } = column;
      return {
        ...{ name, type, mode, description, personal },
        ...(policyTags !== undefined && { policyTags }),
        ...(maxLength !== undefined && { maxLength }),
        ...(precision !== undefined && { precision }),
        ...(scale !== undefined && { scale }),
        ...(rangeElementType !== undefined && { rangeElementType }),
      };
    }
  }
}
