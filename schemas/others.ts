/** STRING, BYTES, BOOL and GEOGRAPHY from JSON. */
import { OUT_OF_RANGE, type Reader, WRONG_TYPE } from "./reader";
import type { Column } from "./schema";

/** Numbers and booleans are taken as they are written, as BigQuery's own JSON writers do [JsonToProtoMessage, STRING]. */
export function stringReader({ maxLength }: Column): Reader {
  if (maxLength === undefined) {
    return { string: (text) => text, number: (text) => text, boolean: (value) => String(value) };
  }
  const limited = (text: string) => (isLonger(text, maxLength) ? OUT_OF_RANGE : text);
  return { string: limited, number: limited, boolean: (value) => limited(String(value)) };
}

/** A maxLength counts Unicode characters. */
function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false;
  return text.length > 2 * most || [...text].length > most;
}

/** Beside this, whole groups of four. As an expression of groups it would need a stack as long as the text. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Base64 of RFC 4648, section 4, padded. */
export function bytesReader({ maxLength = Number.POSITIVE_INFINITY }: Column): Reader {
  return {
    string(text) {
      if (text.length % 4 !== 0 || !BASE64.test(text)) return WRONG_TYPE;
      const bytes = new Uint8Array(Buffer.from(text, "base64"));
      return bytes.length > maxLength ? OUT_OF_RANGE : bytes;
    },
  };
}

/** The pairs that BigQuery takes, in any case [Loading JSON data, Data types]. */
const TRUE = ["true", "t", "yes", "y", "1"];
const FALSE = ["false", "f", "no", "n", "0"];

function bool(text: string) {
  const lower = text.length <= 5 ? text.toLowerCase() : "";
  return TRUE.includes(lower) ? true : FALSE.includes(lower) ? false : WRONG_TYPE;
}

export const boolReader: Reader = { boolean: (value) => value, string: bool, number: bool };

/** Well-known text or GeoJSON as text; the table itself says whether it is a place. */
export const geography: Reader = { string: (text) => (text.trim() === "" ? WRONG_TYPE : text) };
