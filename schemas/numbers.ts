/** INT64, FLOAT64, NUMERIC and BIGNUMERIC from JSON, exact. `text` is a JSON number as written, or the content of a string. */
import { type Decimal, decimal, plain } from "./decimal";
import { OUT_OF_RANGE, type Reader, WRONG_TYPE } from "./reader";
import type { Column } from "./schema";

const MOST_INT64 = 2n ** 63n - 1n;
const LEAST_INT64 = -(2n ** 63n);

export const int64: Reader = { number: integerOfNumber, string: integerOfString };

/** Made once: a list of a million small numbers would take 55 times the memory of its text. */
const SMALL = Array.from({ length: 100 }, (_, value) => BigInt(value));

/** Up to 15 digits a double is exact, and BigInt is quicker from it. */
function bigint(digits: string): bigint {
  if (digits.length > 15) return BigInt(digits);
  const value = +digits;
  return SMALL[value] ?? BigInt(value);
}

function integerOfString(text: string) {
  if (!/^[+-]?\d+$/.test(text)) return WRONG_TYPE;
  return text.length > 400 ? inInt64(decimal(text)!) : between(BigInt(text.replace(/^\+/, "")));
}

/** A number of JSON is an integer by its value: 1.0 and 1e3 are [protobuf, JSON mapping], 1.5 is not. */
function integerOfNumber(text: string) {
  if (text.length < 19 && /^-?\d+$/.test(text)) return bigint(text);
  return inInt64(decimal(text)!);
}

function inInt64({ negative, digits, exponent }: Decimal) {
  if (digits === "0") return 0n;
  if (exponent < 0) return digits.length + exponent > 19 ? OUT_OF_RANGE : WRONG_TYPE;
  if (digits.length + exponent > 19) return OUT_OF_RANGE;
  const value = BigInt(digits + "0".repeat(exponent));
  return between(negative ? -value : value);
}

function between(value: bigint) {
  return value > MOST_INT64 || value < LEAST_INT64 ? OUT_OF_RANGE : value;
}

/** The strings are those that BigQuery takes for FLOAT64 beside numbers [Data types, Floating point types]. */
const NAMED_FLOATS: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

export const float64: Reader = {
  number: finite,
  string(text) {
    const named = text.length < 10 ? NAMED_FLOATS[text.toLowerCase()] : undefined;
    if (named !== undefined) return named;
    return decimal(text) === undefined ? WRONG_TYPE : finite(text);
  },
};

function finite(text: string) {
  const value = Number(text);
  return Number.isFinite(value) ? value : OUT_OF_RANGE;
}

/** The largest value × 10^scale: BIGNUMERIC's is not a power of ten [Data types, Decimal types]. */
const MOST_BIGNUMERIC = 578960446186580977117854925043439539266n * 10n ** 38n + 34992332820282019728792003956564819967n;

/**
 * NUMERIC and BIGNUMERIC. More digits behind the point than the column's scale are refused where they are not zeros, as BigQuery's
 * streaming insert does ("Invalid NUMERIC value"): a value is never rounded.
 */
export function decimalReader({ type, precision, scale }: Column): Reader {
  const mostScale = type === "NUMERIC" ? 9 : 38;
  const places = scale ?? (precision === undefined ? mostScale : 0);
  const wholeDigits = precision === undefined ? (type === "NUMERIC" ? 29 : 39) : precision - places;
  const most = type === "BIGNUMERIC" && precision === undefined ? MOST_BIGNUMERIC : undefined;

  function convert(text: string) {
    const value = decimal(text);
    if (value === undefined) return WRONG_TYPE;
    const { negative, digits, exponent } = value;
    if (digits === "0") return "0";
    if (-exponent > places || digits.length + exponent > wholeDigits) return OUT_OF_RANGE;
    if (most !== undefined && BigInt(digits + "0".repeat(exponent + 38)) > most + (negative ? 1n : 0n))
      return OUT_OF_RANGE;
    return plain(value);
  }
  return { number: convert, string: convert };
}
