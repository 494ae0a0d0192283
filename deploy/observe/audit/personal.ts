/** Personal data in free text, by the forms of the schema's personal columns. */
import { holdsEmailAddress, holdsIban, holdsPhoneNumber, passesLuhn } from "../../rules/personal-data";
import type { Hit } from "./model";

/** Google's accounts are no persons, and hashes, ids and times are digits that mean nothing. */
const NOISE = [
  /[\w.+-]+@[\w.-]+\.gserviceaccount\.com/g,
  /\b[0-9a-f]{32,}\b/gi,
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d+\b/g,
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g,
];

export function kindsIn(text: string): readonly Hit["kind"][] {
  const plain = NOISE.reduce((left, noise) => left.replaceAll(noise, " "), text);
  return [
    ...(holdsEmailAddress(plain) ? (["e-mail address"] as const) : []),
    ...(holdsIban(plain.toUpperCase()) ? (["IBAN"] as const) : []),
    ...(holdsCard(plain) ? (["card number"] as const) : []),
    ...(holdsPhoneNumber(plain) ? (["telephone number"] as const) : []),
  ];
}

const CARD = /(?<![\d.])\d(?:[-_. ]?\d){11,18}(?![\d.])/g;
/** The first digits and the lengths of the schemes: a message id passes Luhn's check one time in ten. */
const SCHEMES: readonly (readonly [first: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^6(?:011|4[4-9]|5|2)/, [16, 17, 18, 19]],
  [/^(?:50|5[6-8]|6)/, [12, 13, 14, 15, 16, 17, 18, 19]],
];

function holdsCard(text: string): boolean {
  return (text.match(CARD) ?? []).some((found) => {
    const digits = found.replaceAll(/\D/g, "");
    return (
      passesLuhn(digits) && SCHEMES.some(([first, lengths]) => first.test(digits) && lengths.includes(digits.length))
    );
  });
}

/** What is written of a value that anybody may have set: itself, unless it reads as personal data. */
export function said(text: string): string {
  const kinds = kindsIn(text);
  return kinds.length === 0 ? text : `(a value that reads as ${kinds.join(" and ")})`;
}
