/** What becomes of old and new messages in an old and a new pipeline on an old and a new table: asked of the parser itself. */
import { Refusal } from "../../transforms/refusal";
import { compileRowParser } from "../row-parser";
import type { Column, TableSchema } from "../schema";
import { misfits } from "../table-fit";
import { sampleMessage } from "./samples";

export type Fate =
  | { readonly kind: "row" }
  /** A dead letter, of this reason and column. It can be replayed. */
  | { readonly kind: "dead letter"; readonly reason: string; readonly column: string }
  /** The pipeline holds for these columns of the table (BIGQUERY_OTHER_COLUMNS): nothing is acknowledged, nothing is lost. */
  | { readonly kind: "held"; readonly columns: readonly string[] };

export type Form = "old" | "new";
export interface Cell {
  readonly table: Form;
  readonly pipeline: Form;
  readonly message: Form;
}
const ROW: Fate = { kind: "row" };

export function fateOf(message: string, { columns }: TableSchema, table: TableSchema): Fate {
  const different = misfits(table.columns, columns);
  if (different.length > 0) return { kind: "held", columns: different };
  const row = compileRowParser({ description: "", columns }, { unknownColumns: "refuse" })(message);
  if (row instanceof Refusal) return { kind: "dead letter", reason: row.reason, column: row.column };
  const taken = compileRowParser(table, { unknownColumns: "drop" })(message);
  return taken instanceof Refusal ? { kind: "dead letter", reason: "refused_by_table", column: taken.column } : ROW;
}

/** Two schemas of one table, the table that BigQuery can make of the old one, and a message of each. */
export interface Pair {
  readonly schemas: Readonly<Record<Form, TableSchema>>;
  readonly tables: Readonly<Record<Form, TableSchema>>;
  readonly messages: Readonly<Record<Form, string>>;
}

/** Columns that nothing happens to, so that no schema is without one. */
const REST: Column = { name: "all_other_columns", type: "STRING", mode: "NULLABLE", personal: false, description: "" };

type Both<T> = Readonly<Record<Form, T>>;

/** `absent`: columns that the old, or the new, publishers may leave out. */
export function pairOf(
  schemas: Both<readonly Column[]>,
  tables: Both<readonly Column[]>,
  absent: Partial<Both<string>>,
): Pair {
  const whole = (columns: readonly Column[]) => ({ description: "", columns: [...columns, REST] });
  return {
    schemas: { old: whole(schemas.old), new: whole(schemas.new) },
    tables: { old: whole(tables.old), new: whole(tables.new) },
    messages: { old: sampleMessage(schemas.old, absent.old), new: sampleMessage(schemas.new, absent.new) },
  };
}

export const fateIn = ({ schemas, tables, messages }: Pair, { table, pipeline, message }: Cell): Fate =>
  fateOf(messages[message], schemas[pipeline], tables[table]);

export const FORMS: readonly Form[] = ["old", "new"];
export const CELLS: readonly Cell[] = FORMS.flatMap((table) =>
  FORMS.flatMap((pipeline) => FORMS.map((message) => ({ table, pipeline, message }))),
);
