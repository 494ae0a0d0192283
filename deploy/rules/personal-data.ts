/** What reads as personal data in a name. Names are short, and written without spaces: numbers may be parted by `-`, `_` and `.`. */

/** `%40` is how a topic's name writes an at sign. */
export function holdsEmailAddress(text: string): boolean {
  return /[\w.+%~-]+@[\w-]+(?:\.[\w-]+)+/.test(text.replaceAll(/%40/g, "@"));
}

/** A run of 13 digits or more: as long as a card's number, valid or not. */
const LONG_RUN = /\d{13}/;
/** Parted as cards are: 4-4-4-4 (up to 19 digits) or 4-6-5. */
const PARTED_CARD = /(?<!\d)\d{4}(?:([-_. ])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?|([-_. ])\d{6}\2\d{5})(?![\dA-Za-z])/g;

/** An IBAN with its check digits, a card's number by Luhn's check, or a run of digits that is as long. */
export function holdsAccountNumber(text: string): boolean {
  if (LONG_RUN.test(text)) return true;
  if ([...text.matchAll(PARTED_CARD)].some(([card]) => passesLuhn(card.replaceAll(/\D/g, "")))) return true;
  return holdsIban(text.toUpperCase());
}

const PHONES = [
  /** +44 7700 900123, 0044-7700-900123 */
  /(?<!\d[-_. ]?)(?:\+|%2B|00)[1-9](?:[-_. ]?\d){7,13}(?![-_. ]?\d)/i,
  /** 07700 900123: ten or eleven digits in all. */
  /(?<!\d[-_. ]?)0[1-9](?:[-_. ]?\d){8,9}(?![-_. ]?\d)/,
  /** 212-555-0123 */
  /(?<!\d[-_. ]?)\d{3}([-_. ])\d{3}\1\d{4}(?![-_. ]?\d)/,
];

/** An international number, a national one that begins with 0, or one parted as in North America. */
export function holdsPhoneNumber(text: string): boolean {
  return PHONES.some((form) => form.test(text));
}

export function passesLuhn(digits: string): boolean {
  const doubled = (digit: number) => (digit > 4 ? 2 * digit - 9 : 2 * digit);
  const sum = [...digits].reverse().reduce((sum, digit, at) => sum + (at % 2 === 1 ? doubled(+digit) : +digit), 0);
  return sum % 10 === 0;
}

/** How long an IBAN is, by country: SWIFT's IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
   FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
   LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24
   SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** `text` in capitals. */
export function holdsIban(text: string): boolean {
  return [...text.matchAll(/(?<![A-Z0-9])([A-Z]{2})(?=\d{2})/g)].some(({ index, 1: country }) => {
    const length = IBAN_LENGTHS[country!];
    if (length === undefined) return false;
    const form = new RegExp(`^[A-Z0-9](?:[-_. ]?[A-Z0-9]){${length - 1}}(?![A-Z0-9])`);
    const iban = form.exec(text.slice(index))?.[0].replaceAll(/[^A-Z0-9]/g, "");
    return iban !== undefined && remainder97(iban.slice(4) + iban.slice(0, 4)) === 1;
  });
}

/** ISO 7064: letters count as 10 to 35. */
function remainder97(text: string): number {
  return [...text].reduce((rest, character) => {
    const value = Number.parseInt(character, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
}
