import { type Random, THREE_DIGITS } from "./random";

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

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** A letter counts as two digits: A is 10, Z is 35. */
const letterNumber = (letter: string) => letter.charCodeAt(0) - 55;

/** The remainder of an IBAN's number by 97 (ISO 13616, ISO 7064 MOD 97-10): 1 where its check digits are right. */
export function ibanRemainder(iban: string): number {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    remainder =
      character <= "9"
        ? (remainder * 10 + Number(character)) % 97
        : (remainder * 100 + letterNumber(character)) % 97;
  }
  return remainder;
}

/**
 * Draws IBANs of a country, a two-letter code; of Great Britain where the country has none (as Python's Faker does). The
 * bank's letters and digits are drawn too, and need not be those of a bank.
 */
export function ibans(random: Random, country: string): () => string {
  const code = country in STRUCTURES ? country : "GB";
  const parts = [...STRUCTURES[code]!.matchAll(/(\d+)([an])/g)].map((part) => ({
    length: Number(part[1]),
    letters: part[2] === "a",
  }));
  const country97 = (letterNumber(code[0]!) * 100 + letterNumber(code[1]!)) * 100;
  return () => {
    let text = "";
    let remainder = 0;
    for (const { length, letters } of parts) {
      if (letters) {
        for (let i = 0; i < length; i++) {
          const drawn = random.below(26);
          text += LETTERS[drawn]!;
          remainder = (remainder * 100 + drawn + 10) % 97;
        }
        continue;
      }
      let left = length;
      for (; left >= 3; left -= 3) {
        const drawn = random.below(1000);
        text += THREE_DIGITS[drawn]!;
        remainder = (remainder * 1000 + drawn) % 97;
      }
      for (; left > 0; left--) {
        const drawn = random.below(10);
        text += String(drawn);
        remainder = (remainder * 10 + drawn) % 97;
      }
    }
    const check = 98 - ((remainder * 1_000_000 + country97) % 97);
    return code + THREE_DIGITS[check]!.slice(1) + text;
  };
}
