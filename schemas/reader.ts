import { Refusal } from "../transforms/refusal";
import type { Value } from "./schema";

/** Refusals without a column: the row parser adds the path. */
export const WRONG_TYPE = new Refusal("wrong_type");
export const OUT_OF_RANGE = new Refusal("out_of_range");

/** A stranger's key may be anything, a card number too: it is told only where it looks like the name of a column. */
export function unknownColumn(key: string): Refusal {
  return new Refusal("unknown_column", /^[A-Za-z_]\w{0,127}$/.test(key) ? key : "?");
}

/** How a column takes each kind of JSON scalar; a kind that is absent is refused as `wrong_type`. */
export interface Reader {
  readonly number?: (text: string) => Value | Refusal;
  readonly string?: (text: string) => Value | Refusal;
  readonly boolean?: (value: boolean) => Value | Refusal;
}
