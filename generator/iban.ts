import type { Source } from "./draw";
import { FOUR_DIGITS, type Random, THREE_DIGITS } from "./random";

/**
 * What follows the check digits, by country (SWIFT's IBAN registry): `4a14n` is four letters and fourteen digits. Places
 * that may hold a letter or a digit (`c` there) are drawn as digits here.
 */
const STRUCTURES: Readonly<Record<string, string>> = {
  AT: "16n",
  AZ: "4a20n",
  BE: "12n",
  BR: "23n1a1n",
  CH: "17n",
  CZ: "20n",
  DE: "18n",
  DK: "14n",
  ES: "20n",
  FI: "14n",
  FR: "23n",
  GB: "4a14n",
  GE: "2a16n",
  GR: "23n",
  HR: "17n",
  HU: "24n",
  IE: "4a14n",
  IL: "19n",
  IT: "1a22n",
  LU: "16n",
  LV: "4a13n",
  MD: "20n",
  MK: "15n",
  NL: "4a10n",
  NO: "11n",
  PK: "4a16n",
  PL: "24n",
  PT: "21n",
  RO: "4a16n",
  RS: "18n",
  SA: "20n",
  SE: "20n",
  SK: "20n",
  TR: "22n",
  UA: "25n",
};

/** A letter counts as two digits: A is 10, Z is 35. */
const letterNumber = (letter: string) => letter.charCodeAt(0) - 55;

/** "AA" … "ZZ", and what each counts in an IBAN's number. */
const LETTERS = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const PAIR_NUMBERS = PAIRS.map((pair) => letterNumber(pair[0]!) * 100 + letterNumber(pair[1]!));

/** The remainder of an IBAN's number by 97 (ISO 13616, ISO 7064 MOD 97-10): 1 where its check digits are right. */
export function ibanRemainder(iban: string): number {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    remainder =
      character <= "9" ? (remainder * 10 + Number(character)) % 97 : (remainder * 100 + letterNumber(character)) % 97;
  }
  return remainder;
}

/**
 * IBANs of a country, a two-letter code; of Great Britain where the country has none (as Python's Faker does). The bank's
 * letters and digits are drawn too, and need not be those of a bank.
 */
export function ibans(random: Random, country: string): Source {
  const code = country in STRUCTURES ? country : "GB";
  const groups = groupsOf(STRUCTURES[code]!);
  const country97 = (letterNumber(code[0]!) * 100 + letterNumber(code[1]!)) * 100;
  return (lead) => {
    const heads = Array.from({ length: 99 }, (_, check) => lead + code + THREE_DIGITS[check]!.slice(1));
    return () => {
      let text = "";
      let remainder = 0;
      for (const { texts, numbers, power } of groups) {
        const drawn = random.below(texts.length);
        text += texts[drawn]!;
        remainder = (remainder * power + numbers[drawn]!) % 97;
      }
      return heads[98 - ((remainder * 1_000_000 + country97) % 97)]! + text;
    };
  };
}

/** Characters that are drawn at once: the texts, what each counts, and by how much what stands before them moves to the left. */
interface Group {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly power: number;
}

const ONE_LETTER: Group = { texts: LETTERS, numbers: LETTERS.map(letterNumber), power: 100 };
const TWO_LETTERS: Group = { texts: PAIRS, numbers: PAIR_NUMBERS, power: 10_000 };
const digitGroup = (digits: number): Group => {
  const texts = FOUR_DIGITS.slice(0, 10 ** digits).map((text) => text.slice(4 - digits));
  return { texts, numbers: texts.map(Number), power: 10 ** digits };
};

function groupsOf(structure: string): Group[] {
  return [...structure.matchAll(/(\d+)([an])/g)].flatMap(([, count, kind]) => {
    const [most, group] = kind === "a" ? [2, (n: number) => (n === 2 ? TWO_LETTERS : ONE_LETTER)] : [4, digitGroup];
    const length = Number(count);
    const rest = length % most;
    const full = Array.from({ length: (length - rest) / most }, () => group(most));
    return rest === 0 ? full : [...full, group(rest)];
  });
}
