/** Whether rows of a schema go into a table: a table of another shape would refuse every row. */
import { widening } from "./evolution/coercion";
import type { Column } from "./schema";

/**
 * Paths of the columns that the table lacks, has otherwise, or requires besides. It may have more columns, and wider ones: a NUMERIC takes what
 * is made for an INT64.
 */
export function misfits(found: readonly Column[], wanted: readonly Column[], path = ""): string[] {
  const byName = new Map(found.map((column) => [column.name.toLowerCase(), column]));
  const different: string[] = [];
  for (const column of wanted) {
    const there = byName.get(column.name.toLowerCase());
    byName.delete(column.name.toLowerCase());
    if (there === undefined || !takes(there, column)) different.push(path + column.name);
    else if (column.type === "RECORD")
      different.push(...misfits(there.fields!, column.fields!, `${path}${column.name}.`));
  }
  const required = [...byName.values()].filter(({ mode }) => mode === "REQUIRED");
  return [...different, ...required.map(({ name }) => path + name)];
}

const NUMBERS: ReadonlySet<string> = new Set(["INT64", "NUMERIC", "BIGNUMERIC"]);

/** By type and arrays: parameters are held against each value, by the parser and by the table. */
function takes(there: Column, { type, mode }: Column): boolean {
  if ((there.mode === "REPEATED") !== (mode === "REPEATED")) return false;
  if (there.type === type) return true;
  return NUMBERS.has(there.type) && NUMBERS.has(type) && widening({ type }, { type: there.type }) === "wider";
}
