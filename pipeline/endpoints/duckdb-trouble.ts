import { OtherShape } from "./duckdb-shape";
import type { SetUpError } from "./endpoint";
import { OutputError } from "../../deploy/files/output";
import { TableKeyError } from "../../deploy/files/table-key-error";

const MEMORY = /out of memory|could not allocate|failed to pin|memory limit/i;

/** DuckDB's errors have no code, only texts, and these may carry values: nothing of them is passed on. */
const MENDS: readonly (readonly [about: RegExp, code: string, mend: string])[] = [
  [/set lock|conflicting lock/i, "DUCKDB_LOCKED", "is open in another process: end that one"],
  [/no space left|disk quota/i, "DUCKDB_FULL", "cannot grow: make room on the disk"],
  [MEMORY, "DUCKDB_MEMORY", "would need more memory for one row than it may have: send this table's rows to BigQuery"],
  [
    /permission denied|read-only/i,
    "DUCKDB_NOT_WRITABLE",
    "cannot be written: change its permissions, or name another file",
  ],
  [/not a valid DuckDB|is a directory|storage version/i, "DUCKDB_NOT_A_DATABASE", "is no DuckDB file: name another"],
  [/no such file|cannot open/i, "DUCKDB_NO_FOLDER", "is in a folder that is not there: make the folder"],
];

export function duckDbSetUpError(path: string, error: unknown): SetUpError {
  if (error instanceof TableKeyError) {
    return { kind: "setUpError", trouble: { code: error.code, text: error.message } };
  }
  if (error instanceof OutputError) {
    const code = error.code === "LINK" ? "DUCKDB_LINK" : "DUCKDB_NOT_A_FILE";
    return { kind: "setUpError", trouble: { code, text: error.message } };
  }
  if (error instanceof OtherShape) {
    const { table, found, wanted } = error;
    const text =
      `${path}: its table ${table} has ${found} where the schema has ${wanted}. ` +
      "Name another file, or give the schema that made it";
    return { kind: "setUpError", trouble: { code: "DUCKDB_OTHER_SHAPE", text } };
  }
  const [, code, mend] = mendOf(error) ?? [
    "",
    "DUCKDB_FAILED",
    "cannot be written: see that it is whole, or name another file",
  ];
  return { kind: "setUpError", trouble: { code, text: `${path} ${mend}` } };
}

/** True for what a row's content, or its key, may be the reason of; false for what no other row would fare better with. */
export function isAboutContent(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return mendOf(error) === undefined && /constraint|conversion error|out of range|invalid input/i.test(String(error));
}

/** True where fewer rows at once may pass. */
export const isAboutMemory = (error: unknown) => MEMORY.test(String(error));

const mendOf = (error: unknown) => MENDS.find(([about]) => about.test(String(error)));
