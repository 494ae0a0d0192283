/** What BigQuery makes of a column that is there: which types it widens to which, and which of two widths is the wider. */
import type { Column, ColumnType } from "../schema";

/**
 * The types that a column's values are coerced to, and so what `ALTER COLUMN SET DATA TYPE` takes [Conversion rules, Coerce to; DDL statements, ALTER
 * COLUMN SET DATA TYPE]. Of the last column only FLOAT64 does not hold every value of the type before it.
 */
const COERCIONS: Partial<Record<ColumnType, readonly ColumnType[]>> = {
  INT64: ["NUMERIC", "BIGNUMERIC", "FLOAT64"],
  NUMERIC: ["BIGNUMERIC", "FLOAT64"],
  BIGNUMERIC: ["FLOAT64"],
  DATE: ["DATETIME"],
};

type Shape = Pick<Column, "type" | "maxLength" | "precision" | "scale" | "rangeElementType">;

/** How the second of two columns takes the values of the first, modes and fields apart. */
export type Widening =
  /** The same type and parameters. */
  | "same"
  /** Every value, as it is. */
  | "wider"
  /** Of numbers the nearest FLOAT64. */
  | "approximate"
  /** The same type, or one whose values are among the first's: fewer values. */
  | "narrower"
  | "other";

export function widening(from: Shape, to: Shape): Widening {
  if (from.rangeElementType !== to.rangeElementType) return "other";
  const there = coerces(from, to);
  const back = coerces(to, from);
  if (there && back) return "same";
  if (there) return to.type === "FLOAT64" && from.type !== "FLOAT64" ? "approximate" : "wider";
  return back && from.type !== "FLOAT64" && from.type !== "DATETIME" ? "narrower" : "other";
}

/** BigQuery takes a wider type, or the same with parameters that hold every value [Modifying table schemas, Change a column's data type]. */
function coerces(from: Shape, to: Shape): boolean {
  if (from.type !== to.type && !COERCIONS[from.type]?.includes(to.type)) return false;
  return holds(widthOf(to), widthOf(from));
}

/** Characters or bytes; or digits before and behind the point. */
type Width = readonly number[];

const holds = (wide: Width, narrow: Width) =>
  narrow.every((width, at) => width <= (wide[at] ?? Number.POSITIVE_INFINITY));

/** [Data types: parameterized types, NUMERIC's 29 and 9 digits, BIGNUMERIC's 38 and 38]. */
function widthOf({ type, maxLength, precision, scale = 0 }: Shape): Width {
  switch (type) {
    case "STRING":
    case "BYTES":
      return [maxLength ?? Number.POSITIVE_INFINITY];
    case "INT64":
      return [19, 0];
    case "NUMERIC":
      return precision === undefined ? [29, 9] : [precision - scale, scale];
    case "BIGNUMERIC":
      return precision === undefined ? [39, 38] : [precision - scale, scale];
    default:
      return [];
  }
}
