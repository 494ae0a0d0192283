/** Infinite numbers, which not every writer can carry. */
import type { Column, Row, TableSchema, Value } from "./schema";

/** Compiles a schema to the function that names the first column whose value is infinite: `address.lines[2].zip`. */
export function infiniteColumn({ columns }: TableSchema): (row: Row) => string | undefined {
  const finders = columns.flatMap((column) => {
    const find = finder(column);
    return find === undefined ? [] : [[column.name, find] as const];
  });
  return (row) => {
    for (const [name, find] of finders) {
      const found = find(row[name] ?? null);
      if (found !== undefined) return name + found;
    }
    return undefined;
  };
}

/** What stands behind the column's name; undefined where nothing is infinite. */
type Find = (value: Value) => string | undefined;

function finder(column: Column): Find | undefined {
  const find = elementFinder(column);
  if (find === undefined || column.mode !== "REPEATED") return find;
  return (values) => {
    for (const [index, value] of (values as readonly Value[]).entries()) {
      const found = find(value);
      if (found !== undefined) return `[${index}]${found}`;
    }
    return undefined;
  };
}

function elementFinder({ type, fields }: Column): Find | undefined {
  if (type === "FLOAT64") return (value) => (Math.abs(value as number) === Number.POSITIVE_INFINITY ? "" : undefined);
  if (type !== "RECORD") return undefined;
  const inside = infiniteColumn({ description: "", columns: fields! });
  return (value) => {
    const found = value === null ? undefined : inside(value as Row);
    return found === undefined ? undefined : `.${found}`;
  };
}
