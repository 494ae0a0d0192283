import type { Column } from "../schemas/schema";
import { CARD_RANGES, type CardRange, cardNumbers } from "./cards";
import { always, escaped, from, type JsonSource, pickFrom, plain, quoted, type Source } from "./draw";
import { ibans } from "./iban";
import { loadLocale, type Sex } from "./locale";
import { dateTimes } from "./moments";
import { FOUR_DIGITS, type Random } from "./random";

/** What the columns of one record have in common: a person with a card. Drawn anew before each record. */
export interface Bank {
  /** Draws the person and the card that the next record is about. */
  nextCustomer(): void;
  /** The values of a column that has a meaning here, by its name and type; undefined where it has none. */
  column(column: Column): JsonSource | undefined;
}

/** When the records were created: a year of our own, since the same seed gives the same bytes whatever day it is. */
const BASE_YEAR = 2024;

/** Coprime to 10^8, so that adding it walks through all numbers of eight digits before it meets one again. */
const EMPLOYEE_STEP = 87_420_489;

/** The meanings of the article's fourteen columns. Throws UnknownLocaleError. */
export function bank(random: Random, localeName: string): Bank {
  const locale = loadLocale(localeName, random);
  let isFemale = true;
  let card = 0;

  const bySex =
    (make: (sex: Sex) => Source): Source =>
    (lead) => {
      const [female, male] = [make("female")(lead), make("male")(lead)];
      return () => (isFemale ? female() : male());
    };
  /** One source for each range of card numbers. */
  const byCard =
    (make: (range: CardRange) => Source): Source =>
    (lead) => {
      const draws = CARD_RANGES.map((range) => make(range)(lead));
      return () => draws[card]!();
    };
  const strings: Readonly<Record<string, () => Source>> = {
    name: () => bySex(locale.name),
    address: locale.address,
    country_code: () => always(locale.country),
    city: locale.city,
    bank_iban: () => ibans(random, locale.country),
    company: locale.company,
    credit_card_provider: () => byCard((range) => always(range.provider)),
    credit_card_expires: () => pickFrom(random, EXPIRIES),
    employement: locale.jobTitle,
    emp_id: () => employeeIds(random),
    name_prefix: () => bySex(locale.prefix),
    phone_number: locale.telephone,
  };

  return {
    nextCustomer() {
      isFemale = random.below(2) === 0;
      card = random.below(CARD_RANGES.length);
    },
    column({ name, type, maxLength }) {
      if (type === "INT64" && name === "credit_card") return plain(byCard((range) => cardNumbers(random, range)));
      if (type === "DATETIME" && name === "date_record_created") return quoted(dateTimes(random, BASE_YEAR, 1));
      if (type !== "STRING" || !Object.hasOwn(strings, name)) return undefined;
      const source = strings[name]!();
      return quoted(maxLength === undefined ? source : shortened(source, maxLength));
    },
  };
}

/** Month and year, 01/26 to 12/30: after every record's date_record_created. */
const EXPIRIES = ["26", "27", "28", "29", "30"].flatMap((year) =>
  Array.from({ length: 12 }, (_, month) => `${String(month + 1).padStart(2, "0")}/${year}`),
);

/** Eight digits, none twice in a run of fewer than 10^8 records. */
function employeeIds(random: Random): Source {
  let id = random.next() % 1e8;
  return (lead) => {
    const first = FOUR_DIGITS.map((digits) => lead + digits);
    return () => {
      id = (id + EMPLOYEE_STEP) % 1e8;
      return first[Math.floor(id / 1e4)]! + FOUR_DIGITS[id % 1e4]!;
    };
  };
}

/** Cut to so many Unicode characters. */
function shortened(source: Source, maxLength: number): Source {
  const draw = source("");
  return from(() => escaped([...JSON.parse(`"${draw()}"`)].slice(0, maxLength).join("")));
}
