import type { JsonReader } from "./json-reader";
import { OUT_OF_RANGE, unknownColumn, WRONG_TYPE } from "./reader";
import type { Value } from "./schema";
import { Refusal } from "../transforms/refusal";

type Read = (reader: JsonReader) => Value | Refusal;

/**
 * RANGE: an object with `start` and `end`, as `tabledata.insertAll` takes it; null or absent is unbounded. The start must come first.
 * Canonical forms of one element type order as text, but for a TIMESTAMP's Z: all have four digits of a year.
 */
export function range(read: Read): Read {
  return (reader) => {
    if (reader.peek() !== 123) {
      reader.skip();
      return WRONG_TYPE;
    }
    const bounds: { start?: Value; end?: Value } = {};
    let refusal: Refusal | undefined;
    for (let index = 0; reader.next(125, index); index++) {
      const key = reader.string();
      reader.expect(58);
      reader.peek();
      if (key !== "start" && key !== "end") {
        reader.skip();
        refusal ??= unknownColumn(key);
      } else if (bounds[key] !== undefined) {
        reader.skip();
        refusal ??= new Refusal("duplicate_column", key);
      } else {
        const value = read(reader);
        if (value instanceof Refusal) refusal ??= new Refusal(value.reason, key);
        else bounds[key] = value;
      }
    }
    if (refusal !== undefined) return refusal;
    const { start = null, end = null } = bounds;
    return start !== null && end !== null && order(start) >= order(end) ? OUT_OF_RANGE : { start, end };
  };
}

const order = (bound: Value) => String(bound).replace("Z", "");
