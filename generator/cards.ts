import type { Source } from "./draw";
import { FOUR_DIGITS, type Random, THREE_DIGITS } from "./random";

export interface CardRange {
  /** The provider's name, as it stands in credit_card_provider. */
  readonly provider: string;
  /** The first six digits of numbers that payment processors document for tests: no bank issues them to a customer. */
  readonly prefix: string;
  /** Digits of the whole number. */
  readonly length: number;
}

/** From the test card lists of Stripe (docs.stripe.com/testing) and PayPal Payflow (credit_card_numbers). */
export const CARD_RANGES: readonly CardRange[] = [
  ...["424242", "400005", "411111", "401288"].map((prefix) => ({ provider: "VISA 16 digit", prefix, length: 16 })),
  ...["555555", "222300", "520082", "510510"].map((prefix) => ({ provider: "Mastercard", prefix, length: 16 })),
  ...["378282", "371449"].map((prefix) => ({ provider: "American Express", prefix, length: 15 })),
  ...["601111", "601100"].map((prefix) => ({ provider: "Discover", prefix, length: 16 })),
  { provider: "Diners Club", prefix: "305693", length: 16 },
  { provider: "Diners Club", prefix: "362272", length: 14 },
  { provider: "JCB 16 digit", prefix: "356600", length: 16 },
  { provider: "JCB 16 digit", prefix: "353011", length: 16 },
  { provider: "UnionPay", prefix: "620000", length: 16 },
  { provider: "UnionPay", prefix: "620550", length: 19 },
];

/** Doubled as Luhn doubles every second digit: 8 becomes 16, which counts 7. */
const doubled = (digit: number) => (digit > 4 ? 2 * digit - 9 : 2 * digit);

/** Luhn's sum; `lastDoubled`: whether the last digit is among those that count doubled. */
function luhnSum(digits: string, lastDoubled: boolean): number {
  let sum = 0;
  for (let at = digits.length - 1, double = lastDoubled; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += double ? doubled(digit) : digit;
  }
  return sum;
}

/** True where the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B). */
export const isLuhnValid = (digits: string): boolean => luhnSum(digits, false) % 10 === 0;

const SUM_LAST_DOUBLED = THREE_DIGITS.map((digits) => luhnSum(digits, true));
const SUM_LAST_PLAIN = THREE_DIGITS.map((digits) => luhnSum(digits, false));

/** Numbers of a range, with their check digit, as text: a number of 19 digits is more than JavaScript's numbers hold. */
export function cardNumbers(random: Random, range: CardRange): Source {
  const free = range.length - range.prefix.length - 1;
  const prefixSum = luhnSum(range.prefix, free % 2 === 0);
  // The digit before the check digit counts doubled, and from there on to the left every second one.
  const groups = Array.from({ length: Math.ceil(free / 3) - 1 }, (_, group) =>
    (free - 3 * group) % 2 === 1 ? SUM_LAST_DOUBLED : SUM_LAST_PLAIN,
  );
  const lastDigits = free - 3 * groups.length;
  const last = 10 ** lastDigits;
  const lastTexts = FOUR_DIGITS.slice(0, 10 * last).map((text) => text.slice(3 - lastDigits));
  return (lead) => {
    const prefix = lead + range.prefix;
    return () => {
      let text = prefix;
      let sum = prefixSum;
      for (const sums of groups) {
        const drawn = random.below(1000);
        text += THREE_DIGITS[drawn]!;
        sum += sums[drawn]!;
      }
      const drawn = random.below(last);
      const check = (10 - ((sum + SUM_LAST_DOUBLED[drawn]!) % 10)) % 10;
      return text + lastTexts[10 * drawn + check]!;
    };
  };
}
