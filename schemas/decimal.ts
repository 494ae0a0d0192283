/** A decimal number, exact: digits × 10^exponent. `digits` has no zero at either end, but for "0" itself. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const ZERO: Decimal = { negative: false, digits: "0", exponent: 0 };

/** Undefined where the text is no decimal number. */
export function decimal(text: string): Decimal | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", power = "0"] = parts;
  if (whole === "" && fraction === "") return undefined;
  const all = whole + fraction;
  let from = 0;
  while (from < all.length - 1 && all[from] === "0") from += 1;
  let to = all.length;
  while (to > from + 1 && all[to - 1] === "0") to -= 1;
  const digits = all.slice(from, to);
  if (digits === "0") return ZERO;
  return { negative: sign === "-", digits, exponent: Number(power) - fraction.length + (all.length - to) };
}

/** Without an exponent: `-0.05`, `1200`. For exponents that are known to be small. */
export function plain({ negative, digits, exponent }: Decimal): string {
  const sign = negative ? "-" : "";
  if (exponent >= 0) return sign + digits + "0".repeat(exponent);
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** The number × 10^places as an integer, rounded half away from zero. Undefined beyond `most` digits. */
export function scaled({ negative, digits, exponent }: Decimal, places: number, most: number): bigint | undefined {
  const length = digits.length + exponent + places;
  if (length > most) return undefined;
  if (length < 0) return 0n;
  const kept = BigInt(digits.slice(0, length).padEnd(length, "0"));
  const rounded = digits.charAt(length) >= "5" ? kept + 1n : kept;
  return negative ? -rounded : rounded;
}
