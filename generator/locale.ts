import type { Faker } from "@faker-js/faker";
import { faker as english } from "@faker-js/faker/locale/en";
import { anyOf, escaped, join, pattern, pickFrom, type Source, template } from "./draw";
import type { Random } from "./random";

/** Not one of faker's locales. */
export class UnknownLocaleError extends Error {
  constructor(readonly locale: string) {
    super(`${JSON.stringify(locale)} is not one of faker's locales (en_GB, de, fr_CH, …)`);
  }
}

export type Sex = "female" | "male";

/**
 * What a locale's people, addresses and firms are called. Each of the functions draws its vocabulary from faker once, since
 * faker's own calls cost microseconds; the texts that they answer are escaped for a JSON string.
 */
export interface Locale {
  /** ISO 3166-1, two letters. */
  readonly country: string;
  /** First and last name, in the locale's order. */
  name(sex: Sex): Source;
  prefix(sex: Sex): Source;
  /** Street, house number and postcode. */
  address(): Source;
  city(): Source;
  company(): Source;
  jobTitle(): Source;
  telephone(): Source;
}

/** How many texts faker draws of each kind; the records pick from them and combine them. */
const VOCABULARY = 2048;

/** The country of the locales that name a language only, where it is not the language's own code. */
const COUNTRY_OF_LANGUAGE: Readonly<Record<string, string>> = Object.fromEntries(
  "ar:SA cy:GB da:DK dv:MV el:GR en:US eo:NL fa:IR he:IL hy:AM ja:JP ko:KR ne:NP sv:SE uk:UA ur:PK vi:VN"
    .split(" ")
    .map((pair) => pair.split(":")),
);

/**
 * Numbers that Ofcom keeps free for drama ("Telephone numbers for use in TV and radio drama programmes"): each looks like
 * one of its city and rings nowhere. Other countries have too few of such, and take faker's patterns.
 */
const BRITISH_TELEPHONES = [
  ...["3", "4", "5", "6", "7", "8"].map((digit) => `011${digit} 496 0###`),
  ...["2", "3", "4", "5", "6"].map((digit) => `01${digit}1 496 0###`),
  ...["0191 498 0###", "020 7946 0###", "028 9649 6###", "029 2018 0###", "01632 960###", "07700 900###"],
];

/** Reads one of faker's locales by its name, `en_GB`. Throws UnknownLocaleError. */
export function loadLocale(name: string, random: Random): Locale {
  const faker = load(name);
  faker.seed(random.next());
  english.seed(random.next());
  const { metadata, person, location, phone_number } = faker.rawDefinitions;
  const language = name.split("_")[0]!;
  const country = metadata?.country ?? COUNTRY_OF_LANGUAGE[language] ?? language.toUpperCase();
  const vocabulary = (text: () => string) =>
    pickFrom(
      random,
      Array.from({ length: VOCABULARY }, () => escaped(text())),
    );
  const anyPattern = (list: readonly string[]) =>
    anyOf(
      random,
      list.map((text) => pattern(random, text)),
    );
  /** Texts of a pattern, drawn beforehand too: a street has no more house numbers. */
  const few = (list: readonly string[]) => vocabulary(anyPattern(list)(""));

  return {
    country,
    name: (sex) =>
      template(escaped(nameTemplate(person?.name ?? [])), {
        "person.firstName": vocabulary(() => faker.person.firstName(sex)),
        "person.lastName": vocabulary(() => faker.person.lastName(sex)),
      }),
    prefix: (sex) => vocabulary(() => (person?.prefix ? faker : english).person.prefix(sex)),
    address: () => {
      const street = template(escaped(location?.street_address?.normal ?? "{{location.street}}"), {
        "location.buildingNumber": few((location?.building_number ?? ["##"]).map(withoutLeadingZero)),
        "location.street": vocabulary(() => faker.location.street()),
      });
      const postcodes = [location?.postcode ?? []].flat();
      return postcodes.length === 0 ? street : join([street, ", ", few(postcodes)]);
    },
    city: () => vocabulary(() => faker.location.city()),
    company: () => vocabulary(() => faker.company.name()),
    jobTitle: () => vocabulary(() => faker.person.jobTitle()),
    telephone: () =>
      anyPattern(country === "GB" ? BRITISH_TELEPHONES : (phone_number?.format?.international ?? ["+###########"])),
  };
}

function load(name: string): Faker {
  if (!/^[a-z]{2}(_[A-Za-z]+)*$/.test(name)) throw new UnknownLocaleError(name);
  try {
    return require(`@faker-js/faker/locale/${name}`).faker;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") throw new UnknownLocaleError(name);
    throw error;
  }
}

/** The first of the locale's templates that is made of a first and a last name alone: some languages put the last name first. */
function nameTemplate(names: readonly { readonly value: string }[]): string {
  const isPlain = (text: string) =>
    text.includes("lastName") && /^([^{]*\{\{person\.(firstName|lastName)\}\})+[^{]*$/.test(text);
  return names.find(({ value }) => isPlain(value))?.value ?? "{{person.firstName}} {{person.lastName}}";
}

/** Faker's house numbers do not begin with 0. */
const withoutLeadingZero = (text: string) => text.replace(/#+/g, (run) => `%${run.slice(1)}`);
