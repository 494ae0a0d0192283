import type { Column } from "../schemas/schema";
import { CARD_RANGES, cardNumbers } from "./cards";
import { type Draw, always, escaped, type JsonDraw, pickFrom, plain, quoted } from "./draw";
import { ibans } from "./iban";
import { type Locale, loadLocale, type Sex } from "./locale";
import { dateTimes } from "./moments";
import { type Random, THREE_DIGITS } from "./random";

/** What the columns of one record have in common: a person with a card. Drawn anew before each record. */
export interface Bank {
  /** Draws the person and the card that the next record is about. */
  nextCustomer(): void;
  /** What is drawn for a column that has a meaning here, by its name and type; undefined where it has none. */
  column(column: Column): JsonDraw | undefined;
}

/** When the records were created: a year of our own, since the same seed gives the same bytes whatever day it is. */
const BASE_YEAR = 2024;

/** Coprime to 10^9, so that adding it walks through all numbers of nine digits before it meets one again. */
const EMPLOYEE_STEP = 387_420_489;

/** The meanings of the article's fourteen columns. Throws UnknownLocaleError. */
export function bank(random: Random, localeName: string): Bank {
  const locale = loadLocale(localeName, random);
  const cards = CARD_RANGES.map((range) => ({ provider: range.provider, draw: cardNumbers(random, range) }));
  let sex: Sex = "female";
  let card = cards[0]!;

  const strings = texts(random, locale, { sex: () => sex, provider: () => card.provider });
  return {
    nextCustomer() {
      sex = random.below(2) === 0 ? "female" : "male";
      card = random.pick(cards);
    },
    column({ name, type, maxLength }) {
      if (type === "INT64" && name === "credit_card") return plain(() => card.draw());
      if (type === "DATETIME" && name === "date_record_created") return quoted(dateTimes(random, BASE_YEAR, 1));
      const make = type === "STRING" && Object.hasOwn(strings, name) ? strings[name] : undefined;
      if (make === undefined) return undefined;
      const draw = maxLength === undefined ? make() : shortened(make(), maxLength);
      return quoted(draw);
    },
  };
}

/** The columns of text, each with what makes its draw. */
function texts(
  random: Random,
  locale: Locale,
  customer: { sex(): Sex; provider(): string },
): Readonly<Record<string, () => Draw>> {
  const bySex = (make: (sex: Sex) => Draw) => {
    const [female, male] = [make("female"), make("male")];
    return () => (customer.sex() === "female" ? female() : male());
  };
  return {
    name: () => bySex(locale.name),
    address: locale.address,
    country_code: () => always(locale.country),
    city: locale.city,
    bank_iban: () => ibans(random, locale.country),
    company: locale.company,
    credit_card_provider: () => customer.provider,
    credit_card_expires: () => pickFrom(random, EXPIRIES),
    employement: locale.jobTitle,
    emp_id: () => employeeIds(random),
    name_prefix: () => bySex(locale.prefix),
    phone_number: locale.telephone,
  };
}

/** Month and year, 01/26 to 12/30: after every record's date_record_created. */
const EXPIRIES = ["26", "27", "28", "29", "30"].flatMap((year) =>
  Array.from({ length: 12 }, (_, month) => `${String(month + 1).padStart(2, "0")}/${year}`),
);

/** Nine digits, none twice in a run of fewer than 10^9 records. */
function employeeIds(random: Random): Draw {
  let id = random.next() % 1e9;
  return () => {
    id = (id + EMPLOYEE_STEP) % 1e9;
    return THREE_DIGITS[Math.floor(id / 1e6)]! + THREE_DIGITS[Math.floor(id / 1e3) % 1e3]! + THREE_DIGITS[id % 1e3]!;
  };
}

/** Cut to so many Unicode characters. */
function shortened(draw: Draw, maxLength: number): Draw {
  return () => escaped([...JSON.parse(`"${draw()}"`)].slice(0, maxLength).join(""));
}
