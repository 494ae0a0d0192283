import type { Faker } from "@faker-js/faker";
import { faker as english } from "@faker-js/faker/locale/en";
import { type Draw, anyPattern, pickFrom, template } from "./draw";
import type { Random } from "./random";

/** Not one of faker's locales. */
export class UnknownLocaleError extends Error {
  constructor(readonly locale: string) {
    super(`${JSON.stringify(locale)} is not a locale of faker (for example en_GB, de, fr_CH)`);
  }
}

/** The country of the locales that name a language only: the one where most of its speakers bank. */
const COUNTRY_OF_LANGUAGE: Readonly<Record<string, string>> = {
  ar: "SA", cy: "GB", da: "DK", el: "GR", en: "US", fa: "IR", he: "IL", hy: "AM", ja: "JP", ko: "KR", ne: "NP", sv: "SE",
  uk: "UA", ur: "PK", vi: "VN",
};

/**
 * Telephone numbers that Ofcom keeps free for drama ("Telephone numbers for use in TV and radio drama programmes"): they
 * look like a number in their city and ring nowhere. Other countries have too few of such, and take faker's patterns.
 */
const BRITISH_TELEPHONES = [
  ..."3 4 5 6 7 8".split(" ").map((digit) => `011${digit} 496 0###`),
  ..."2 3 4 5 6".split(" ").map((digit) => `01${digit}1 496 0###`),
  "0191 498 0###", "020 7946 0###", "028 9649 6###", "029 2018 0###", "01632 960###", "07700 900###",
];

/** How many texts faker draws of each kind; the records pick from them and combine them. */
const VOCABULARY = 2048;

/** What a locale's people, addresses and firms are called: faker's own texts, drawn once, since each costs microseconds. */
export interface Locale {
  /** ISO 3166-1, two letters. */
  readonly country: string;
  /** First and last name in the locale's order. */
  name(sex: "female" | "male"): Draw;
  prefix(sex: "female" | "male"): Draw;
  /** Street, house number and postcode. */
  readonly address: Draw;
  readonly city: Draw;
  readonly company: Draw;
  readonly jobTitle: Draw;
  readonly telephone: Draw;
  /** A few words of text. */
  readonly words: Draw;
}

/** Reads a locale of faker by its name, `en_GB`. Every draw answers text that is escaped for a JSON string. Throws UnknownLocaleError. */
export function loadLocale(name: string, random: Random): Locale {
  const faker = load(name);
  faker.seed(random.next());
  english.seed(random.next());
  const definitions = faker.rawDefinitions;
  const country = definitions.metadata?.country ?? COUNTRY_OF_LANGUAGE[name] ?? name.slice(0, 2).toUpperCase();
  const draw = (text: (from: Faker) => string) => pickFrom(random, vocabulary(faker, text));
  const patterns = (list: readonly string[] | undefined) => anyPattern(random, (list ?? [""]).map(escape));

  const address = template(escape(faker.rawDefinitions.location?.street_address?.normal ?? ""), {
    "location.buildingNumber": patterns(definitions.location?.building_number?.map((text) => text.replace(/#+/g, (run) => `%${run.slice(1)}`))),
    "location.street": draw((from) => from.location.street()),
  });
}
