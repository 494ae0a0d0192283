/** Drawing the bank's records as JSON bytes: the generator, and faker as anyone would write it. Python's Faker is with the other peers. */
import path from "node:path";
import { fakerEN_GB as faker } from "@faker-js/faker";
import { compileGenerator } from "../../generator/record";
import { loadTableSchema } from "../../schemas/load";
import type { TableSchema } from "../../schemas/schema";

/** Each call does a fixed amount of work and answers how many it did. */
export type Contestants = Record<string, () => number | Promise<number>>;

export const bankSchema = (): TableSchema =>
  loadTableSchema(path.join(__dirname, "..", "..", "schemas", "cc_account_info.json"));

const generator = compileGenerator(bankSchema(), { seed: 1, locale: "en_GB" });

const RECORDS = 100_000;
const RECORDS_OF_FAKER = 10_000;

export const contestants: Contestants = {
  generate: () => times(RECORDS, () => generator.next()),
  "faker-js as anyone would write it": () => times(RECORDS_OF_FAKER, fakerRecord),
};

/** Answers only where every record has bytes, so that none is drawn in vain. */
function times(count: number, record: () => Uint8Array): number {
  let made = 0;
  for (let i = 0; i < count; i++) made += record().length > 0 ? 1 : 0;
  return made;
}

function fakerRecord(): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      name: faker.person.fullName(),
      address: faker.location.streetAddress(),
      country_code: faker.location.countryCode(),
      city: faker.location.city(),
      bank_iban: faker.finance.iban({ countryCode: "GB" }),
      company: faker.company.name(),
      credit_card: Number(faker.finance.creditCardNumber("4###############")),
      credit_card_provider: faker.finance.creditCardIssuer(),
      credit_card_expires: faker.date.future({ years: 5 }).toISOString().slice(2, 7),
      date_record_created: faker.date.recent().toISOString().slice(0, 19),
      employement: faker.person.jobTitle(),
      emp_id: faker.string.numeric(9),
      name_prefix: faker.person.prefix(),
      phone_number: faker.phone.number(),
    }),
  );
}
